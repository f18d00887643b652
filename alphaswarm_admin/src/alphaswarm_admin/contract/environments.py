"""The environments side by side: what runs there, since when, and what waits."""

from enum import StrEnum

from pydantic import Field

from alphaswarm_admin.contract.common import Model, Moment
from alphaswarm_admin.contract.gate import Halt, WaitingPlan
from alphaswarm_admin.contract.runs import ImageInUse, RunSummary


class GateRule(Model):
    """What the environment asks for. `confirmation`: whether its name is typed to approve."""

    approvals: int
    approvals_expire_hours: int
    promoted_from: str | None
    reviewers: list[str]
    reviewer_teams: list[str]
    confirmation: bool


class Drift(Model):
    """Whether somebody changed it past the pipeline. `resources` is None where nobody looked since the last apply."""

    resources: int | None
    checked_at: Moment | None
    run_id: str | None


class PromotionState(StrEnum):
    """Whether what runs here could go on."""

    ready = "ready"
    there_already = "there_already"
    not_verified = "not_verified"
    nothing_applied = "nothing_applied"
    commit_unknown = "commit_unknown"


class PromotionTarget(Model):
    """Where what runs here could be brought. `command` is what a person runs to plan it there."""

    environment: str
    state: PromotionState
    detail: str
    command: str | None


class Environment(Model):
    """How an environment stands, by the ledger."""

    name: str
    account_id: str
    shared: bool
    gate: GateRule
    applied: RunSummary | None = Field(description="The last completed apply or destroy.")
    latest: RunSummary | None = Field(description="The last run of any kind.")
    images: list[ImageInUse]
    drift: Drift
    verified_by_run_id: str | None
    promotable_to: list[PromotionTarget]
    waiting: list[WaitingPlan]


class EnvironmentList(Model):
    """All environments in the order of promotion, and whether everything is halted."""

    items: list[Environment]
    halt: Halt
    as_of: Moment
