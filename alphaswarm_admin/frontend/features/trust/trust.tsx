"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { PageTitle } from "@/components/shell/page-title";
import { Badge } from "@/components/ui/badge";
import { Card, CardHeader } from "@/components/ui/card";
import { Empty, Failed, Loading } from "@/components/ui/states";
import { failureOf } from "@/lib/api/failure";
import { matrixQuery } from "@/lib/api/queries";
import { Graph } from "./graph";
import { Matrix } from "./matrix";

const SHOWN = { admitted: "Who gets in", differs: "Not as declared", all: "Every kind of job" } as const;

/** Who can become what: drawn, and row by row with the reason. */
export function Trust() {
  const query = useQuery(matrixQuery);
  const [shown, setShown] = useState<keyof typeof SHOWN>("admitted");
  const rows = (query.data?.rows ?? []).filter((row) =>
    shown === "all" ? true : shown === "differs" ? row.differs : (row.admitted ?? row.intended),
  );
  return (
    <>
      <PageTitle
        aside={
          query.data ? (
            <Badge tone={query.data.holds === null ? "neutral" : query.data.holds ? "good" : "bad"}>
              {query.data.holds === null
                ? "As declared; not decided"
                : query.data.holds
                  ? "The policies decide as declared"
                  : "The policies decide otherwise than declared"}
            </Badge>
          ) : null
        }
      >
        Trust
      </PageTitle>
      {query.error ? <Failed failure={failureOf(query.error)} onRetry={() => query.refetch()} /> : null}
      {query.isPending ? <Loading label="Deciding who can become what" lines={8} /> : null}
      {query.data ? (
        <>
          {query.data.why_declared_only ? (
            <p className="text-muted text-sm">Only what is declared is shown: {query.data.why_declared_only}</p>
          ) : null}
          <Graph rows={query.data.rows} />
          <Card aria-labelledby="matrix">
            <CardHeader
              id="matrix"
              title={`${query.data.decided.toLocaleString("en")} decisions, ${query.data.refused.toLocaleString("en")} refused`}
              aside={
                <select
                  aria-label="Rows"
                  data-filter
                  value={shown}
                  onChange={(event) => setShown(event.target.value as keyof typeof SHOWN)}
                  className="min-h-9 rounded-md border bg-panel px-2 text-sm"
                >
                  {Object.entries(SHOWN).map(([value, name]) => (
                    <option key={value} value={value}>
                      {name}
                    </option>
                  ))}
                </select>
              }
            />
            {rows.length ? <Matrix rows={rows} /> : <Empty title="No such rows" />}
          </Card>
        </>
      ) : null}
    </>
  );
}
