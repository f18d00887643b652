"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { PageTitle } from "@/components/shell/page-title";
import { Button } from "@/components/ui/button";
import { Empty, Failed, Loading } from "@/components/ui/states";
import { failureOf } from "@/lib/api/failure";
import { consoleQuery, type RunFilters, runsQuery } from "@/lib/api/queries";
import { Filters } from "./filters";
import { RunTable } from "./run-table";

/** The filters are in the address: a filtered list can be sent to somebody. */
export function Runs() {
  const router = useRouter();
  const path = usePathname();
  const filters = Object.fromEntries(useSearchParams()) as RunFilters;
  const info = useQuery(consoleQuery).data;
  const query = useInfiniteQuery(runsQuery(filters));
  const runs = query.data?.pages.flatMap((page) => page.items) ?? [];

  return (
    <>
      <PageTitle>Runs</PageTitle>
      <Filters
        info={info}
        filters={filters}
        onChange={(next) => router.replace(`${path}?${new URLSearchParams(next)}`)}
      />
      {query.error ? <Failed failure={failureOf(query.error)} onRetry={() => query.refetch()} /> : null}
      {query.isPending ? <Loading label="Loading the runs" lines={8} /> : null}
      {query.data && runs.length === 0 ? (
        <Empty title="No such runs">
          Every plan and apply of the app tier is listed here, from the moment before it starts. Begin with{" "}
          <code>alphaswarm deploy plan --env dev</code>, or take a filter away.
        </Empty>
      ) : null}
      {runs.length ? <RunTable runs={runs} /> : null}
      {query.hasNextPage ? (
        <Button className="justify-self-center" busy={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
          Earlier runs
        </Button>
      ) : null}
    </>
  );
}
