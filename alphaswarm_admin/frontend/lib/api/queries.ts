import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, dataOf, rememberCsrfToken } from "./client";
import type { RunKind, RunStatus } from "./types";

/** The console's questions, each with its key: what an event of the ledger touches is asked anew by these keys. */

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async () => {
    const session = await dataOf(api.GET("/admin/session"));
    rememberCsrfToken(session.csrf_token ?? null);
    return session;
  },
  staleTime: 60_000,
});

export const consoleQuery = queryOptions({
  queryKey: ["console"],
  queryFn: () => dataOf(api.GET("/admin/console")),
  staleTime: Number.POSITIVE_INFINITY,
});

export const environmentsQuery = queryOptions({
  queryKey: ["environments"],
  queryFn: () => dataOf(api.GET("/admin/environments")),
});

export type RunFilters = { environment?: string; tree?: string; kind?: RunKind; status?: RunStatus };

export function runsQuery(filters: RunFilters) {
  return infiniteQueryOptions({
    queryKey: ["runs", filters],
    queryFn: ({ pageParam }) =>
      dataOf(
        api.GET("/admin/runs", { params: { query: { ...filters, ...(pageParam ? { cursor: pageParam } : {}) } } }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
  });
}

export function runQuery(id: string) {
  return queryOptions({
    queryKey: ["run", id],
    queryFn: () => dataOf(api.GET("/admin/runs/{run_id}", { params: { path: { run_id: id } } })),
  });
}

export function gateQuery(id: string) {
  return queryOptions({
    queryKey: ["run", id, "gate"],
    queryFn: () => dataOf(api.GET("/admin/runs/{run_id}/gate", { params: { path: { run_id: id } } })),
  });
}

export function runEntriesQuery(id: string) {
  return queryOptions({
    queryKey: ["run", id, "entries"],
    queryFn: () => dataOf(api.GET("/admin/runs/{run_id}/entries", { params: { path: { run_id: id } } })),
  });
}

export function entriesQuery(kind: string) {
  return infiniteQueryOptions({
    queryKey: ["entries", kind],
    queryFn: ({ pageParam }) =>
      dataOf(
        api.GET("/admin/ledger/entries", {
          params: { query: { ...(kind ? { kind } : {}), ...(pageParam ? { cursor: pageParam } : {}) } },
        }),
      ),
    initialPageParam: 0,
    getNextPageParam: (page) => page.next_cursor,
  });
}

export const verificationQuery = queryOptions({
  queryKey: ["verification"],
  queryFn: () => dataOf(api.GET("/admin/ledger/verification")),
  staleTime: Number.POSITIVE_INFINITY,
});
