import Link from "next/link";
import type { ReactNode } from "react";
import { Card, CardHeader } from "@/components/ui/card";
import { Digest } from "@/components/ui/digest";
import { Time } from "@/components/ui/time";
import type { RunDetail } from "@/lib/api/types";
import { shortId } from "@/lib/run";

/** Where this run came from and what it ran as: the auditor's questions. */
export function Facts({ run }: { run: RunDetail }) {
  return (
    <Card aria-labelledby="facts">
      <CardHeader id="facts" title="Facts" />
      <dl className="grid gap-2.5 p-4 text-sm">
        <Fact name="Run">
          <Digest value={run.id} length={36} />
        </Fact>
        <Fact name="Started by">
          {run.actor.run_url ? (
            <a href={run.actor.run_url} rel="noreferrer" className="underline underline-offset-2">
              {run.actor.name}
            </a>
          ) : (
            run.actor.name
          )}{" "}
          <span className="text-muted">({run.actor.subject})</span>
        </Fact>
        <Fact name="Commit">{run.commit ? <Digest value={run.commit} /> : "none"}</Fact>
        {run.plan_digest ? (
          <Fact name="Plan digest">
            <Digest value={run.plan_digest} length={16} />
          </Fact>
        ) : null}
        {run.parent_run_id ? (
          <RunLink name={run.kind === "plan" ? "Made from" : "Plan"} id={run.parent_run_id} />
        ) : null}
        {run.applied_by_run_id ? <RunLink name="Applied by" id={run.applied_by_run_id} /> : null}
        <Fact name="Queued">
          <Time iso={run.queued_at} />
        </Fact>
        {run.finished_at ? (
          <Fact name="Finished">
            <Time iso={run.finished_at} />
          </Fact>
        ) : null}
        <Fact name="Where">
          {run.executor} on {run.target}
          {run.engine ? `, ${run.engine} ${run.engine_version ?? ""}` : ""}
        </Fact>
        {run.role ? (
          <Fact name="As role">
            <code className="break-all text-xs">{run.role}</code>
          </Fact>
        ) : null}
        {run.build_arn ? (
          <Fact name="Build">
            <code className="break-all text-xs">{run.build_arn}</code>
          </Fact>
        ) : null}
        {run.images.map((image) => (
          <Fact key={image.variable} name={image.variable}>
            <Digest value={image.digest} />
          </Fact>
        ))}
      </dl>
    </Card>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="grid grid-cols-[6.5rem_1fr] gap-2">
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </div>
  );
}

function RunLink({ name, id }: { name: string; id: string }) {
  return (
    <Fact name={name}>
      <Link href={`/runs/${id}`} className="underline underline-offset-2">
        <code className="text-xs">{shortId(id)}</code>
      </Link>
    </Fact>
  );
}
