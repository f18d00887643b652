"""The gate: the rule that turns a plan, its approvals and the state of an environment into go or no-go.

Pure: it is handed everything that it decides on, and each condition of its answer says whether it holds and what would
make it hold.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from alphaswarm_core.errors import AlphaSwarmError, ApprovalMissingError, RefusedError
from alphaswarm_core.gates.counting import Electorate
from alphaswarm_core.ledger.records import Actor, ActorKind, Approval, Decision, Halt
from alphaswarm_core.settings import EnvironmentSettings
from alphaswarm_core.target import Target


class HaltedError(RefusedError):
    """Applies and destroys are stopped for everybody."""

    code = "AS-GATE-002"
    summary = "Applies and destroys are halted"


class WorkstationError(RefusedError):
    """A shared environment is changed by the pipeline, never from a workstation."""

    code = "AS-GATE-003"
    summary = "A shared environment is not deployed from a workstation"


class RejectedError(RefusedError):
    """Somebody rejected this plan."""

    code = "AS-GATE-004"
    summary = "The plan was rejected"


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that must hold. `refusal` is the error to raise where it does not."""

    name: str
    holds: bool
    detail: str
    refusal: AlphaSwarmError | None = None

    @property
    def remedy(self) -> str | None:
        """What would make it hold; None where it holds, or where nothing would."""
        return self.refusal.fix if self.refusal and not self.holds else None


@dataclass(frozen=True, slots=True)
class GateDecision:
    """The gate's answer: go only when every condition holds."""

    conditions: tuple[Condition, ...]

    @property
    def go(self) -> bool:
        """Whether the environment may change. Without a condition there is no go."""
        return bool(self.conditions) and all(each.holds for each in self.conditions)

    def require(self) -> None:
        """Raise the refusal of the first condition that does not hold."""
        for condition in self.conditions:
            if not condition.holds:
                raise condition.refusal or RefusedError(condition.detail)


def decide_start(
    *,
    environment: str,
    settings: EnvironmentSettings,
    target: Target,
    actor: Actor,
    halt: Halt,
    break_glass: str | None,
) -> GateDecision:
    """Whether `actor` may change `environment` at all, whatever the plan says. Asked before anything is planned."""
    return GateDecision((_not_halted(halt), _not_from_a_workstation(environment, settings, target, actor, break_glass)))


def decide_approvals(
    *,
    environment: str,
    required: int,
    plan_run_id: str,
    digest: str,
    starter: Actor,
    approvals: Iterable[Approval],
    electorate: Electorate | None = None,
) -> GateDecision:
    """Whether enough distinct people approved the plan with `digest`. The starter of the run does not count.

    A rejection blocks, whoever it is from. With an `electorate`, an approval also has to count by its rules.
    """
    bound = [each for each in approvals if each.plan_digest == digest]
    rejected = sorted({each.approver for each in bound if each.decision is Decision.reject})
    given = [each for each in bound if each.decision is Decision.approve and each.approver != starter.subject]
    unfit = _unfit(given, electorate)
    counted = {electorate.person(each) if electorate else each.approver for each in given if each.approver not in unfit}
    return GateDecision(
        (
            _not_rejected(plan_run_id, rejected),
            _enough(environment, required, plan_run_id, len(counted), [f"{who} {why}" for who, why in unfit.items()]),
        )
    )


def _unfit(given: Iterable[Approval], electorate: Electorate | None) -> dict[str, str]:
    """Whose approvals do not count, and why not."""
    if electorate is None:
        return {}
    reasons = {each.approver: electorate.why_not(each) for each in given}
    return {approver: reason for approver, reason in reasons.items() if reason}


def decide_at_once(*, environment: str, required: int) -> GateDecision:
    """Whether a plan of `environment` may be applied in the same breath: not where people have to look at it first."""
    name = "no approval asked for"
    if required == 0:
        return GateDecision((Condition(name, holds=True, detail=f"{environment} asks for no approval"),))
    refusal = ApprovalMissingError(
        f"{environment} needs the approval of {_people(required)} before anything is applied",
        why="`deploy up` and `deploy destroy` would apply a plan that nobody has seen",
        fix=f"Plan it: alphaswarm deploy plan --env {environment}; have that plan approved; then: "
        "alphaswarm deploy apply PLAN_RUN",
    )
    return GateDecision((Condition(name, holds=False, detail=refusal.what, refusal=refusal),))


def _people(required: int) -> str:
    return "one person" if required == 1 else f"{required} distinct people"


def _not_halted(halt: Halt) -> Condition:
    if not halt.on:
        return Condition("not halted", holds=True, detail="no halt is on")
    who = halt.actor.display_name if halt.actor else "somebody"
    return Condition(
        "not halted",
        holds=False,
        detail=f"{who} halted all applies and destroys at {halt.at}: {halt.reason}",
        refusal=HaltedError(
            "Applies and destroys are halted",
            why=f"{who}, at {halt.at}: {halt.reason}",
            fix="When the reason is gone: alphaswarm halt off --reason …",
        ),
    )


def _not_from_a_workstation(
    environment: str, settings: EnvironmentSettings, target: Target, actor: Actor, break_glass: str | None
) -> Condition:
    name = "not from a workstation"
    if target is Target.LOCAL or not settings.shared:
        return Condition(name, holds=True, detail=f"{environment} is not shared here")
    if actor.kind is not ActorKind.person:
        return Condition(name, holds=True, detail=f"started by {actor.kind}")
    if break_glass:
        return Condition(name, holds=True, detail=f"break-glass: {break_glass}")
    return Condition(
        name,
        holds=False,
        detail=f"{environment} is shared, and {actor.display_name} is at a workstation",
        refusal=WorkstationError(
            f"{environment} is a shared environment and is not deployed from a workstation",
            why="others depend on it, and a workstation has no reviewers and no pinned commit",
            fix="Dispatch terraform-pipeline.yml; in an emergency: --break-glass REASON, which is recorded",
        ),
    )


def _not_rejected(plan_run_id: str, rejected: list[str]) -> Condition:
    if not rejected:
        return Condition("not rejected", holds=True, detail="nobody rejected it")
    return Condition(
        "not rejected",
        holds=False,
        detail=f"rejected by {', '.join(rejected)}",
        refusal=RejectedError(
            f"The plan {plan_run_id} was rejected by {', '.join(rejected)}", fix="Plan anew: alphaswarm deploy plan"
        ),
    )


def _enough(environment: str, required: int, plan_run_id: str, given: int, unfit: list[str]) -> Condition:
    detail = "; ".join([f"{given} of {required} approvals by people who did not start it", *unfit])
    if given >= required:
        return Condition("approved", holds=True, detail=detail)
    return Condition(
        "approved",
        holds=False,
        detail=detail,
        refusal=ApprovalMissingError(
            f"{environment} needs the approval of {_people(required)}; the plan has {given}",
            why="; ".join(["whoever started the run does not count", *unfit]),
            fix=f"Ask them to look at the plan and approve it (alphaswarm runs show {plan_run_id}), then: "
            f"alphaswarm deploy apply {plan_run_id}",
        ),
    )
