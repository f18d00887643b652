"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ShieldCheck, ShieldQuestion, ThumbsDown, ThumbsUp } from "lucide-react";
import { useState } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card, CardHeader } from "@/components/ui/card";
import { Failed, Loading } from "@/components/ui/states";
import { Time } from "@/components/ui/time";
import { stepUp } from "@/features/session/step-up";
import { ApiError, api, dataOf, STEP_UP_NEEDED } from "@/lib/api/client";
import { failureOf } from "@/lib/api/failure";
import { gateQuery, sessionQuery } from "@/lib/api/queries";
import type { Approval, Decision, GateAnswer, RunDetail } from "@/lib/api/types";
import { Conditions } from "./conditions";
import { DecisionDialog } from "./decision";

type Said = { decision: Decision; comment: string; confirmation: string };

/** Whether this plan may be applied, who said what, and the viewer's own yes or no. */
export function Gate({ run }: { run: RunDetail }) {
  const query = useQuery(gateQuery(run.id));
  if (query.error) return <Failed failure={failureOf(query.error)} onRetry={() => query.refetch()} />;
  if (!query.data) return <Loading label="Asking the gate" />;
  return <Answer run={run} gate={query.data} />;
}

function Answer({ run, gate }: { run: RunDetail; gate: GateAnswer }) {
  const [decision, setDecision] = useState<Decision | null>(null);
  const client = useQueryClient();
  const decide = useMutation({
    mutationFn: (said: Said) => sendDecision(run.id, gate.plan_digest ?? "", said),
    onSuccess: () => setDecision(null),
    onSettled: () =>
      Promise.all(["run", "environments", "runs"].map((key) => client.invalidateQueries({ queryKey: [key] }))),
    onError: (error) => {
      if (error instanceof ApiError && error.detail.code === STEP_UP_NEEDED)
        stepUp(client.getQueryData(sessionQuery.queryKey));
    },
  });
  return (
    <Card aria-labelledby="gate">
      <CardHeader
        id="gate"
        title="Gate"
        aside={
          gate.go ? (
            <Badge tone="good">
              <ShieldCheck aria-hidden /> Go
            </Badge>
          ) : (
            <Badge tone="warn">
              <ShieldQuestion aria-hidden /> {gate.counted} of {gate.required} approvals
            </Badge>
          )
        }
      />
      <div className="grid gap-4 p-4">
        <Conditions conditions={gate.conditions} />
        <Approvals approvals={gate.approvals} />
        <div className="grid gap-2 border-t pt-4">
          {gate.you.why_not ? <p className="text-muted text-sm">{gate.you.why_not}</p> : null}
          <div className="flex flex-wrap gap-2">
            {gate.you.may_approve ? (
              <Button look="main" onClick={() => setDecision("approve")}>
                <ThumbsUp aria-hidden className="size-4" /> Approve…
              </Button>
            ) : null}
            {gate.you.may_reject ? (
              <Button look="danger" onClick={() => setDecision("reject")}>
                <ThumbsDown aria-hidden className="size-4" /> Reject…
              </Button>
            ) : null}
          </div>
        </div>
      </div>
      <DecisionDialog
        key={`${gate.plan_digest}-${decision}`}
        run={run}
        gate={gate}
        decision={decision}
        busy={decide.isPending}
        failure={decide.error ? failureOf(decide.error) : null}
        onClose={() => {
          decide.reset();
          setDecision(null);
        }}
        onDecide={(said) => decide.mutate(said)}
      />
    </Card>
  );
}

function sendDecision(id: string, digest: string, { decision, comment, confirmation }: Said) {
  return dataOf(
    api.POST("/admin/runs/{run_id}/approvals", {
      params: { path: { run_id: id } },
      body: { decision, plan_digest: digest, comment: comment || null, confirmation: confirmation || null },
    }),
  );
}

function Approvals({ approvals }: { approvals: Approval[] }) {
  if (approvals.length === 0) return <p className="text-muted text-sm">Nobody has said anything yet.</p>;
  return (
    <ul aria-label="Approvals" className="grid gap-3">
      {approvals.map((approval) => (
        <li key={approval.id} className="text-sm">
          <p className="flex flex-wrap items-center gap-2">
            <span className="font-medium">{approval.approver_name}</span>
            <Badge tone={approval.decision === "approve" ? "good" : "bad"}>
              {approval.decision === "approve" ? "approved" : "rejected"}
            </Badge>
            <span className="text-muted">
              <Time iso={approval.at} />, by {approval.source}
            </span>
          </p>
          {approval.counts === false && approval.why_not ? (
            <p className="text-warn">Does not count: {approval.why_not}</p>
          ) : null}
          {approval.comment ? <p className="whitespace-pre-wrap break-words">{approval.comment}</p> : null}
        </li>
      ))}
    </ul>
  );
}
