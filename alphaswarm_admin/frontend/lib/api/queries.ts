import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, dataOf, rememberCsrfToken } from "./client";
import type { ChangeAction, RunKind, RunStatus } from "./types";

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

export function planQuery(id: string) {
  return queryOptions({
    queryKey: ["plan", id],
    queryFn: () => dataOf(api.GET("/admin/runs/{run_id}/plan", { params: { path: { run_id: id } } })),
    staleTime: Number.POSITIVE_INFINITY, // a plan never changes
  });
}

export type ChangeFilters = { module?: string; action?: ChangeAction; text?: string };

export function changesQuery(id: string, filters: ChangeFilters) {
  return infiniteQueryOptions({
    queryKey: ["plan", id, "changes", filters],
    queryFn: ({ pageParam }) =>
      dataOf(
        api.GET("/admin/runs/{run_id}/plan/changes", {
          params: { path: { run_id: id }, query: { ...filters, cursor: pageParam } },
        }),
      ),
    initialPageParam: 0,
    getNextPageParam: (page) => page.next_cursor,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export const matrixQuery = queryOptions({
  queryKey: ["trust"],
  queryFn: () => dataOf(api.GET("/admin/trust/matrix")),
  staleTime: 300_000,
});

export const imagesQuery = queryOptions({
  queryKey: ["images"],
  queryFn: () => dataOf(api.GET("/admin/images")),
});

export function imageQuery(digest: string) {
  return queryOptions({
    queryKey: ["images", digest],
    queryFn: () => dataOf(api.GET("/admin/images/{digest}/where", { params: { path: { digest } } })),
  });
}
