"use client";

import { useId, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Failed, type Failure } from "@/components/ui/states";
import { Counts } from "@/features/run/counts";
import type { Decision, GateAnswer, RunSummary } from "@/lib/api/types";

type Props = {
  run: RunSummary;
  gate: GateAnswer;
  decision: Decision | null;
  busy: boolean;
  failure: Failure | null;
  onClose: () => void;
  onDecide: (said: { decision: Decision; comment: string; confirmation: string }) => void;
};

/**
 * The yes or no to one plan. The digest that is approved is in view, and where the gate asks for it the environment's name is
 * typed: a reflex does not reach production.
 */
export function DecisionDialog({ run, gate, decision, busy, failure, onClose, onDecide }: Props) {
  const [comment, setComment] = useState("");
  const [typed, setTyped] = useState("");
  const ids = { comment: useId(), typed: useId() };
  const approving = decision === "approve";
  const asked = approving ? gate.confirmation : null;

  return (
    <Dialog
      open={decision !== null}
      onOpenChange={(open) => open || onClose()}
      title={approving ? `Approve this plan for ${run.environment}` : `Reject this plan for ${run.environment}`}
      description={
        approving
          ? "What you approve is exactly the plan with this digest. Another plan needs another approval."
          : "A rejection stops this plan for good. The next plan starts anew."
      }
    >
      <dl className="grid gap-2 rounded-lg bg-raised p-3 text-sm">
        <div>
          <dt className="text-muted text-xs">Changes</dt>
          <dd>{run.changes ? <Counts counts={run.changes} /> : "Unknown"}</dd>
        </div>
        <div>
          <dt className="text-muted text-xs">Plan digest (SHA-256)</dt>
          <dd>
            <code data-testid="plan-digest" className="break-all text-xs">
              {gate.plan_digest}
            </code>
          </dd>
        </div>
      </dl>
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (decision) onDecide({ decision, comment, confirmation: typed });
        }}
      >
        <label htmlFor={ids.comment} className="grid gap-1 text-sm">
          <span className="font-medium">{approving ? "Comment (optional)" : "Why not"}</span>
          <textarea
            id={ids.comment}
            value={comment}
            onChange={(event) => setComment(event.target.value)}
            maxLength={2000}
            rows={2}
            required={!approving}
            className="rounded-md border bg-page px-3 py-2"
          />
        </label>
        {asked ? (
          <label htmlFor={ids.typed} className="grid gap-1 text-sm">
            <span>
              Type <code className="font-semibold">{asked}</code> to confirm
            </span>
            <input
              id={ids.typed}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              className="rounded-md border bg-page px-3 py-2"
            />
          </label>
        ) : null}
        {failure ? <Failed failure={failure} /> : null}
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>Leave it</Button>
          <Button
            type="submit"
            look={approving ? "main" : "danger"}
            busy={busy}
            disabled={asked !== null && typed !== asked}
          >
            {approving ? "Approve" : "Reject"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
