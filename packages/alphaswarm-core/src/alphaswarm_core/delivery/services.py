"""The platform's own services on ECS, as the console shows them: what they are called, how they stand, how they fail.

Names follow `terraform/modules/ecs-fargate-control-plane`: `<project>-<service>-<environment>` in the cluster
`<project>-cluster-<environment>`, logs in `/aws/ecs/<project>-<service>-<environment>`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from alphaswarm_core.errors import RefusedError, UnavailableError, UsageError


class ServicesUnavailableError(UnavailableError):
    """ECS, CloudWatch or the way there does not answer, or answers with an error of its own."""

    code = "AS-ECS-001"
    summary = "The platform's services cannot be asked about"


class ServicesRefusedError(RefusedError):
    """The caller's role may not do this."""

    code = "AS-ECS-002"
    summary = "AWS does not let the caller look at or change the platform's service"


class ForeignServiceError(RefusedError):
    """The service is none of the platform's: it is neither looked at nor changed."""

    code = "AS-ECS-003"
    summary = "The service is none of the platform's own"


class ServiceNotRunningError(UsageError):
    """The service is ours and was never released, or was taken down."""

    code = "AS-ECS-004"
    summary = "The platform's service does not run in this environment"


class LogCursorError(UsageError):
    """The place in a log from which to go on is none, or is over."""

    code = "AS-ECS-005"
    summary = "A service's log cannot be read on from there"


@dataclass(frozen=True, slots=True)
class PlatformNames:
    """What belongs to the platform in one environment.

    Args:
        project: The project, which begins every name.
        environment: The environment, which ends it.
        services: The services that the project declares (`[images.services]`).
    """

    project: str
    environment: str
    services: tuple[str, ...]

    @property
    def cluster(self) -> str:
        """The cluster."""
        return f"{self.project}-cluster-{self.environment}"

    def service(self, name: str) -> str:
        """What ECS calls the service `name`.

        Raises:
            ForeignServiceError: it is none of the platform's.
        """
        if name not in self.services:
            raise ForeignServiceError(
                f"'{name}' is no service of the platform",
                why=f"in {self.environment} those are {', '.join(self.services) or 'none'}",
                fix="A service is declared in [images.services]",
            )
        return f"{self.project}-{name}-{self.environment}"

    def log_group(self, name: str) -> str:
        """The log group of the service `name`."""
        return f"/aws/ecs/{self.service(name)}"


@dataclass(frozen=True, slots=True)
class Deployment:
    """One rollout of a service. `state` is ECS's own word; empty where it says none."""

    id: str
    status: str
    state: str
    reason: str
    task_definition: str
    desired: int
    running: int
    pending: int
    failed_tasks: int
    created_at: datetime | None
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that ECS says happened."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Service:
    """A service as it stands. `images` are those of its task definition."""

    name: str
    environment: str
    cluster: str
    status: str
    desired: int
    running: int
    pending: int
    images: tuple[str, ...]
    deployments: tuple[Deployment, ...]
    events: tuple[Happening, ...]


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of a service's log."""

    at: datetime
    stream: str
    text: str


@dataclass(frozen=True, slots=True)
class LogLines:
    """Lines in the order of time, and from where to go on; None at the end."""

    lines: tuple[LogLine, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Series:
    """What was measured, oldest first. `name` is `cpu_percent` or `memory_percent`."""

    name: str
    points: tuple[tuple[datetime, float], ...]


@dataclass(frozen=True, slots=True)
class AlarmState:
    """An alarm. `state` is CloudWatch's own word."""

    name: str
    state: str
    reason: str
    since: datetime | None


class PlatformServices(Protocol):
    """The services of one environment. Every method may raise the errors of this module."""

    def all(self) -> Sequence[Service]:
        """Those that run, by name."""

    def one(self, name: str) -> Service:
        """One of them."""

    def redeploy(self, name: str) -> None:
        """Start its tasks anew, with the same task definition."""

    def scale(self, name: str, desired: int) -> None:
        """Let it have that many tasks."""

    def log(self, name: str, since: datetime, most: int, cursor: str | None) -> LogLines:
        """Its log from `since` on, or from `cursor`."""

    def measured(self, name: str, since: datetime, until: datetime) -> Sequence[Series]:
        """How much of its processors and memory it used."""

    def alarms(self) -> Sequence[AlarmState]:
        """The platform's alarms of the environment."""
