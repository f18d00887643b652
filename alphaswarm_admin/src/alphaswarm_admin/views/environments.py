"""The environments as they stand."""

from collections.abc import Sequence

from alphaswarm_admin.contract import environments as contract
from alphaswarm_admin.contract.gate import WaitingPlan
from alphaswarm_admin.views.gate import confirmation
from alphaswarm_admin.views.runs import images_of, run_summary
from alphaswarm_core.gates.standing import Promotable, Standing
from alphaswarm_core.ledger.records import RunKind
from alphaswarm_core.settings import EnvironmentSettings

_DETAIL = {
    Promotable.READY: "what runs here was applied and verified",
    Promotable.THERE_ALREADY: "it runs there already",
    Promotable.NOT_VERIFIED: "nobody has looked for drift since the apply",
    Promotable.NOTHING_APPLIED: "nothing runs here",
    Promotable.COMMIT_UNKNOWN: "the commit of what runs here is not known",
}


def environment(found: Standing, settings: EnvironmentSettings, waiting: Sequence[WaitingPlan]) -> contract.Environment:
    """How an environment stands."""
    applied = found.applied
    return contract.Environment(
        name=found.name,
        account_id=settings.account_id,
        shared=settings.shared,
        gate=_rule(found.name, settings),
        applied=run_summary(applied) if applied else None,
        latest=run_summary(found.latest) if found.latest else None,
        images=images_of(applied) if applied and applied.run_kind is RunKind.apply else [],
        drift=_drift(found),
        verified_by_run_id=found.verified_by.id if found.verified_by else None,
        promotable_to=[_target(found.name, name, how) for name, how in found.next.items()],
        waiting=list(waiting),
    )


def _rule(name: str, settings: EnvironmentSettings) -> contract.GateRule:
    return contract.GateRule(
        approvals=settings.approvals,
        approvals_expire_hours=settings.approvals_expire_hours,
        promoted_from=settings.promoted_from,
        reviewers=list(settings.reviewers),
        reviewer_teams=list(settings.reviewer_teams),
        confirmation=confirmation(name, settings.approvals) is not None,
    )


def _drift(found: Standing) -> contract.Drift:
    looked = found.looked
    return contract.Drift(
        resources=found.drifted,
        checked_at=looked.finished_at if looked else None,
        run_id=looked.id if looked else None,
    )


def _target(source: str, name: str, how: Promotable) -> contract.PromotionTarget:
    command = f"alphaswarm promote --from {source} --to {name}" if how is Promotable.READY else None
    if how is Promotable.NOT_VERIFIED:
        command = f"alphaswarm deploy drift --env {source}"
    return contract.PromotionTarget(
        environment=name, state=contract.PromotionState(how.value), detail=_DETAIL[how], command=command
    )
