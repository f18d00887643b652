"""The door to ECS and CloudWatch: each call and answer is checked against the SDK's own model of the service."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.stub import Stubber

from alphaswarm_core.adapters.ecs_services import AwsPlatformServices
from alphaswarm_core.delivery.services import (
    ForeignServiceError,
    LogCursorError,
    PlatformNames,
    ServiceNotRunningError,
    ServicesRefusedError,
    ServicesUnavailableError,
)

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
NAMES = PlatformNames("example", "dev", ("admin", "admin-frontend"))
ARN = "arn:aws:ecs:us-east-1:111111111111"
DEFINITION = f"{ARN}:task-definition/example-admin-dev:7"
IMAGE = f"r.example.org/admin@sha256:{'a' * 64}"
GROUP = "/aws/ecs/example-admin-dev"


class Aws:
    """The services that the door asks, answering what a test has put in. A call that no test expects fails."""

    def __init__(self, stack: ExitStack) -> None:
        self.stubs: dict[str, Stubber] = {}
        self._clients: dict[str, Any] = {}
        for name in ("ecs", "logs", "cloudwatch"):
            keys = {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE", "aws_secret_access_key": "not-a-secret"}
            once = Config(retries={"total_max_attempts": 1})
            self._clients[name] = boto3.client(name, region_name="us-east-1", config=once, **keys)
            self.stubs[name] = stack.enter_context(Stubber(self._clients[name]))
        self.door = AwsPlatformServices(NAMES, {}, self._clients.__getitem__)

    def answers(self, of: str, operation: str, answer: dict[str, Any], /, **asked: Any) -> None:
        self.stubs[of].add_response(operation, answer, asked)

    def fails(self, service: str, operation: str, code: str) -> None:
        self.stubs[service].add_client_error(operation, code, "no")

    def done(self) -> None:
        for stub in self.stubs.values():
            stub.assert_no_pending_responses()


@pytest.fixture
def aws() -> Iterator[Aws]:
    with ExitStack() as stack:
        aws = Aws(stack)
        yield aws
        aws.done()


def _told(**changes: Any) -> dict[str, Any]:
    rollout = {
        "id": "ecs-svc/1", "status": "PRIMARY", "taskDefinition": DEFINITION, "desiredCount": 2, "runningCount": 1,
        "pendingCount": 1, "failedTasks": 1, "rolloutState": "IN_PROGRESS", "rolloutStateReason": "in progress",
        "createdAt": NOW, "updatedAt": NOW + timedelta(seconds=5),
    }  # fmt: skip
    return {
        "serviceName": "example-admin-dev", "status": "ACTIVE", "taskDefinition": DEFINITION, "desiredCount": 2,
        "runningCount": 1, "pendingCount": 1, "deployments": [rollout],
        "events": [{"id": "1", "createdAt": NOW, "message": "has started 1 tasks"}], **changes,
    }  # fmt: skip


def _is_described(aws: Aws, *told: dict[str, Any], services: tuple[str, ...] = ("example-admin-dev",)) -> None:
    answer = {"services": list(told), "failures": []}
    aws.answers("ecs", "describe_services", answer, cluster="example-cluster-dev", services=list(services))
    for each in told:
        if each["status"] != "INACTIVE":
            definition = {"taskDefinition": {"containerDefinitions": [{"name": "admin", "image": IMAGE}]}}
            aws.answers("ecs", "describe_task_definition", definition, taskDefinition=DEFINITION)


def test_a_service_is_described_with_rollouts_events_and_images(aws: Aws) -> None:
    _is_described(aws, _told())
    found = aws.door.one("admin")
    assert (found.name, found.environment, found.cluster) == ("admin", "dev", "example-cluster-dev")
    assert (found.desired, found.running, found.pending, found.images) == (2, 1, 1, (IMAGE,))
    assert (found.deployments[0].state, found.deployments[0].failed_tasks) == ("IN_PROGRESS", 1)
    assert found.events[0].at == NOW


def test_only_what_runs_is_listed(aws: Aws) -> None:
    gone = _told(serviceName="example-admin-frontend-dev", status="INACTIVE")
    _is_described(aws, _told(), gone, services=("example-admin-dev", "example-admin-frontend-dev"))
    assert [each.name for each in aws.door.all()] == ["admin"]


def test_where_there_is_no_cluster_yet_nothing_runs(aws: Aws) -> None:
    aws.fails("ecs", "describe_services", "ClusterNotFoundException")
    assert aws.door.all() == ()
    _is_described(aws)
    with pytest.raises(ServiceNotRunningError):
        aws.door.one("admin")


def test_a_redeploy_keeps_the_task_definition_and_a_scaling_changes_the_number_alone(aws: Aws) -> None:
    place = {"cluster": "example-cluster-dev", "service": "example-admin-dev"}
    aws.answers("ecs", "update_service", {}, **place, forceNewDeployment=True)
    aws.door.redeploy("admin")
    aws.answers("ecs", "update_service", {}, **place, desiredCount=3)
    aws.door.scale("admin", 3)


@pytest.mark.parametrize(
    "name", ["billing", "", "admin-dev", "example-admin-dev", "admin/../billing", f"{ARN}:service/x/y"]
)
def test_aws_is_not_even_asked_about_a_service_that_is_not_ours(aws: Aws, name: str) -> None:
    door = aws.door
    asks = (
        lambda: door.one(name),
        lambda: door.redeploy(name),
        lambda: door.scale(name, 1),
        lambda: door.log(name, NOW, 1, None),
        lambda: door.measured(name, NOW, NOW),
    )
    for ask in asks:
        with pytest.raises(ForeignServiceError):
            ask()


def test_a_log_is_read_on_with_the_question_that_it_began_with(aws: Aws) -> None:
    start = int(NOW.timestamp() * 1000)
    event = {"timestamp": start + 1500, "logStreamName": "admin/admin/1", "message": "hello\n"}
    asked = {"logGroupName": GROUP, "startTime": start, "limit": 5}
    aws.answers("logs", "filter_log_events", {"events": [event], "nextToken": "a.b/c="}, **asked)
    page = aws.door.log("admin", NOW, 5, None)
    assert (page.lines[0].text, page.lines[0].at) == ("hello", NOW + timedelta(milliseconds=1500))
    aws.answers("logs", "filter_log_events", {"events": []}, **asked, nextToken="a.b/c=")
    assert aws.door.log("admin", NOW + timedelta(hours=1), 5, page.cursor).cursor is None


@pytest.mark.parametrize("cursor", ["x", "1.", ".x", "-1.x", "\u0661.x"])
def test_a_place_in_a_log_that_is_none_is_refused(aws: Aws, cursor: str) -> None:
    with pytest.raises(LogCursorError):
        aws.door.log("admin", NOW, 5, cursor)


def test_a_place_in_a_log_that_is_over_is_refused(aws: Aws) -> None:
    aws.fails("logs", "filter_log_events", "InvalidParameterException")
    with pytest.raises(LogCursorError):
        aws.door.log("admin", NOW, 5, "1767600000000.old")


@pytest.mark.parametrize(("minutes", "period"), [(1, 60), (60, 60), (120, 60), (121, 120), (1440, 720)])
def test_a_long_time_is_measured_in_longer_steps(aws: Aws, minutes: int, period: int) -> None:
    since = NOW - timedelta(minutes=minutes)
    dimensions = [
        {"Name": "ClusterName", "Value": "example-cluster-dev"},
        {"Name": "ServiceName", "Value": "example-admin-dev"},
    ]
    queries = [
        {
            "Id": key,
            "MetricStat": {
                "Metric": {"Namespace": "AWS/ECS", "MetricName": metric, "Dimensions": dimensions},
                "Period": period,
                "Stat": "Average",
            },
        }
        for key, metric in (("cpu_percent", "CPUUtilization"), ("memory_percent", "MemoryUtilization"))
    ]
    result = {"Id": "cpu_percent", "Timestamps": [NOW], "Values": [12.5]}
    aws.answers(
        "cloudwatch", "get_metric_data", {"MetricDataResults": [result]},
        MetricDataQueries=queries, StartTime=since, EndTime=NOW, ScanBy="TimestampAscending",
    )  # fmt: skip
    cpu, memory = aws.door.measured("admin", since, NOW)
    assert (cpu.points, memory.points) == (((NOW, 12.5),), ())


def test_alarms_that_ring_come_first(aws: Aws) -> None:
    alarms = [
        {"AlarmName": "example-dev-a", "StateValue": "OK"},
        {"AlarmName": "example-dev-b", "StateValue": "ALARM", "StateReason": "x", "StateUpdatedTimestamp": NOW},
    ]
    aws.answers("cloudwatch", "describe_alarms", {"MetricAlarms": alarms}, AlarmNamePrefix="example-dev-")
    assert [each.name for each in aws.door.alarms()] == ["example-dev-b", "example-dev-a"]


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("AccessDeniedException", ServicesRefusedError),
        ("ServiceNotFoundException", ServiceNotRunningError),
        ("ServiceNotActiveException", ServiceNotRunningError),
        ("ServerException", ServicesUnavailableError),
        ("ThrottlingException", ServicesUnavailableError),
        ("InvalidParameterException", ServicesUnavailableError),
    ],
)
def test_what_aws_says_is_told_in_our_words(aws: Aws, code: str, error: type[Exception]) -> None:
    aws.fails("ecs", "update_service", code)
    with pytest.raises(error):
        aws.door.redeploy("admin")


def test_an_aws_that_is_not_there_is_unavailable() -> None:
    nowhere = {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "not-a-secret",
    }
    with pytest.raises(ServicesUnavailableError):
        AwsPlatformServices(NAMES, nowhere).redeploy("admin")
