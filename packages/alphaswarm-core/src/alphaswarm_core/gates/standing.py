"""What runs where: since when, drifted or not, and where it could go next. Read from the ledger alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from alphaswarm_core.gates.asking import precedent
from alphaswarm_core.gates.promotion import is_promotable
from alphaswarm_core.ledger.records import Run, RunKind, RunStatus
from alphaswarm_core.ledger.store import Ledger
from alphaswarm_core.settings import Settings


class Promotable(StrEnum):
    """Whether what runs in an environment could be brought to the next one."""

    READY = "ready"
    THERE_ALREADY = "there_already"
    NOT_VERIFIED = "not_verified"
    NOTHING_APPLIED = "nothing_applied"
    COMMIT_UNKNOWN = "commit_unknown"


@dataclass(frozen=True, slots=True)
class Standing:
    """How an environment stands.

    Attributes:
        name: The environment.
        applied: The last completed apply or destroy.
        latest: The last run of any kind.
        looked: The last completed drift check since then.
        verified_by: The run that found the apply in order.
        next: Where what runs here could be brought → whether it could.
    """

    name: str
    applied: Run | None
    latest: Run | None
    looked: Run | None
    verified_by: Run | None
    next: Mapping[str, Promotable]

    @property
    def drifted(self) -> int | None:
        """How many resources had changed when somebody looked; None when nobody did since the apply."""
        summary = self.looked.plan_summary if self.looked else None
        found = summary.get("drift", 0) if isinstance(summary, Mapping) else None
        return found if isinstance(found, int) else None


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


def _promotable(applied: Run | None, verified_by: Run | None, there: Run | None) -> Promotable:
    if applied is None or applied.run_kind is not RunKind.apply:
        return Promotable.NOTHING_APPLIED
    if not is_promotable(applied.promotable):
        return Promotable.COMMIT_UNKNOWN
    if there is not None and there.promotable == applied.promotable:
        return Promotable.THERE_ALREADY
    return Promotable.READY if verified_by else Promotable.NOT_VERIFIED
