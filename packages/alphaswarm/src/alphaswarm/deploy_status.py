"""What runs where: since when, by whom, drifted or not, and where it could go next."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alphaswarm.run_text import counts, moment, run_document
from alphaswarm_core.gates.asking import precedent
from alphaswarm_core.gates.promotion import is_promotable
from alphaswarm_core.ledger.records import Run, RunKind, RunStatus
from alphaswarm_core.ledger.store import Ledger
from alphaswarm_core.settings import Settings


@dataclass(frozen=True, slots=True)
class Standing:
    """How an environment stands.

    Attributes:
        name: The environment.
        applied: The last completed apply or destroy.
        latest: The last run of any kind.
        looked: The last completed drift check since then.
        verified_by: The run that found the apply in order.
        next: Where what runs here could be brought → whether and why not.
    """

    name: str
    applied: Run | None
    latest: Run | None
    looked: Run | None
    verified_by: Run | None
    next: Mapping[str, str]

    @property
    def drifted(self) -> int | None:
        """How many resources had changed when somebody looked; None when nobody did since the apply."""
        summary = self.looked.plan_summary if self.looked else None
        found = summary.get("drift", 0) if isinstance(summary, Mapping) else None
        return found if isinstance(found, int) else None

    def document(self) -> dict[str, Any]:
        """As data."""
        return {
            "applied": run_document(self.applied) if self.applied else None,
            "latest": run_document(self.latest) if self.latest else None,
            "drifted": self.drifted,
            "looked_for_drift_at": self.looked.finished_at if self.looked else None,
            "verified_by": self.verified_by.id if self.verified_by else None,
            "promotable_to": dict(self.next),
        }

    def facts(self) -> dict[str, object]:
        """For people."""
        applied, last = self.applied, self.latest
        return {
            "environment": self.name,
            "applied": f"{moment(applied.finished_at)} by {applied.actor.display_name}" if applied else "never",
            "commit": applied.commit if applied else None,
            "run": applied.id if applied else None,
            "what for": f"{applied.purpose} of run {applied.parent_run_id}" if applied and applied.purpose else None,
            "drifted": self._drift() if applied else None,
            "promotable": "; ".join(f"to {name}: {how}" for name, how in self.next.items()),
            "latest": f"{last.run_kind} {last.status.replace('_', ' ')} {counts(last)} ({last.id})" if last else None,
        }

    def _drift(self) -> str:
        if self.looked is None or self.drifted is None:
            return "nobody has looked since the apply"
        what = f"{self.drifted} resources" if self.drifted else "no"
        return f"{what}, as of {moment(self.looked.finished_at)}"


def standing(ledger: Ledger, settings: Settings, name: str) -> Standing:
    """How the environment `name` stands, by the ledger."""
    tree = settings.runtime_tree()
    applied = ledger.latest_applied(tree, name)
    latest = ledger.runs(tree=tree, environment=name, limit=1)
    checks = ledger.runs_after(applied, [RunKind.refresh]) if applied else []
    looked = [each for each in checks if each.status is RunStatus.completed]
    verified_by = precedent(applied, ledger).verified_by if applied else None
    targets = [each for each, asked in settings.environments.items() if asked.promoted_from == name]
    return Standing(
        name=name,
        applied=applied,
        latest=latest[0] if latest else None,
        looked=looked[-1] if looked else None,
        verified_by=verified_by,
        next={each: _promotable(applied, verified_by, ledger.latest_applied(tree, each)) for each in targets},
    )


def _promotable(applied: Run | None, verified_by: Run | None, there: Run | None) -> str:
    if applied is None or applied.run_kind is not RunKind.apply:
        return "no, nothing runs here"
    if not is_promotable(applied.promotable):
        return "no, its commit is not known"
    if there is not None and there.promotable == applied.promotable:
        return "it is there already"
    return "yes" if verified_by else f"not yet: alphaswarm deploy drift --env {applied.environment}"
