"""What the gate decides on, read from the ledger."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from alphaswarm_core.gates.deciding import Question
from alphaswarm_core.gates.people import people_of
from alphaswarm_core.gates.promotion import VERIFYING_KINDS, Origin, Precedent, is_promotable, verification_of
from alphaswarm_core.ledger.records import Actor, Purpose, Run
from alphaswarm_core.ledger.store import Ledger
from alphaswarm_core.settings import Settings
from alphaswarm_core.target import Target


def question_about(
    run: Run,
    ledger: Ledger,
    settings: Settings,
    target: Target,
    now: datetime,
    *,
    applier: Actor | None = None,
    break_glass: str | None = None,
) -> Question:
    """Everything that the decision on `run` depends on, as it is now."""
    return Question(
        run=run,
        settings=settings.environment(run.environment),
        target=target,
        people=people_of(settings.people),
        halt=ledger.halt(),
        approvals=ledger.approvals(run.id),
        involvements=ledger.involvements(run.id),
        waivers=ledger.waivers(run.id),
        origins=origins_of(run, ledger, settings),
        now=now,
        applier=applier,
        break_glass=break_glass,
    )


def origins_of(run: Run, ledger: Ledger, settings: Settings) -> Sequence[Origin] | None:
    """Where a plan may come from; None where its environment asks for no promotion.

    Going back to what an environment had before is also a way that was verified: in that environment itself.
    """
    source = settings.environment(run.environment).promoted_from
    if source is None:
        return None
    origins = [_origin(run, source, ledger)]
    if run.purpose is Purpose.rollback:
        own = _origin(run, run.environment, ledger)
        origins.append(replace(own, precedents=[Precedent(each.applied, each.applied) for each in own.precedents]))
    return origins


def _origin(run: Run, environment: str, ledger: Ledger) -> Origin:
    same = ledger.applied_like(run.tree, environment, run.promotable) if is_promotable(run.promotable) else []
    return Origin(
        environment=environment,
        precedents=[precedent(applied, ledger) for applied in same],
        latest=ledger.latest_applied(run.tree, environment),
    )


def precedent(applied: Run, ledger: Ledger) -> Precedent:
    """An apply, and what verified it."""
    return Precedent(applied, verification_of(applied, ledger.runs_after(applied, VERIFYING_KINDS)))
