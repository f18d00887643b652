"""A build as its executor sees it: the request that starts it, and what AWS says about it.

Source: AWS CodeBuild API Reference (StartBuild, Build, BuildPhase).
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import uuid4

from alphaswarm_core.delivery.executor_errors import CommitUnknownError

COMMIT = re.compile(r"[0-9a-f]{40}")
_TOKEN_LENGTH = 64


class Carried(Protocol):
    """An order of whatever kind, on its way into a build."""

    def variables(self) -> dict[str, str]:
        """It as variables of the build."""

    def key(self) -> tuple[str, str]:
        """A word for people, and all else that tells it from another order."""


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """A build to be started. There is nothing in it that would override the project but the order's variables.

    Attributes:
        project: The project's name.
        commit: 40 hexadecimal digits: never a branch or tag, which may be moved between review and build.
        order: What the build does.
        token: Starts one build however often the request is sent (within five minutes).
    """

    project: str
    commit: str
    order: Carried
    token: str

    def __post_init__(self) -> None:
        if not COMMIT.fullmatch(self.commit):
            raise CommitUnknownError(
                f"{self.commit!r} is not a full commit",
                why="a branch, tag or short id can mean another commit when the build fetches it",
                fix="Name all 40 digits: --commit $(git rev-parse HEAD)",
            )

    def document(self) -> dict[str, Any]:
        """The arguments of StartBuild."""
        variables = [
            {"name": name, "value": value, "type": "PLAINTEXT"} for name, value in self.order.variables().items()
        ]
        return {
            "projectName": self.project,
            "sourceVersion": self.commit,
            "idempotencyToken": self.token,
            "environmentVariablesOverride": variables,
        }


def idempotency_token(order: Carried, commit: str, environ: Mapping[str, str]) -> str:
    """The token of a request: the same for each try of one job, another for everything else.

    In a workflow job it is made of what identifies the job, so that a step that is run again after a lost answer finds
    its build instead of starting a second one. The order's evidence is left out of it: each try has a token of its own.
    """
    parts = [environ.get(name, "") for name in ("GITHUB_RUN_ID", "GITHUB_RUN_ATTEMPT", "GITHUB_JOB")]
    if not all(parts):
        return uuid4().hex
    word, rest = order.key()
    words = "-".join([*parts, word])
    detail = hashlib.sha256(f"{words} {commit} {rest}".encode()).hexdigest()
    return f"{re.sub(r'[^A-Za-z0-9-]', '-', words)[: _TOKEN_LENGTH - 17]}-{detail[:16]}"


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase of a build. `status` is None while it lasts; `contexts` say why it failed."""

    name: str
    status: str | None
    seconds: int | None
    contexts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Build:
    """A build at one moment.

    Attributes:
        id: `PROJECT:UUID`.
        status: AWS's word: IN_PROGRESS, SUCCEEDED, FAILED, FAULT, TIMED_OUT, STOPPED.
        complete: Whether nothing follows.
        phase: The current phase.
        resolved_commit: What was really built; None before the source was there.
        log_group: Where its log is; None before there is one.
        exported: What it tells its caller.
        initiator: Who started it, as AWS says: `ROLE/SESSION`, a user, a service.
        started_at: Seconds since the epoch.
        link: Its log in the console.
        service_role: The role that it acts with.
    """

    id: str
    arn: str
    status: str
    complete: bool
    phase: str
    phases: tuple[Phase, ...]
    resolved_commit: str | None
    log_group: str | None
    log_stream: str | None
    exported: Mapping[str, str]
    initiator: str
    started_at: float
    link: str | None
    service_role: str = ""

    @property
    def failed_phase(self) -> Phase | None:
        """The first phase that did not succeed."""
        return next((each for each in self.phases if each.status not in {None, "SUCCEEDED"}), None)


def read_build(document: Mapping[str, Any]) -> Build:
    """A build from an answer of StartBuild, BatchGetBuilds or StopBuild."""
    logs = document.get("logs") or {}
    started = document.get("startTime")
    return Build(
        id=str(document["id"]),
        arn=str(document["arn"]),
        status=str(document["buildStatus"]),
        complete=bool(document.get("buildComplete")),
        phase=str(document.get("currentPhase") or "SUBMITTED"),
        phases=tuple(_phase(each) for each in document.get("phases") or ()),
        resolved_commit=document.get("resolvedSourceVersion"),
        log_group=logs.get("groupName"),
        log_stream=logs.get("streamName"),
        exported={each["name"]: each["value"] for each in document.get("exportedEnvironmentVariables") or ()},
        initiator=str(document.get("initiator") or ""),
        started_at=started.timestamp() if started is not None else 0.0,
        link=logs.get("deepLink"),
        service_role=str(document.get("serviceRole") or ""),
    )


def _phase(document: Mapping[str, Any]) -> Phase:
    contexts = tuple(
        str(each["message"]) for each in document.get("contexts") or () if (each.get("message") or "").strip()
    )
    return Phase(str(document["phaseType"]), document.get("phaseStatus"), document.get("durationInSeconds"), contexts)


@dataclass(frozen=True, slots=True)
class LogPage:
    """Lines of a build's log, and where the next page begins."""

    lines: tuple[str, ...]
    next_token: str | None


class Builds(Protocol):
    """CodeBuild and its logs, as the executor needs them."""

    def start(self, request: BuildRequest) -> Build:
        """Start a build.

        Raises:
            CodeBuildRefusedError: the caller may not.
            CodeBuildUnavailableError: CodeBuild does not answer.
        """

    def get(self, build_id: str) -> Build:
        """How the build is.

        Raises:
            AlphaSwarmError: as `start`.
        """

    def stop(self, build_id: str) -> Build:
        """Ask CodeBuild to stop it.

        Raises:
            AlphaSwarmError: as `start`.
        """

    def log(self, group: str, stream: str, token: str | None) -> LogPage | None:
        """The log from `token` on; None while it cannot be read."""
