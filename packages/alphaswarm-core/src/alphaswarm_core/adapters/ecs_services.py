"""The door to ECS and CloudWatch for the platform's own services. See `delivery.services`."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import partial
from typing import Any

from alphaswarm_core.adapters.aws_answers import Refusal, asking
from alphaswarm_core.adapters.aws_clients import client
from alphaswarm_core.delivery.services import (
    AlarmState,
    Deployment,
    Happening,
    LogCursorError,
    LogLine,
    LogLines,
    PlatformNames,
    Series,
    Service,
    ServiceNotRunningError,
    ServicesRefusedError,
    ServicesUnavailableError,
)

_NOT_THERE = {
    "ClusterNotFoundException",
    "ServiceNotFoundException",
    "ServiceNotActiveException",
    "ResourceNotFoundException",
}
_METRICS = {"cpu_percent": "CPUUtilization", "memory_percent": "MemoryUtilization"}
_AT_ONCE = 10
"""Services in one DescribeServices."""
_MOST_EVENTS = 20
_MOST_ALARMS = 100
_POINTS = 120
_PERIOD = 60

Clients = Callable[[str], Any]


class AwsPlatformServices:
    """ECS, CloudWatch and CloudWatch Logs with the target's credentials. See `delivery.services.PlatformServices`.

    Args:
        names: What belongs to the platform. Nothing else is ever asked about: the names are made here.
        cloud: The `AWS_*` variables of the target.
        clients: Makes the client of a service; for tests.
    """

    def __init__(self, names: PlatformNames, cloud: Mapping[str, str], clients: Clients | None = None) -> None:
        self._names = names
        self._make = clients or partial(client, cloud=cloud)
        self._made: dict[str, Any] = {}

    def all(self) -> Sequence[Service]:
        """See `PlatformServices.all`."""
        try:
            return self._described(sorted(self._names.services))
        except ServiceNotRunningError:  # there is no cluster yet
            return ()

    def one(self, name: str) -> Service:
        """See `PlatformServices.one`."""
        self._names.service(name)
        found = self._described([name])
        if not found:
            raise ServiceNotRunningError(
                f"{name} does not run in {self._names.environment}", fix="Deploy it: alphaswarm deploy up"
            )
        return found[0]

    def redeploy(self, name: str) -> None:
        """See `PlatformServices.redeploy`."""
        self._update(name, f"redeploy {name}", forceNewDeployment=True)

    def scale(self, name: str, desired: int) -> None:
        """See `PlatformServices.scale`."""
        self._update(name, f"scale {name} to {desired}", desiredCount=desired)

    def log(self, name: str, since: datetime, most: int, cursor: str | None) -> LogLines:
        """See `PlatformServices.log`. A cursor holds the beginning too: a token goes with the question it answers."""
        start, _, token = cursor.partition(".") if cursor else (str(int(since.timestamp() * 1000)), "", "")
        if cursor and not (start.isascii() and start.isdecimal() and token):
            raise LogCursorError("This is no place in a log", fix="Read from the beginning")
        asked = {"logGroupName": self._names.log_group(name), "startTime": int(start), "limit": most}
        with _asking(f"read the log of {name}"):
            page = self._client("logs").filter_log_events(**asked, **({"nextToken": token} if token else {}))
        following = page.get("nextToken")
        return LogLines(tuple(map(_line, page["events"])), f"{start}.{following}" if following else None)

    def measured(self, name: str, since: datetime, until: datetime) -> Sequence[Series]:
        """See `PlatformServices.measured`. A long time is measured in longer steps: an answer has its bound."""
        dimensions = {"ClusterName": self._names.cluster, "ServiceName": self._names.service(name)}
        period = -(-int((until - since).total_seconds()) // _POINTS // _PERIOD) * _PERIOD or _PERIOD
        wanted = [_query(key, metric, dimensions, period) for key, metric in _METRICS.items()]
        with _asking(f"read what was measured of {name}"):
            answer = self._client("cloudwatch").get_metric_data(
                MetricDataQueries=wanted, StartTime=since, EndTime=until, ScanBy="TimestampAscending"
            )
        found = {
            each["Id"]: zip(each["Timestamps"], each["Values"], strict=True) for each in answer["MetricDataResults"]
        }
        return tuple(
            Series(key, tuple((_utc(at), float(value)) for at, value in found.get(key, ()))) for key in _METRICS
        )

    def alarms(self) -> Sequence[AlarmState]:
        """See `PlatformServices.alarms`. Those that ring come first."""
        prefix = f"{self._names.project}-{self._names.environment}-"
        with _asking("read the alarms"):
            pages = self._client("cloudwatch").get_paginator("describe_alarms").paginate(AlarmNamePrefix=prefix)
            states = [_alarm(each) for page in pages for each in page.get("MetricAlarms", [])]
        return sorted(states, key=lambda each: (each.state != "ALARM", each.name))[:_MOST_ALARMS]

    def _update(self, name: str, what: str, **change: Any) -> None:
        service = self._names.service(name)
        with _asking(what):
            self._client("ecs").update_service(cluster=self._names.cluster, service=service, **change)

    def _described(self, names: Sequence[str]) -> list[Service]:
        found: list[Service] = []
        for start in range(0, len(names), _AT_ONCE):
            asked = {self._names.service(name): name for name in names[start : start + _AT_ONCE]}
            with _asking("look at the services"):
                answer = self._client("ecs").describe_services(cluster=self._names.cluster, services=list(asked))
                running = [each for each in answer["services"] if each["status"] != "INACTIVE"]
                found += [self._service(asked[each["serviceName"]], each) for each in running]
        return found

    def _service(self, name: str, told: Mapping[str, Any]) -> Service:
        definition = self._client("ecs").describe_task_definition(taskDefinition=told["taskDefinition"])
        return Service(
            name=name,
            environment=self._names.environment,
            cluster=self._names.cluster,
            status=told["status"],
            desired=told["desiredCount"],
            running=told["runningCount"],
            pending=told["pendingCount"],
            images=tuple(each["image"] for each in definition["taskDefinition"]["containerDefinitions"]),
            deployments=tuple(map(_deployment, told.get("deployments", ()))),
            events=tuple(Happening(_utc(e["createdAt"]), e["message"]) for e in told.get("events", ())[:_MOST_EVENTS]),
        )

    def _client(self, service: str) -> Any:
        if service not in self._made:
            self._made[service] = self._make(service)
        return self._made[service]


def _deployment(told: Mapping[str, Any]) -> Deployment:
    created, updated = told.get("createdAt"), told.get("updatedAt")
    return Deployment(
        id=told["id"],
        status=told["status"],
        state=told.get("rolloutState", ""),
        reason=told.get("rolloutStateReason", ""),
        task_definition=told["taskDefinition"],
        desired=told["desiredCount"],
        running=told["runningCount"],
        pending=told["pendingCount"],
        failed_tasks=told.get("failedTasks", 0),
        created_at=_utc(created) if created else None,
        updated_at=_utc(updated) if updated else None,
    )


def _line(told: Mapping[str, Any]) -> LogLine:
    at = datetime.fromtimestamp(told["timestamp"] / 1000, UTC)
    return LogLine(at, told.get("logStreamName", ""), str(told["message"]).rstrip("\r\n"))


def _query(key: str, metric: str, dimensions: Mapping[str, str], period: int) -> dict[str, Any]:
    named = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    about = {"Namespace": "AWS/ECS", "MetricName": metric, "Dimensions": named}
    return {"Id": key, "MetricStat": {"Metric": about, "Period": period, "Stat": "Average"}}


def _alarm(told: Mapping[str, Any]) -> AlarmState:
    since = told.get("StateUpdatedTimestamp")
    return AlarmState(
        told["AlarmName"], told["StateValue"], told.get("StateReason", ""), _utc(since) if since else None
    )


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


def _asking(what: str) -> AbstractContextManager[None]:
    """Translate what goes wrong while asking AWS to `what`."""
    return asking(
        lambda refusal: _translated(refusal, what),
        lambda why: ServicesUnavailableError(
            f"AWS could not be asked to {what}", why=why, fix="Check network, region and credentials"
        ),
    )


def _translated(refusal: Refusal, what: str) -> Exception:
    code, why = refusal.code, refusal.told
    if refusal.is_denial:
        return ServicesRefusedError(
            f"AWS does not let the caller {what}", why=why, fix="Look at the task role's policy"
        )
    if code in _NOT_THERE:
        return ServiceNotRunningError(f"AWS cannot {what}", why=why, fix="Deploy it: alphaswarm deploy up")
    if code == "InvalidParameterException" and refusal.operation == "FilterLogEvents":
        return LogCursorError(f"AWS does not {what} from there", why=why, fix="Read from the beginning")
    return ServicesUnavailableError(f"AWS does not {what}", why=why, fix="Try again")
