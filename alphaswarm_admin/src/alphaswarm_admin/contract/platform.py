"""The platform's own ECS services: how they stand, and what may be done to them."""

from typing import Literal

from pydantic import Field

from alphaswarm_admin.contract.common import Model, Moment, Reason


class Rollout(Model):
    """One deployment of a service, as ECS tells it."""

    id: str
    status: str
    state: Literal["in_progress", "completed", "failed", "unknown"]
    reason: str | None
    task_definition: str
    desired: int
    running: int
    pending: int
    failed_tasks: int
    created_at: Moment | None
    updated_at: Moment | None


class ServiceEvent(Model):
    """Something that ECS says happened."""

    at: Moment
    text: str


class PlatformService(Model):
    """A service. `images` are those of its task definition, by digest."""

    name: str
    environment: str
    cluster: str
    status: str
    desired: int
    running: int
    pending: int
    images: list[str]
    rollouts: list[Rollout]
    events: list[ServiceEvent]


class PlatformServiceList(Model):
    """The services of the platform."""

    items: list[PlatformService]
    as_of: Moment


class RedeployRequest(Model):
    """Start the service's tasks anew, with the same task definition."""

    reason: Reason


class ScaleRequest(Model):
    """Run that many tasks."""

    desired: int = Field(ge=1, le=20)
    reason: Reason


class PlatformLogLine(Model):
    """A line of a service's log."""

    at: Moment
    stream: str
    text: str


class PlatformLogPage(Model):
    """Lines in the order of time; `next_cursor` goes into `cursor`."""

    service: str
    lines: list[PlatformLogLine]
    next_cursor: str | None


class MetricPoint(Model):
    """A measured value."""

    at: Moment
    value: float


class Metric(Model):
    """One series: `cpu_percent`, `memory_percent`."""

    name: Literal["cpu_percent", "memory_percent"]
    points: list[MetricPoint]


class PlatformMetrics(Model):
    """What CloudWatch measured of a service."""

    service: str
    metrics: list[Metric]


class Alarm(Model):
    """A CloudWatch alarm of the platform."""

    name: str
    state: Literal["ok", "alarm", "insufficient_data"]
    reason: str
    since: Moment | None


class AlarmList(Model):
    """Alarms, those that ring first."""

    items: list[Alarm]
