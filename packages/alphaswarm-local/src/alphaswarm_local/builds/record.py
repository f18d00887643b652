"""One build as it is known: what it was asked to be, how far it came, and what the API says of it.

Written by its watcher and by who stops it, read by everybody: every access is under one lock.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from alphaswarm_local.builds.phases import Context, Phase, PhaseRecord, Progress, Status
from alphaswarm_local.builds.settings import BuildSettings


@dataclass(frozen=True, slots=True)
class BuildIdentity:
    """What of a build never changes.

    Attributes:
        project: The project's name.
        number: 1 for the project's first build.
        initiator: Who started it, as AWS has it: `ROLE/SESSION`, or `root`.
        request: The StartBuild that it was started with, for a retry.
    """

    account_id: str
    region: str
    project: str
    uuid: str
    number: int
    initiator: str
    request: Mapping[str, Any] = field(repr=False)

    @property
    def id(self) -> str:
        """`PROJECT:UUID`."""
        return f"{self.project}:{self.uuid}"

    @property
    def arn(self) -> str:
        """The build's ARN."""
        return f"arn:aws:codebuild:{self.region}:{self.account_id}:build/{self.id}"


class BuildRecord:
    """A build.

    Args:
        identity: Which.
        settings: What it was asked to be.
        now: Seconds since the epoch.
    """

    def __init__(self, identity: BuildIdentity, settings: BuildSettings, now: Callable[[], float] = time.time) -> None:
        self.identity, self.settings, self._now = identity, settings, now
        self._lock = threading.Lock()
        self._progress = Progress().begin(Phase.SUBMITTED, now()).end(Status.SUCCEEDED, now())
        self._progress = self._progress.begin(Phase.QUEUED, now())
        self._resolved = ""
        self._exported: list[dict[str, str]] = []
        self._artifacts: dict[str, str] = {}
        self._has_log = False

    @property
    def complete(self) -> bool:
        """Whether it is over."""
        return self._progress.complete

    @property
    def queued_at(self) -> float:
        """When it began to wait."""
        return self._progress.records[1].started

    @property
    def log_stream(self) -> str:
        """The name of its log stream."""
        prefix = self.settings.log_stream_prefix
        return f"{prefix}/{self.identity.uuid}" if prefix else self.identity.uuid

    def take(self, event: Mapping[str, Any]) -> None:
        """Learn what the build's process says. After the end it has nothing to say.

        Raises:
            KeyError, TypeError, ValueError: it says something that no process of a build says.
        """
        with self._lock:
            if self._progress.complete:
                return
            match event["event"]:
                case "began":
                    self._progress = self._progress.begin(Phase(event["phase"]), float(event["at"]))
                case "ended":
                    contexts = [Context(str(code), str(message)) for code, message in event["contexts"]]
                    self._has_log = self._has_log or event["status"] == Status.SUCCEEDED
                    self._progress = self._progress.end(Status(event["status"]), float(event["at"]), *contexts)
                case "resolved":
                    self._resolved = str(event["commit"])
                case "exported":
                    self._exported = [{"name": str(name), "value": str(value)} for name, value in event["variables"]]
                case "uploaded":
                    self._artifacts = {str(name): str(value) for name, value in event["artifacts"].items()}
                case other:
                    raise ValueError(f"no event {other!r}")

    def finish(self, status: Status, code: str, message: str) -> None:
        """End it from outside. A build that is over stays as it ended."""
        with self._lock:
            self._progress = self._progress.finish(status, self._now(), Context(code, message))

    def document(self) -> dict[str, Any]:
        """The API's Build. Source: AWS CodeBuild API reference, Build."""
        with self._lock:
            return {**self._fixed(), **self._moving()}

    def _fixed(self) -> dict[str, Any]:
        identity, settings = self.identity, self.settings
        document = {
            "id": identity.id,
            "arn": identity.arn,
            "buildNumber": identity.number,
            "projectName": identity.project,
            "initiator": identity.initiator,
            "source": dict(settings.source),
            "secondarySources": [],
            "secondarySourceVersions": [],
            "secondaryArtifacts": [],
            "cache": dict(settings.cache),
            "environment": dict(settings.environment),
            "serviceRole": settings.service_role,
            "timeoutInMinutes": settings.timeout_minutes,
            "queuedTimeoutInMinutes": settings.queued_minutes,
            "encryptionKey": settings.encryption_key,
        }
        if settings.vpc:
            document["vpcConfig"] = dict(settings.vpc)
        if settings.source_version:
            document["sourceVersion"] = settings.source_version
        return document

    def _moving(self) -> dict[str, Any]:
        progress, current = self._progress, self._progress.current
        document: dict[str, Any] = {
            "startTime": progress.records[0].started,
            "currentPhase": str(current.phase) if current else str(Phase.SUBMITTED),
            "buildStatus": str(progress.status),
            "buildComplete": progress.complete,
            "phases": [_phase(each) for each in progress.records],
            "artifacts": {"location": "", **self._artifacts},
            "logs": self._logs(),
            "exportedEnvironmentVariables": self._exported,
        }
        if self._resolved:
            document["resolvedSourceVersion"] = self._resolved
        if progress.complete and current:
            document["endTime"] = current.started
        return document

    def _logs(self) -> dict[str, Any]:
        """Where the log is; group and stream are named once there is something to read."""
        group, region = self.settings.log_group, self.identity.region
        watch = {"status": "ENABLED" if group else "DISABLED"}
        document: dict[str, Any] = {
            "cloudWatchLogs": watch,
            "s3Logs": {"status": "DISABLED", "encryptionDisabled": False},
        }
        if group is None or not self._has_log:
            return document
        stream = self.log_stream
        arn = f"arn:aws:logs:{region}:{self.identity.account_id}:log-group:{group}:log-stream:{stream}"
        link = f"https://console.aws.amazon.com/cloudwatch/home?region={region}#logsV2:log-groups/log-group/"
        escaped = [name.replace("/", "$252F") for name in (group, stream)]
        return {
            **document,
            "groupName": group,
            "streamName": stream,
            "deepLink": f"{link}{escaped[0]}/log-events/{escaped[1]}",
            "cloudWatchLogsArn": arn,
        }


def _phase(record: PhaseRecord) -> dict[str, Any]:
    document: dict[str, Any] = {"phaseType": str(record.phase), "startTime": record.started}
    if record.ended is None or record.status is None:
        return document
    contexts = [{"statusCode": each.code, "message": each.message} for each in record.contexts]
    return {
        **document,
        "phaseStatus": str(record.status),
        "endTime": record.ended,
        "durationInSeconds": int(record.ended - record.started),
        "contexts": contexts,
    }
