"""Promotion: an environment takes only what was applied and verified in the one before.

What has to be equal from one environment to the next is the `promotable` document of a run: the commit, the shared
modules, the provider lock and the image digests. What is an environment's own (its root module's values) is not in it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from alphaswarm_core.canonical import Json
from alphaswarm_core.ledger.records import Run, RunKind, RunStatus

_CHANGES = ("add", "change", "destroy", "import", "forget", "outputs")
_COMPARED = ("commit", "modules", "lock")
VERIFYING_KINDS = (RunKind.refresh, RunKind.plan, RunKind.apply, RunKind.destroy)
"""The runs after an apply that say something about it."""


@dataclass(frozen=True, slots=True)
class Precedent:
    """An apply of the same thing elsewhere, and the run that found it in order afterwards."""

    applied: Run
    verified_by: Run | None


@dataclass(frozen=True, slots=True)
class Origin:
    """What is known of the environment that a plan has to come from.

    Attributes:
        environment: Its name.
        precedents: Applies of the same promotable there, the newest first.
        latest: What was applied there last, whatever it was.
    """

    environment: str
    precedents: Sequence[Precedent]
    latest: Run | None


def verification_of(applied: Run, later: Iterable[Run]) -> Run | None:
    """The run that verified an apply: the first one after it, and before the next change, that found nothing amiss.

    A drift check that found no drift, or a plan that would change nothing.
    """
    for run in later:
        if run.status is not RunStatus.completed or run.queued_at <= (applied.finished_at or "~"):
            continue
        if run.run_kind in {RunKind.apply, RunKind.destroy}:
            return None
        if _finds_nothing(run):
            return run
    return None


def _finds_nothing(run: Run) -> bool:
    summary = run.plan_summary
    if not isinstance(summary, Mapping) or summary.get("drift"):
        return False
    return run.run_kind is RunKind.refresh or not any(summary.get(key) for key in _CHANGES)


def differences(wanted: Json, there: Json) -> list[str]:
    """What differs between two promotable documents, in words."""
    if not isinstance(wanted, Mapping) or not isinstance(there, Mapping):
        return ["what was applied there is not known"]
    ours = {**{key: wanted.get(key) for key in _COMPARED}, **_images(wanted)}
    theirs = {**{key: there.get(key) for key in _COMPARED}, **_images(there)}
    return [
        f"{key} {_short(theirs.get(key))} there, {_short(ours.get(key))} here"
        for key in dict.fromkeys((*ours, *theirs))
        if ours.get(key) != theirs.get(key)
    ]


def is_promotable(promotable: Json) -> bool:
    """Whether a run says enough of itself to be compared: a commit above all."""
    return isinstance(promotable, Mapping) and bool(promotable.get("commit"))


def _images(document: Mapping[str, Json]) -> Mapping[str, Json]:
    images = document.get("images")
    return images if isinstance(images, Mapping) else {}


def _short(value: Json) -> str:
    text = str(value) if value is not None else "none"
    return text.removeprefix("sha256:")[:12]
