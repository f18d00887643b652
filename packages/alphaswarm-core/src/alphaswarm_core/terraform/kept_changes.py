"""What a plan would do, as the ledger keeps it for people who look elsewhere: no sensitive value is in it."""

from collections.abc import Mapping
from typing import Any

from alphaswarm_core.canonical import Json
from alphaswarm_core.ledger.store import Ledger
from alphaswarm_core.terraform.plan import Plan, ResourceChange

SCHEMA = "alphaswarm.plan-changes/1"


def keep_changes(ledger: Ledger, run_id: str, plan: Plan) -> dict[str, Json]:
    """Keep what `plan` would do; the plan's summary with the digest of what was kept, for the run's row."""
    digest = ledger.keep_plan_changes(run_id, changes_document(plan))
    return {**plan.summary(), **({"changes_digest": digest} if digest else {})}


def changes_document(plan: Plan) -> dict[str, Json]:
    """The plan as data."""
    return {
        "schema": SCHEMA,
        "terraform_version": plan.terraform_version,
        "outputs": list(plan.output_changes),
        "changes": [_change(each) for each in plan.changes],
        "drift": [_change(each) for each in plan.drift],
    }


def _change(change: ResourceChange) -> Mapping[str, Any]:
    """A resource, with those of its attributes alone that differ: the rest says nothing and is most of the text."""
    before, after = change.before, change.after
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        same = {name for name in before.keys() & after.keys() if before[name] == after[name]}
        before = {name: value for name, value in before.items() if name not in same}
        after = {name: value for name, value in after.items() if name not in same}
    return {
        "address": change.address,
        "type": change.type,
        "action": change.action.value,
        "imported": change.imported,
        "reason": change.reason,
        "before": before,
        "after": after,
    }
