"""The same change, planned again: its approvals are carried over, as such.

Default: not the same. Two plans are the same change only if everything that makes the result is equal: the stack, the
spec (every file, input and provider), the engine, what is promoted, and every action with all its values before and
after. A value that is known only after the apply is the same where both plans leave the same value open: with an equal
spec it comes from the same place. A plan that shows sensitive values is never the same: they are not compared.
"""

from datetime import datetime, timedelta

from alphaswarm_core.ledger.records import Approval, Decision, Run, RunKind
from alphaswarm_core.ledger.store import Ledger
from alphaswarm_core.ledger.times import parse_time

_LOOKED_BACK = 50


def why_not_same(new: Run, earlier: Run) -> str | None:
    """Why the plan of `new` is another change than that of `earlier`; None where it is the same."""
    for name in ("tree", "environment", "target", "destroys"):
        if getattr(new, name) != getattr(earlier, name):
            return f"the {name} differs"
    if new.spec_version_id is None or new.spec_version_id != earlier.spec_version_id:
        return "the stack's spec differs"
    for name in ("engine", "engine_version", "provider_lock_hash", "commit", "promotable"):
        if getattr(new, name) != getattr(earlier, name):
            return f"the {name.replace('_', ' ')} differs"
    if new.change_digest is None or earlier.change_digest is None:
        return "a plan with sensitive values is not compared"
    return None if new.change_digest == earlier.change_digest else "it does something else"


def carry_approvals(ledger: Ledger, run: Run, *, expires_after: timedelta, now: datetime) -> list[Approval]:
    """Record for `run` the approvals that still count of the last plan that did the same. They keep their age.

    A plan that anybody rejected hands nothing on.
    """
    for earlier in ledger.runs(tree=run.tree, environment=run.environment, kind=RunKind.plan, limit=_LOOKED_BACK):
        if earlier.id >= run.id or why_not_same(run, earlier):
            continue
        said = ledger.approvals(earlier.id)
        if any(each.decision is Decision.reject for each in said):
            return []
        return [
            ledger.add_approval(
                run.id,
                str(run.plan_digest),
                each.approver,
                Decision.approve,
                comment=each.comment,
                source=each.source,
                reference=each.reference,
                given_at=each.given_at or each.at,
                carried_from=each.id,
            )
            for each in said
            if each.plan_digest == earlier.plan_digest and now < parse_time(each.given_at or each.at) + expires_after
        ]
    return []
