import type { Tone } from "@/components/ui/badge";
import type { ChangeAction, ChangeCounts, RunStatus, RunSummary } from "@/lib/api/types";

type Said = { text: string; tone: Tone };

/** How each status is told, and how much attention it wants. */
export const STATUSES: Record<RunStatus, Said> = {
  queued: { text: "Queued", tone: "neutral" },
  running: { text: "Running", tone: "info" },
  awaiting_approval: { text: "Awaiting approval", tone: "warn" },
  approved: { text: "Approved", tone: "good" },
  applying: { text: "Applying", tone: "info" },
  completed: { text: "Completed", tone: "good" },
  errored: { text: "Failed", tone: "bad" },
  cancelled: { text: "Cancelled", tone: "neutral" },
  policy_failed: { text: "Denied by policy", tone: "bad" },
  refused: { text: "Refused", tone: "bad" },
  stale: { text: "Stale", tone: "neutral" },
  interrupted: { text: "Interrupted", tone: "bad" },
};

/** How each action is told; in the order in which a person has to see them: what is lost comes first. */
export const ACTIONS: Record<ChangeAction, Said & { sign: string }> = {
  delete: { text: "Destroy", sign: "−", tone: "bad" },
  replace: { text: "Replace", sign: "±", tone: "bad" },
  forget: { text: "Forget", sign: "∅", tone: "warn" },
  update: { text: "Change", sign: "~", tone: "warn" },
  create: { text: "Create", sign: "+", tone: "good" },
  import: { text: "Import", sign: "↓", tone: "info" },
};

export function shortId(id: string): string {
  return id.slice(-12);
}

export function shortCommit(commit: string | null): string {
  return commit ? commit.slice(0, 8) : "no commit";
}

/** What a run is, in a few words: "Plan", "Plan to destroy", "Plan of a promotion". */
export function runTitle(run: Pick<RunSummary, "kind" | "purpose" | "destroys">): string {
  const kind = run.kind.replace("_", " ");
  const name = kind.charAt(0).toUpperCase() + kind.slice(1);
  if (run.kind === "plan" && run.destroys) return "Plan to destroy";
  return run.purpose ? `${name} of a ${run.purpose}` : name;
}

export function changesNothing(counts: ChangeCounts): boolean {
  return (
    counts.add + counts.change + counts.destroy + counts.replace + counts.imports + counts.forget + counts.outputs === 0
  );
}
