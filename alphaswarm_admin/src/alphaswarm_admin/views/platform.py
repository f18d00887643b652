"""From what ECS and CloudWatch say to the models."""

from datetime import datetime
from typing import Literal

from alphaswarm_admin.contract import platform as contract
from alphaswarm_core.delivery.services import AlarmState, Deployment, LogLines, Series, Service
from alphaswarm_core.ledger.times import format_time

_ROLLOUTS: dict[str, Literal["in_progress", "completed", "failed"]] = {
    "IN_PROGRESS": "in_progress",
    "COMPLETED": "completed",
    "FAILED": "failed",
}
_ALARMS: dict[str, Literal["ok", "alarm"]] = {"OK": "ok", "ALARM": "alarm"}
_NAMES: dict[str, Literal["cpu_percent", "memory_percent"]] = {
    "cpu_percent": "cpu_percent",
    "memory_percent": "memory_percent",
}


def service(found: Service) -> contract.PlatformService:
    """A service."""
    return contract.PlatformService(
        name=found.name,
        environment=found.environment,
        cluster=found.cluster,
        status=found.status,
        desired=found.desired,
        running=found.running,
        pending=found.pending,
        images=list(found.images),
        rollouts=[_rollout(each) for each in found.deployments],
        events=[contract.ServiceEvent(at=format_time(each.at), text=each.text) for each in found.events],
    )


def log_page(name: str, found: LogLines) -> contract.PlatformLogPage:
    """A page of a log."""
    lines = [contract.PlatformLogLine(at=format_time(e.at), stream=e.stream, text=e.text) for e in found.lines]
    return contract.PlatformLogPage(service=name, lines=lines, next_cursor=found.cursor)


def metric(series: Series) -> contract.Metric:
    """A series."""
    points = [contract.MetricPoint(at=format_time(at), value=value) for at, value in series.points]
    return contract.Metric(name=_NAMES[series.name], points=points)


def alarm(found: AlarmState) -> contract.Alarm:
    """An alarm; what CloudWatch may come to say besides is no data either."""
    return contract.Alarm(
        name=found.name,
        state=_ALARMS.get(found.state, "insufficient_data"),
        reason=found.reason,
        since=_moment(found.since),
    )


def _rollout(found: Deployment) -> contract.Rollout:
    return contract.Rollout(
        id=found.id,
        status=found.status,
        state=_ROLLOUTS.get(found.state, "unknown"),
        reason=found.reason or None,
        task_definition=found.task_definition,
        desired=found.desired,
        running=found.running,
        pending=found.pending,
        failed_tasks=found.failed_tasks,
        created_at=_moment(found.created_at),
        updated_at=_moment(found.updated_at),
    )


def _moment(at: datetime | None) -> str | None:
    return format_time(at) if at else None
