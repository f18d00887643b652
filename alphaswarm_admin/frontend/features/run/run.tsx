"use client";

import { useQuery } from "@tanstack/react-query";
import { PageTitle } from "@/components/shell/page-title";
import { Card } from "@/components/ui/card";
import { Failed, Loading } from "@/components/ui/states";
import { Gate } from "@/features/gate/gate";
import { failureOf } from "@/lib/api/failure";
import { runQuery } from "@/lib/api/queries";
import type { RunDetail } from "@/lib/api/types";
import { runTitle } from "@/lib/run";
import { Counts } from "./counts";
import { Facts } from "./facts";
import { Findings } from "./findings";
import { Log } from "./log";
import { Losses } from "./losses";
import { Plan } from "./plan";
import { Status } from "./status";

export function Run({ id }: { id: string }) {
  const query = useQuery(runQuery(id));
  if (query.error) return <Failed failure={failureOf(query.error)} onRetry={() => query.refetch()} />;
  if (!query.data) return <Loading label="Loading the run" lines={8} />;
  return <Found run={query.data} />;
}

function Found({ run }: { run: RunDetail }) {
  return (
    <>
      <PageTitle aside={<Status status={run.status} />}>
        {runTitle(run)}{" "}
        <span className="font-normal text-muted">
          {run.tree} in {run.environment}
        </span>
      </PageTitle>
      {run.error ? <Failed failure={{ code: run.error_code ?? "", what: run.error, why: run.note }} /> : null}
      <Losses run={run} />
      <div className="grid items-start gap-5 lg:grid-cols-[1fr_22rem]">
        <div className="grid min-w-0 gap-5">
          {run.has_plan ? (
            <Plan run={run} />
          ) : run.changes ? (
            <Card className="px-4 py-3">
              <Counts counts={run.changes} />
            </Card>
          ) : null}
          <Findings verdict={run.policy} findings={run.findings} />
          {run.has_log ? <Log id={run.id} /> : null}
        </div>
        <div className="grid min-w-0 gap-5">
          {run.kind === "plan" && run.plan_digest ? <Gate run={run} /> : null}
          <Facts run={run} />
        </div>
      </div>
    </>
  );
}
