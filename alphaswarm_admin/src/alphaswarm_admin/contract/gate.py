"""The gate's answer to a plan, and what people say to it."""

from pydantic import Field

from alphaswarm_admin.contract.common import LONGEST_TEXT, Digest, Model, Moment, Reason
from alphaswarm_admin.contract.runs import Approval, RunSummary
from alphaswarm_core.ledger.records import Decision


class Condition(Model):
    """One thing that must hold before a plan is applied. `remedy` says what would make it hold."""

    name: str
    holds: bool
    detail: str
    code: str | None
    remedy: str | None


class Ballot(Model):
    """What the person who asks may say to the plan, and has said. `why_not` is set where `may_approve` is false."""

    may_approve: bool
    may_reject: bool
    why_not: str | None
    said: list[Decision]


class GateAnswer(Model):
    """Whether a plan may be applied, condition by condition.

    An approval has to name `plan_digest`; where `confirmation` is set, also that text, typed by a person.
    """

    run_id: str
    environment: str
    plan_digest: str | None
    go: bool
    required: int
    counted: int
    conditions: list[Condition]
    approvals: list[Approval]
    you: Ballot
    confirmation: str | None


class WaitingPlan(Model):
    """A plan that waits, with the first condition that does not hold; none where it only waits to be applied."""

    run: RunSummary
    go: bool
    required: int
    counted: int
    missing: list[Condition]
    you: Ballot


class WaitingPlans(Model):
    """The plans that wait for people or for their apply, oldest first."""

    items: list[WaitingPlan]


class DecisionRequest(Model):
    """A person's yes or no.

    `plan_digest` is the digest that the person has looked at. A second, equal request is answered like the first.
    """

    decision: Decision
    plan_digest: Digest
    comment: str | None = Field(None, max_length=LONGEST_TEXT)
    confirmation: str | None = Field(None, max_length=64, description="The environment's name, where it is asked for.")


class DecisionResult(Model):
    """What was recorded, and the gate's answer now. `repeated`: it had been recorded before."""

    approval: Approval
    gate: GateAnswer
    repeated: bool


class WaiverRequest(Model):
    """Let a plan through without its promotion."""

    plan_digest: Digest
    reason: Reason


class ApprovalRequested(Model):
    """Whom the request is about: the declared people who could approve."""

    run_id: str
    asked: list[str]


class Halt(Model):
    """Whether applies and destroys are stopped. `at` is None as long as nobody ever said anything."""

    on: bool
    reason: str
    by: str | None
    at: Moment | None


class HaltRequest(Model):
    """Stop applies and destroys, or let them go on."""

    on: bool
    reason: Reason
