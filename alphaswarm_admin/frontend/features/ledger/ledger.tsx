"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { PageTitle } from "@/components/shell/page-title";
import { Button } from "@/components/ui/button";
import { Card, CardHeader } from "@/components/ui/card";
import { Empty, Failed, Loading } from "@/components/ui/states";
import { failureOf } from "@/lib/api/failure";
import { entriesQuery } from "@/lib/api/queries";
import { EntryItem } from "./entry";
import { VerificationCard } from "./verification";

/** Kinds as the ledger groups them; a kind's beginning is enough. */
const KINDS = {
  "": "Everything",
  run: "Runs",
  approval: "Approvals",
  security: "Security",
  image: "Images",
  halt: "Halts",
};

export function Ledger() {
  const [kind, setKind] = useState("");
  const id = useId();
  const query = useInfiniteQuery(entriesQuery(kind));
  const entries = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <PageTitle
        aside={
          <Button asChild>
            <a href="/admin/ledger/export" download>
              Export
            </a>
          </Button>
        }
      >
        Ledger
      </PageTitle>
      <VerificationCard />
      <Card aria-labelledby="entries">
        <CardHeader
          id="entries"
          title="Entries, newest first"
          aside={
            <label htmlFor={id} className="flex items-center gap-2 text-muted text-xs">
              Show
              <select
                id={id}
                data-filter
                value={kind}
                onChange={(event) => setKind(event.target.value)}
                className="min-h-9 rounded-md border bg-panel px-2 text-ink text-sm"
              >
                {Object.entries(KINDS).map(([value, name]) => (
                  <option key={value} value={value}>
                    {name}
                  </option>
                ))}
              </select>
            </label>
          }
        />
        {query.error ? <Failed failure={failureOf(query.error)} onRetry={() => query.refetch()} /> : null}
        {query.isPending ? <Loading label="Loading the entries" lines={8} /> : null}
        {query.data && entries.length === 0 ? <Empty title="No such entries" /> : null}
        <ol>
          {entries.map((entry) => (
            <EntryItem key={entry.sequence} entry={entry} />
          ))}
        </ol>
        {query.hasNextPage ? (
          <div className="grid justify-items-center border-t p-3">
            <Button busy={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
              Earlier entries
            </Button>
          </div>
        ) : null}
      </Card>
    </>
  );
}
