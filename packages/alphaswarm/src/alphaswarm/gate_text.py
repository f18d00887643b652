"""The gate's answer in words and as data."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from alphaswarm.output import details, paint
from alphaswarm.run_text import counts, moment, run_document

if TYPE_CHECKING:
    from alphaswarm_core.gates.gate import GateDecision
    from alphaswarm_core.gates.syncing import ReviewOutcome
    from alphaswarm_core.ledger.records import Halt, Run
    from alphaswarm_core.settings import Settings

Waiting = Mapping[str, Sequence[tuple["Run", "GateDecision"]]]
"""Environment → the plans that wait there, each with the gate's answer."""


def decision_document(run: "Run", decision: "GateDecision") -> dict[str, Any]:
    """The gate's answer to a plan."""
    conditions = [
        {
            "name": each.name,
            "holds": each.holds,
            "detail": each.detail,
            "code": each.refusal.code if each.refusal else None,
            "remedy": each.remedy,
        }
        for each in decision.conditions
    ]
    return {"run": run_document(run), "go": decision.go, "conditions": conditions}


def decision_text(run: "Run", decision: "GateDecision") -> str:
    """The gate's answer to a plan, a condition a line; under what does not hold, what would make it hold."""
    answer = "may be applied" if decision.go else "may not be applied"
    lines = [f"{run.stack}: the plan {run.id} {answer}"]
    for each in decision.conditions:
        mark = paint("yes", "green") if each.holds else paint("NO ", "red")
        lines.append(f"  {mark}  {each.name}: {each.detail}")
        if each.remedy:
            lines.append(f"         {each.remedy}")
    if decision.go:
        lines.append(f"Apply it: alphaswarm deploy apply {run.id}")
    return "\n".join(lines)


def review_document(outcome: "ReviewOutcome") -> dict[str, Any]:
    """What became of a review in GitHub."""
    return {
        "reviewer": outcome.review.subject,
        "login": outcome.review.login,
        "state": outcome.review.state,
        "recorded": outcome.refusal is None,
        "known_before": outcome.known,
        "refusal": outcome.refusal.as_document() if outcome.refusal else None,
    }


def review_text(outcome: "ReviewOutcome") -> str:
    """The same as a line."""
    said = f"{outcome.review.login} {outcome.review.state}"
    if outcome.refusal:
        return f"{said}: {paint('does not count', 'red')}: {outcome.refusal.what}"
    return f"{said}: {'recorded before' if outcome.known else 'recorded'}"


def status_document(settings: "Settings", halt: "Halt", waiting: Waiting) -> dict[str, Any]:
    """What each environment asks for, and the plans that wait."""
    return {
        "halted": halt.on,
        "environments": {
            name: {
                "approvals": settings.environments[name].approvals,
                "approvals_expire_hours": settings.environments[name].approvals_expire_hours,
                "promoted_from": settings.environments[name].promoted_from,
                "waiting": [decision_document(run, decision) for run, decision in plans],
            }
            for name, plans in waiting.items()
        },
    }


def status_text(settings: "Settings", halt: "Halt", waiting: Waiting) -> str:
    """The same for people."""
    blocks = [paint(f"Applies and destroys are halted: {halt.reason}", "red")] if halt.on else []
    for name, plans in waiting.items():
        asked = settings.environments[name]
        facts: dict[str, object] = {
            "environment": name,
            "approvals": f"{asked.approvals} distinct people, for {asked.approvals_expire_hours} h"
            if asked.approvals
            else "none",
            "promoted from": asked.promoted_from,
        }
        waits = [f"  {_plan(run)}\n    {_first_missing(decision)}" for run, decision in plans]
        blocks.append("\n".join([details(facts), *(waits or ["  nothing waits"])]))
    return "\n\n".join(blocks)


def _plan(run: "Run") -> str:
    return f"{run.id}  {counts(run)}  {moment(run.queued_at)}  {run.actor.display_name}"


def _first_missing(decision: "GateDecision") -> str:
    missing = next((each for each in decision.conditions if not each.holds), None)
    return f"waits: {missing.name}: {missing.detail}" if missing else "may be applied"
