"""The phases of a build: their order, what follows a failure, and a record of them that cannot contradict itself.

Pure. Source: AWS CodeBuild API reference, BuildPhase and PhaseContext; user guide, "Build phase transitions".
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from alphaswarm_local.builds.buildspec.failure import FailureAction


class Phase(StrEnum):
    """The phases, in their order."""

    SUBMITTED = "SUBMITTED"
    QUEUED = "QUEUED"
    PROVISIONING = "PROVISIONING"
    DOWNLOAD_SOURCE = "DOWNLOAD_SOURCE"
    INSTALL = "INSTALL"
    PRE_BUILD = "PRE_BUILD"
    BUILD = "BUILD"
    POST_BUILD = "POST_BUILD"
    UPLOAD_ARTIFACTS = "UPLOAD_ARTIFACTS"
    FINALIZING = "FINALIZING"
    COMPLETED = "COMPLETED"


class Status(StrEnum):
    """How a phase or a build is, or ended."""

    IN_PROGRESS = "IN_PROGRESS"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    FAULT = "FAULT"
    TIMED_OUT = "TIMED_OUT"
    STOPPED = "STOPPED"


ORDER = tuple(Phase)
_NEXT: Mapping[Phase, Phase] = dict(pairwise(ORDER))
_WORST_FIRST = (Status.FAULT, Status.STOPPED, Status.TIMED_OUT, Status.FAILED)
_AFTER_FAILURE: Mapping[Phase, Phase] = {
    Phase.SUBMITTED: Phase.COMPLETED,
    Phase.QUEUED: Phase.COMPLETED,
    Phase.PROVISIONING: Phase.COMPLETED,
    Phase.DOWNLOAD_SOURCE: Phase.FINALIZING,
    Phase.INSTALL: Phase.UPLOAD_ARTIFACTS,
    Phase.PRE_BUILD: Phase.UPLOAD_ARTIFACTS,
    Phase.BUILD: Phase.POST_BUILD,
}
"""After a failed `build` comes `post_build`, and artifacts are always tried once commands could run."""


def following(phase: Phase, *, failed: bool, action: FailureAction = FailureAction.DEFAULT) -> Phase:
    """The phase after `phase`.

    Args:
        phase: The one that ended; not COMPLETED.
        failed: Whether it failed.
        action: Its `on-failure`. A retry that failed to the end is an abort.
    """
    if not failed or action is FailureAction.CONTINUE:
        return _NEXT[phase]
    if action in (FailureAction.ABORT, FailureAction.RETRY):
        return max(Phase.UPLOAD_ARTIFACTS, _NEXT[phase], key=ORDER.index)
    return _AFTER_FAILURE.get(phase, _NEXT[phase])


@dataclass(frozen=True, slots=True)
class Context:
    """Why a phase ended as it did: a code and a sentence; both empty after a success."""

    code: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class PhaseRecord:
    """One phase of one build. Times are seconds since the epoch; `ended` is None while it lasts."""

    phase: Phase
    started: float
    ended: float | None = None
    status: Status | None = None
    contexts: tuple[Context, ...] = ()


class PhaseOrderError(ValueError):
    """A phase began or ended where it cannot."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a build is. Phases begin in their order, each when the one before has ended, and never again."""

    records: tuple[PhaseRecord, ...] = ()

    @property
    def current(self) -> PhaseRecord | None:
        """The phase that began last."""
        return self.records[-1] if self.records else None

    @property
    def complete(self) -> bool:
        """Whether the build is over."""
        return self.current is not None and self.current.phase is Phase.COMPLETED

    @property
    def status(self) -> Status:
        """The build's status: the worst of its phases once it is complete."""
        if not self.complete:
            return Status.IN_PROGRESS
        found = {record.status for record in self.records}
        return next((status for status in _WORST_FIRST if status in found), Status.SUCCEEDED)

    def begin(self, phase: Phase, now: float) -> "Progress":
        """The build with `phase` begun.

        Raises:
            PhaseOrderError: another phase lasts, or this one is not later than all before it.
        """
        last = self.current
        if last is not None and (last.ended is None or ORDER.index(phase) <= ORDER.index(last.phase)):
            raise PhaseOrderError(f"{phase} cannot begin after {last.phase}, which ended at {last.ended}")
        return Progress((*self.records, PhaseRecord(phase, _not_before(now, last))))

    def end(self, status: Status, now: float, *contexts: Context) -> "Progress":
        """The build with its current phase ended.

        Raises:
            PhaseOrderError: no phase lasts, or the status is none in which one ends.
        """
        last = self.current
        if last is None or last.ended is not None or self.complete or status is Status.IN_PROGRESS:
            raise PhaseOrderError(f"No phase can end as {status} now")
        ended = replace(last, ended=max(now, last.started), status=status, contexts=contexts or (Context(),))
        return Progress((*self.records[:-1], ended))

    def finish(self, status: Status, now: float, context: Context) -> "Progress":
        """The build ended from outside, whatever phase it is in: stopped, out of time, or its process died."""
        if self.complete:
            return self
        lasting = self.current is not None and self.current.ended is None
        ended = self.end(status, now, context) if lasting else self._marked(status, now, context)
        return ended.begin(Phase.COMPLETED, now)

    def _marked(self, status: Status, now: float, context: Context) -> "Progress":
        """Between two phases the one that ended last carries the reason."""
        if not self.records:
            return self.begin(Phase.SUBMITTED, now).end(status, now, context)
        return Progress((*self.records[:-1], replace(self.records[-1], status=status, contexts=(context,))))


def _not_before(now: float, last: PhaseRecord | None) -> float:
    """Clocks are set back now and then; a phase never begins before the one before has ended."""
    return now if last is None or last.ended is None else max(now, last.ended)
