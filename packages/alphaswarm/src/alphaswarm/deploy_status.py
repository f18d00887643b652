"""How an environment stands, in words and as data."""

from typing import Any

from alphaswarm.run_text import counts, moment, run_document
from alphaswarm_core.gates.standing import Promotable, Standing


def standing_document(found: Standing) -> dict[str, Any]:
    """As data."""
    return {
        "applied": run_document(found.applied) if found.applied else None,
        "latest": run_document(found.latest) if found.latest else None,
        "drifted": found.drifted,
        "looked_for_drift_at": found.looked.finished_at if found.looked else None,
        "verified_by": found.verified_by.id if found.verified_by else None,
        "promotable_to": {name: _promotable(found, how) for name, how in found.next.items()},
    }


def standing_facts(found: Standing) -> dict[str, object]:
    """For people."""
    applied, last = found.applied, found.latest
    return {
        "environment": found.name,
        "applied": f"{moment(applied.finished_at)} by {applied.actor.display_name}" if applied else "never",
        "commit": applied.commit if applied else None,
        "run": applied.id if applied else None,
        "what for": f"{applied.purpose} of run {applied.parent_run_id}" if applied and applied.purpose else None,
        "drifted": _drift(found) if applied else None,
        "promotable": "; ".join(f"to {name}: {_promotable(found, how)}" for name, how in found.next.items()),
        "latest": f"{last.run_kind} {last.status.replace('_', ' ')} {counts(last)} ({last.id})" if last else None,
    }


def _drift(found: Standing) -> str:
    if found.looked is None or found.drifted is None:
        return "nobody has looked since the apply"
    what = f"{found.drifted} resources" if found.drifted else "no"
    return f"{what}, as of {moment(found.looked.finished_at)}"


def _promotable(found: Standing, how: Promotable) -> str:
    return {
        Promotable.READY: "yes",
        Promotable.THERE_ALREADY: "it is there already",
        Promotable.NOT_VERIFIED: f"not yet: alphaswarm deploy drift --env {found.name}",
        Promotable.NOTHING_APPLIED: "no, nothing runs here",
        Promotable.COMMIT_UNKNOWN: "no, its commit is not known",
    }[how]
