"""What happens in a run, as the engine reports it: one small class each, times in UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from alphaswarm_local.actions.seam.requests import JobFacts, RunRequest


class Status(StrEnum):
    """How far something is, in the words of GitHub's REST API."""

    QUEUED = "queued"
    PENDING = "pending"  # its concurrency group is taken
    WAITING = "waiting"  # its environment has not let it in yet
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"


class Conclusion(StrEnum):
    """How something ended, in the words of GitHub's REST API."""

    SUCCESS = "success"
    FAILURE = "failure"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"
    STARTUP_FAILURE = "startup_failure"  # the workflow cannot be run at all


class Level(StrEnum):
    """How loud an annotation is."""

    NOTICE = "notice"
    WARNING = "warning"
    ERROR = "failure"


@dataclass(frozen=True, slots=True)
class RunChanged:
    """The run as a whole.

    Attributes:
        name: `run-name`, evaluated; the workflow's name or path without one.
        message: Why it could not start, or was cancelled; empty otherwise.
    """

    run: RunRequest
    at: datetime
    status: Status
    conclusion: Conclusion | None = None
    name: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class JobChanged:
    """A job.

    Attributes:
        outputs: At its end.
        environment_url: `environment.url`, evaluated at its end.
        message: Why it waits, was refused, was skipped or failed without a step.
    """

    job: JobFacts
    at: datetime
    status: Status
    conclusion: Conclusion | None = None
    outputs: Mapping[str, str] = field(default_factory=dict)
    environment_url: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class StepChanged:
    """A step of a job. `conclusion` takes `continue-on-error` into account, `outcome` does not."""

    job: JobFacts
    number: int
    name: str
    at: datetime
    status: Status
    conclusion: Conclusion | None = None
    outcome: Conclusion | None = None


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of a step's log, secrets masked, without its end of line. `step` 0: of the job itself."""

    job: JobFacts
    step: int
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Annotated:
    """A notice, warning or error that a step or the runner made."""

    job: JobFacts
    step: int
    level: Level
    message: str
    title: str = ""
    path: str = ""
    line: int | None = None
    end_line: int | None = None
    column: int | None = None
    end_column: int | None = None


@dataclass(frozen=True, slots=True)
class Summarised:
    """What a step wrote to `GITHUB_STEP_SUMMARY`: Markdown, secrets masked."""

    job: JobFacts
    step: int
    markdown: str


RunEvent: TypeAlias = RunChanged | JobChanged | StepChanged | LogLine | Annotated | Summarised
