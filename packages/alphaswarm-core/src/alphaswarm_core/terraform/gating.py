"""What the runtime asks the gate, and what it records for the gate when a plan is made.

It is asked here, inside the runtime, right before the plan is claimed: no executor, workflow or build leaves it out.
"""

from dataclasses import dataclass
from datetime import timedelta

from alphaswarm_core.gates.asking import question_about
from alphaswarm_core.gates.carrying import carry_approvals
from alphaswarm_core.gates.deciding import decide
from alphaswarm_core.gates.errors import StatefulLossError
from alphaswarm_core.gates.stateful import losses
from alphaswarm_core.ledger.records import Purpose, Run, RunStatus
from alphaswarm_core.terraform.context import RuntimeContext
from alphaswarm_core.terraform.plan import Action, Plan

_LOSING = frozenset({Action.DELETE, Action.REPLACE})


@dataclass(frozen=True, slots=True)
class Derivation:
    """Why a plan is made from an earlier run, and from which."""

    purpose: Purpose
    run_id: str


def require_gate(context: RuntimeContext, planned: Run, break_glass: str | None) -> frozenset[str]:
    """Refuse when anything that the gate asks for is missing.

    Returns:
        The ids of the approvals that it decided on.

    Raises:
        AlphaSwarmError: the refusal of the first condition that does not hold.
    """
    question = question_about(
        planned,
        context.ledger,
        context.settings,
        context.target,
        context.ledger.now(),
        applier=context.actor,
        break_glass=break_glass,
    )
    decide(question).require()
    return frozenset(each.id for each in question.approvals)


def prepare_for_approval(context: RuntimeContext, run: Run) -> None:
    """Record who wrote what a waiting plan deploys, and carry over approvals of the same change."""
    if run.status is not RunStatus.awaiting_approval:
        return
    if run.commit:
        context.ledger.add_involvements(run.id, context.read_authors(run.commit), source="git")
    hours = context.settings.environment(run.environment).approvals_expire_hours
    carry_approvals(context.ledger, run, expires_after=timedelta(hours=hours), now=context.ledger.now())


def refuse_losses(plan: Plan, derived: Derivation | None) -> None:
    """Refuse a rollback that would destroy or replace what holds data.

    Raises:
        StatefulLossError: it would.
    """
    if derived is None or derived.purpose is not Purpose.rollback:
        return
    lost = losses((each.address, each.type) for each in plan.changes if each.action in _LOSING)
    if lost:
        raise StatefulLossError(
            f"Going back to run {derived.run_id} would lose data",
            why="; ".join(lost),
            fix="Go forward instead: change the configuration, plan, and have the loss looked at; or keep the resource "
            "with a `moved` or `removed` block",
        )
