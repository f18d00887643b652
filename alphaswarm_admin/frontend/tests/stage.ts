import type { GateAnswer, RunSummary } from "@/lib/api/types";

export const DIGEST = "5".repeat(64);

export function run(changes: Partial<RunSummary> = {}): RunSummary {
  return {
    id: "01a2136b-36aa-7d3c-99af-3d7af910e063",
    stack: "alphaswarm_platform/prod",
    tree: "alphaswarm_platform",
    environment: "prod",
    kind: "plan",
    status: "awaiting_approval",
    is_final: false,
    purpose: null,
    parent_run_id: null,
    actor: { kind: "github_actions", subject: "github:1001", name: "ann", run_url: null },
    commit: "c".repeat(40),
    ref: "refs/heads/main",
    target: "aws",
    executor: "codebuild",
    destroys: false,
    halted: false,
    plan_digest: DIGEST,
    changes: counts(),
    policy: null,
    queued_at: "2026-01-05T09:00:00.000000Z",
    started_at: null,
    finished_at: null,
    duration_seconds: null,
    error_code: null,
    ...changes,
  };
}

export function counts(changes: Partial<NonNullable<RunSummary["changes"]>> = {}) {
  return {
    ...{ add: 0, change: 0, destroy: 0, replace: 0, imports: 0, forget: 0, outputs: 0, drift: 0, resources: 40 },
    ...changes,
  };
}

export function gate(changes: Partial<GateAnswer> = {}): GateAnswer {
  return {
    run_id: run().id,
    environment: "prod",
    plan_digest: DIGEST,
    go: false,
    required: 2,
    counted: 1,
    conditions: [],
    approvals: [],
    you: { may_approve: true, may_reject: true, why_not: null, said: [] },
    confirmation: "prod",
    ...changes,
  };
}
