"""Runs: rows of `terraform_runs`."""

from typing import Literal

from pydantic import Field

from alphaswarm_admin.contract.common import Model, Moment
from alphaswarm_core.ledger.records import ActorKind, Decision, Part, Purpose, RunKind, RunStatus
from alphaswarm_core.target import Target


class Actor(Model):
    """Who started it: `run_url` is the GitHub run, if there is one."""

    kind: ActorKind
    subject: str
    name: str
    run_url: str | None


class ChangeCounts(Model):
    """What a plan does, in numbers. A replacement counts as one add and one destroy."""

    add: int
    change: int
    destroy: int
    replace: int
    imports: int
    forget: int
    outputs: int
    drift: int
    resources: int = Field(description="How many resources the stack has afterwards.")


class PolicyVerdict(Model):
    """What the policy says, in numbers."""

    allowed: bool
    denied: int
    warned: int
    excepted: int


class RunSummary(Model):
    """A run in a list. `parent_run_id` of an apply is the plan; of a plan with a `purpose`, what it was made from."""

    id: str
    stack: str
    tree: str
    environment: str
    kind: RunKind
    status: RunStatus
    is_final: bool
    purpose: Purpose | None
    parent_run_id: str | None
    actor: Actor
    commit: str | None
    ref: str | None
    target: Target
    executor: str
    destroys: bool = Field(description="Whether it takes everything away.")
    halted: bool
    plan_digest: str | None
    changes: ChangeCounts | None
    policy: PolicyVerdict | None
    queued_at: Moment
    started_at: Moment | None
    finished_at: Moment | None
    duration_seconds: float | None = Field(description="From start to end; None while it goes on.")
    error_code: str | None


class RunPage(Model):
    """Runs, newest first; `next_cursor` goes into `cursor`, and is None at the end."""

    items: list[RunSummary]
    next_cursor: str | None


class StatePosition(Model):
    """Where the state stood."""

    lineage: str
    serial: int


class ImageInUse(Model):
    """An image that a plan names: the variable, and the digest."""

    variable: str
    digest: str


class TypeCount(Model):
    """How often a plan does something to resources of a type; `action` is for example create or replace."""

    type: str
    action: str
    count: int


class Finding(Model):
    """What a rule of the policy says about one resource."""

    rule: str
    address: str
    what: str
    severity: Literal["deny", "warn"]
    excepted_by: str | None = Field(description="Who answers for it.")
    excepted_until: str | None = Field(description="The exception's last day, such as 2025-12-31.")


class Approval(Model):
    """A person's yes or no to a plan. `counts` is None where it was not asked; `why_not` says why it does not count."""

    id: str
    run_id: str
    plan_digest: str
    approver: str
    approver_name: str
    decision: Decision
    comment: str | None
    source: str
    at: Moment
    given_at: Moment | None
    reference: str | None
    carried_from: str | None
    counts: bool
    why_not: str | None


class Involvement(Model):
    """Who had which part in a run or its commit; these people do not approve it."""

    person: str
    person_name: str
    part: Part
    source: str
    at: Moment


class Waiver(Model):
    """A person lets a plan through without its promotion."""

    approver: str
    approver_name: str
    reason: str
    source: str
    at: Moment


class RunDetail(RunSummary):
    """Everything about a run but its plan's changes, its log and its entries, which have addresses of their own."""

    note: str | None
    error: str | None
    exit_code: int | None
    engine: str | None
    engine_version: str | None
    provider_lock_hash: str | None
    spec_version_id: str | None
    role: str | None
    session_name: str | None
    claims_digest: str | None
    build_arn: str | None
    change_digest: str | None
    state_before: StatePosition | None
    state_after: StatePosition | None
    images: list[ImageInUse]
    changes_by_type: list[TypeCount]
    destroyed: list[str] = Field(description="Addresses that go away for good; at most 500.")
    replaced: list[str] = Field(description="Addresses that are destroyed and made anew; at most 500.")
    findings: list[Finding]
    approvals: list[Approval]
    involvements: list[Involvement]
    waivers: list[Waiver]
    applied_by_run_id: str | None = Field(description="The run that applies this plan.")
    has_plan: bool = Field(description="Whether its changes can be shown: /plan.")
    has_log: bool = Field(description="Whether there is a log: /log.")


class LogLine(Model):
    """A line of an engine's log. `position` is that behind it, in bytes; `resource` the address that it is about."""

    position: int
    at: Moment | None
    level: Literal["info", "warn", "error"]
    text: str
    resource: str | None


class LogChunk(Model):
    """Lines in a stream (`event: lines`); the event's id is the position behind them: `Last-Event-ID` goes on there."""

    lines: list[LogLine]


class LogEnd(Model):
    """The end of a stream (`event: end`): nothing is written any more."""

    run_id: str
    status: RunStatus


class LogPage(Model):
    """Lines behind `after`. `complete` says that no more will come; `next_after` goes into `after`."""

    run_id: str
    lines: list[LogLine]
    next_after: int
    complete: bool
