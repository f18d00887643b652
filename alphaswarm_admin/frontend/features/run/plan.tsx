"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { Button } from "@/components/ui/button";
import { Card, CardHeader } from "@/components/ui/card";
import { Empty, Failed, Loading } from "@/components/ui/states";
import { failureOf } from "@/lib/api/failure";
import { type ChangeFilters, changesQuery, planQuery } from "@/lib/api/queries";
import type { ChangeAction, RunDetail } from "@/lib/api/types";
import { ACTIONS } from "@/lib/run";
import { Change } from "./change";
import { Counts } from "./counts";
import { ModuleTree } from "./module-tree";

/** What the plan does: modules as a tree beside the changes, destroys first. The changes come in pages, however many there are. */
export function Plan({ run }: { run: RunDetail }) {
  const plan = useQuery(planQuery(run.id));
  const [module, setModule] = useState<string | null>(null);
  const [action, setAction] = useState<ChangeAction | "">("");
  const [text, setText] = useState("");
  const filters: ChangeFilters = {
    ...(module === null ? {} : { module }),
    ...(action === "" ? {} : { action }),
    text: useDeferredValue(text),
  };
  return (
    <Card aria-labelledby="plan">
      <CardHeader id="plan" title="Plan" aside={run.changes ? <Counts counts={run.changes} /> : null} />
      {plan.error ? <Failed failure={failureOf(plan.error)} onRetry={() => plan.refetch()} /> : null}
      {plan.isPending ? <Loading label="Loading the plan" /> : null}
      {plan.data ? (
        <>
          {plan.data.root.modules.length ? (
            <div className="max-h-72 overflow-y-auto border-b p-2">
              <ModuleTree node={plan.data.root} chosen={module} onChoose={setModule} />
            </div>
          ) : null}
          <div className="flex flex-wrap gap-2 border-b p-3">
            <input
              type="search"
              data-filter
              aria-label="Filter by address"
              placeholder="Filter by address"
              value={text}
              onChange={(event) => setText(event.target.value)}
              className="min-h-9 min-w-40 flex-1 rounded-md border bg-page px-3 text-sm"
            />
            <select
              aria-label="Action"
              value={action}
              onChange={(event) => setAction(event.target.value as ChangeAction | "")}
              className="min-h-9 rounded-md border bg-panel px-2 text-sm"
            >
              <option value="">All actions</option>
              {Object.entries(ACTIONS).map(([value, { text: told }]) => (
                <option key={value} value={value}>
                  {told}
                </option>
              ))}
            </select>
          </div>
          <Changes id={run.id} filters={filters} />
        </>
      ) : null}
    </Card>
  );
}

function Changes({ id, filters }: { id: string; filters: ChangeFilters }) {
  const query = useInfiniteQuery(changesQuery(id, filters));
  const changes = query.data?.pages.flatMap((page) => page.items) ?? [];
  const total = query.data?.pages[0]?.total ?? 0;
  if (query.error) return <Failed failure={failureOf(query.error)} onRetry={() => query.refetch()} />;
  if (query.isPending) return <Loading label="Loading the changes" />;
  if (changes.length === 0) return <Empty title="No such changes" />;
  return (
    <>
      {changes.map((change) => (
        <Change key={change.address} change={change} />
      ))}
      {query.hasNextPage ? (
        <div className="grid justify-items-center border-t p-3">
          <Button busy={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
            More ({(total - changes.length).toLocaleString("en")} left)
          </Button>
        </div>
      ) : null}
    </>
  );
}
