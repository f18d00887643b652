"""What all jobs of a run share."""

import itertools
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from alphaswarm_local.actions.engine.results import JobOutcome
from alphaswarm_local.actions.engine.settings import RunnerSettings
from alphaswarm_local.actions.engine.turns import NO_GROUPS, Groups
from alphaswarm_local.actions.expressions.values import Value
from alphaswarm_local.actions.seam.cancellation import Cancellation
from alphaswarm_local.actions.seam.control_plane import ControlPlane
from alphaswarm_local.actions.seam.events import Conclusion, JobChanged, Status
from alphaswarm_local.actions.seam.requests import CalledFile, JobFacts, Permissions, RunRequest


@dataclass
class RunState:
    """One run while it runs."""

    plane: ControlPlane
    settings: RunnerSettings
    run: RunRequest
    slots: threading.Semaphore
    cancellation: Cancellation
    outcomes: dict[str, JobOutcome] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def next_number(self) -> int:
        """Counts the jobs of the run."""
        with self._lock:
            return next(self._numbers)

    def keep(self, key: str, outcome: JobOutcome) -> None:
        """Remember how a job ended."""
        with self._lock:
            self.outcomes[key] = outcome

    def end_unrun(self, facts: JobFacts, outcome: JobOutcome, message: str = "") -> JobOutcome:
        """A job is over that did not run: skipped, refused, or done in an earlier attempt."""
        self.plane.report(
            JobChanged(facts, self.plane.now(), Status.COMPLETED, outcome.result, outcome.outputs, message=message)
        )
        self.keep(facts.key, outcome)
        return outcome

    def finished(self, facts: JobFacts) -> JobOutcome | None:
        """How a job ended in an earlier attempt that is not repeated."""
        kept = self.run.finished.get(facts.key)
        return None if kept is None else JobOutcome(Conclusion(kept.result), kept.outputs)


@dataclass(frozen=True, slots=True)
class GraphPlace:
    """Where a workflow file stands in a run.

    Attributes:
        prefix: In front of keys and names: empty, or `CALLER / `.
        permissions: What its jobs have that state nothing; for a called file, the most that they may have.
        inputs: `inputs`.
        secrets: What the caller passed; None: the repository's.
        callee: The file, if it is called.
        groups: The concurrency groups that the run, and what calls the file, hold.
    """

    prefix: str
    permissions: Permissions
    inputs: Mapping[str, Value]
    secrets: Mapping[str, str] | None = None
    callee: CalledFile | None = None
    groups: Groups = NO_GROUPS
