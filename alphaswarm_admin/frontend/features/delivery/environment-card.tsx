import { ArrowRight, CircleCheck, CircleHelp, Shuffle } from "lucide-react";
import Link from "next/link";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Digest } from "@/components/ui/digest";
import { Time } from "@/components/ui/time";
import { Counts } from "@/features/run/counts";
import { Status } from "@/features/run/status";
import type { Environment, WaitingPlan } from "@/lib/api/types";
import { runTitle, shortCommit } from "@/lib/run";

/** What runs in an environment, since when, whether it drifted, and what waits for whom. */
export function EnvironmentCard({ environment }: { environment: Environment }) {
  const { applied, gate } = environment;
  return (
    <Card aria-labelledby={`environment-${environment.name}`} className="grid content-start overflow-hidden">
      <header className="flex items-start justify-between gap-3 border-b px-4 py-3">
        <div>
          <h2 id={`environment-${environment.name}`} className="font-semibold text-lg">
            {environment.name}
          </h2>
          <p className="text-muted text-xs">account {environment.account_id}</p>
        </div>
        <Badge tone={gate.approvals ? "info" : "neutral"}>{approvalsText(gate.approvals)}</Badge>
      </header>
      <dl className="grid gap-3 px-4 py-3 text-sm">
        <Fact name="Runs">
          {applied ? (
            <span className="flex flex-wrap items-center gap-x-2">
              <Link href={`/runs/${applied.id}`} className="font-medium underline underline-offset-2">
                <code>{shortCommit(applied.commit)}</code>
              </Link>
              {applied.finished_at ? (
                <span className="text-muted">
                  since <Time iso={applied.finished_at} />, by {applied.actor.name}
                </span>
              ) : null}
            </span>
          ) : (
            <span className="text-muted">Nothing was applied yet</span>
          )}
        </Fact>
        {environment.images.length ? (
          <Fact name="Images">
            <ul className="grid gap-1">
              {environment.images.map((image) => (
                <li key={image.variable} className="flex flex-wrap items-center gap-x-2">
                  {image.variable} <Digest value={image.digest} />
                </li>
              ))}
            </ul>
          </Fact>
        ) : null}
        <Fact name="Drift">
          <Drift environment={environment} />
        </Fact>
        {environment.latest && environment.latest.id !== applied?.id ? (
          <Fact name="Latest run">
            <Link href={`/runs/${environment.latest.id}`} className="inline-flex flex-wrap items-center gap-2">
              <span className="underline underline-offset-2">{runTitle(environment.latest)}</span>
              <Status status={environment.latest.status} />
            </Link>
          </Fact>
        ) : null}
      </dl>
      {environment.waiting.length ? <Waiting plans={environment.waiting} /> : null}
      {environment.promotable_to.map((target) => (
        <div key={target.environment} className="border-t px-4 py-3 text-sm">
          <p className="flex items-center gap-2">
            <ArrowRight aria-hidden className="size-4 shrink-0 text-muted" />
            <span>
              <span className="font-medium">To {target.environment}:</span> {target.detail}
            </span>
          </p>
          {target.command ? (
            <code className="mt-2 block overflow-x-auto rounded-md bg-raised px-3 py-2 text-xs">{target.command}</code>
          ) : null}
        </div>
      ))}
    </Card>
  );
}

/** Whether the viewer's word is what the plan waits for. */
function decides(plan: WaitingPlan): boolean {
  return plan.you.may_approve && plan.counted < plan.required;
}

function approvalsText(count: number): string {
  if (count === 0) return "No approval needed";
  return count === 1 ? "1 approval" : `${count} approvals`;
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className="grid grid-cols-[5.5rem_1fr] gap-2">
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </div>
  );
}

function Drift({ environment: { drift } }: { environment: Environment }) {
  if (drift.resources === null)
    return (
      <Badge>
        <CircleHelp aria-hidden /> Not checked yet
      </Badge>
    );
  if (drift.resources === 0)
    return (
      <Badge tone="good">
        <CircleCheck aria-hidden /> None
      </Badge>
    );
  return (
    <Badge tone="bad">
      <Shuffle aria-hidden /> {drift.resources} changed past the pipeline
    </Badge>
  );
}

function Waiting({ plans }: { plans: WaitingPlan[] }) {
  return (
    <ul aria-label="Plans that wait" className="border-t bg-warn-soft">
      {plans.map((plan) => (
        <li key={plan.run.id} className="grid gap-2 border-line border-b px-4 py-3 text-sm last:border-b-0">
          <div className="flex flex-wrap items-center justify-between gap-2">
            <span className="font-medium">
              {runTitle(plan.run)} <code className="text-xs">{shortCommit(plan.run.commit)}</code>
            </span>
            <span>{plan.required ? `${plan.counted} of ${plan.required} approvals` : "needs no approval"}</span>
          </div>
          {plan.run.changes ? <Counts counts={plan.run.changes} /> : null}
          <p>{plan.missing[0]?.detail ?? "Everything holds: it only waits to be applied."}</p>
          <Button asChild look={decides(plan) ? "main" : "plain"} className="justify-self-start">
            <Link href={`/runs/${plan.run.id}`}>{decides(plan) ? "Review and decide" : "Look at it"}</Link>
          </Button>
        </li>
      ))}
    </ul>
  );
}
