"""The door to AWS CodeBuild: builds and their logs for the executor, and what a preflight looks at."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cached_property
from typing import Any, TypeVar

from alphaswarm_core.adapters.aws_answers import Refusal, asking
from alphaswarm_core.adapters.aws_clients import client
from alphaswarm_core.delivery.builds import Build, BuildRequest, LogPage, read_build
from alphaswarm_core.delivery.executor_errors import (
    BuildProjectError,
    CodeBuildRefusedError,
    CodeBuildUnavailableError,
    OrderRefusedError,
)
from alphaswarm_core.delivery.preflight import Network

_T = TypeVar("_T")
_QUOTA_NAMES = {"LINUX_CONTAINER": "Linux", "ARM_CONTAINER": "ARM", "LINUX_GPU_CONTAINER": "Linux GPU"}
_SIZES = {
    "BUILD_GENERAL1_SMALL": "Small",
    "BUILD_GENERAL1_MEDIUM": "Medium",
    "BUILD_GENERAL1_LARGE": "Large",
    "BUILD_GENERAL1_XLARGE": "XLarge",
    "BUILD_GENERAL1_2XLARGE": "2XLarge",
}
_LINES = 1000


class AwsBuilds:
    """CodeBuild and CloudWatch Logs with the target's credentials. See `delivery.builds.Builds`."""

    def __init__(self, cloud: Mapping[str, str]) -> None:
        self._cloud = cloud

    @cached_property
    def _codebuild(self) -> Any:
        return client("codebuild", self._cloud)

    @cached_property
    def _logs(self) -> Any:
        return client("logs", self._cloud)

    def start(self, request: BuildRequest) -> Build:
        """See `Builds.start`."""
        with _asking(f"start a build of {request.project}"):
            return read_build(self._codebuild.start_build(**request.document())["build"])

    def get(self, build_id: str) -> Build:
        """See `Builds.get`."""
        with _asking(f"look at the build {build_id}"):
            found = self._codebuild.batch_get_builds(ids=[build_id])["builds"]
        if not found:
            raise CodeBuildRefusedError(f"CodeBuild knows no build {build_id}", fix="Compare account and region")
        return read_build(found[0])

    def stop(self, build_id: str) -> Build:
        """See `Builds.stop`."""
        with _asking(f"stop the build {build_id}"):
            return read_build(self._codebuild.stop_build(id=build_id)["build"])

    def log(self, group: str, stream: str, token: str | None) -> LogPage | None:
        """See `Builds.log`. Whatever is wrong with the log, the build goes on, and so does who follows it."""
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

        place = {"logGroupName": group, "logStreamName": stream, "startFromHead": True, "limit": _LINES}
        try:
            page = self._logs.get_log_events(**place, **({"nextToken": token} if token else {}))
        except (BotoCoreError, ClientError):
            return None
        lines = tuple(line for each in page["events"] for line in str(each["message"]).rstrip("\r\n").splitlines())
        return LogPage(lines, page.get("nextForwardToken"))


class AwsAccount:
    """What a preflight looks at. See `delivery.preflight.Account`."""

    def __init__(self, cloud: Mapping[str, str]) -> None:
        self._cloud = cloud

    def project(self, name: str) -> Mapping[str, Any] | None:
        """See `Account.project`."""

        def ask() -> Mapping[str, Any]:
            found = client("codebuild", self._cloud).batch_get_projects(names=[name])["projects"]
            return found[0] if found else {}

        return _if_allowed(ask)

    def role_exists(self, arn: str) -> bool | None:
        """See `Account.role_exists`."""
        from botocore.exceptions import ClientError  # noqa: PLC0415

        def ask() -> bool:
            try:
                client("iam", self._cloud).get_role(RoleName=arn.rpartition("/")[2])
            except ClientError as error:
                if Refusal.of(error).code == "NoSuchEntity":
                    return False
                raise
            return True

        return _if_allowed(ask)

    def concurrent_builds(self, environment_type: str, compute_type: str) -> float | None:
        """See `Account.concurrent_builds`. The quota is found by its name: AWS publishes no table of the codes."""
        kind, size = _QUOTA_NAMES.get(environment_type), _SIZES.get(compute_type)
        wanted = f"Concurrently running builds for {kind}/{size} environment"

        def ask() -> float | None:
            pages = client("service-quotas", self._cloud).get_paginator("list_service_quotas")
            quotas = (each for page in pages.paginate(ServiceCode="codebuild") for each in page["Quotas"])
            return next((float(each["Value"]) for each in quotas if each["QuotaName"] == wanted), None)

        return _if_allowed(ask) if kind and size else None

    def network(self, vpc_id: str, subnets: Sequence[str]) -> Network | None:
        """See `Account.network`."""

        def ask() -> Network:
            ec2 = client("ec2", self._cloud)
            in_vpc = [{"Name": "vpc-id", "Values": [vpc_id]}]
            endpoints = ec2.describe_vpc_endpoints(Filters=in_vpc)["VpcEndpoints"]
            tables = ec2.describe_route_tables(Filters=[{"Name": "association.subnet-id", "Values": [*subnets]}])
            routes = [route for table in tables["RouteTables"] for route in table["Routes"]]
            has_nat = any(route.get("NatGatewayId") for route in routes)
            # com.amazonaws.us-east-1.codeartifact.api
            names = frozenset(str(each["ServiceName"]).split(".", 3)[-1] for each in endpoints)
            return Network(has_nat, names)

        return _if_allowed(ask)


def _if_allowed(ask: Callable[[], _T]) -> _T | None:
    """What `ask` finds; None where AWS does not let the caller look, or does not answer at all."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    try:
        return ask()
    except (BotoCoreError, ClientError):
        return None


def _asking(what: str) -> AbstractContextManager[None]:
    """Translate what goes wrong while asking CodeBuild to `what`."""
    return asking(
        lambda refusal: _translated(refusal, what),
        lambda why: CodeBuildUnavailableError(
            f"CodeBuild could not be asked to {what}", why=why, fix="Check network, region and credentials"
        ),
    )


def _translated(refusal: Refusal, what: str) -> Exception:
    code, why = refusal.code, refusal.told
    if refusal.is_denial:
        return CodeBuildRefusedError(
            f"AWS does not let the caller {what}", why=why, fix="Assume the apply role of this environment"
        )
    if code == "ResourceNotFoundException":
        return BuildProjectError(f"CodeBuild cannot {what}", why=why, fix="Apply the landing zone")
    if code == "InvalidInputException":
        return OrderRefusedError(f"CodeBuild refuses to {what}", why=why)
    if code == "AccountLimitExceededException":
        return CodeBuildUnavailableError(
            f"CodeBuild does not {what} now", why=why, fix="Wait for other builds to end, or ask for a higher quota"
        )
    return CodeBuildUnavailableError(f"CodeBuild does not {what}", why=why, fix="Try again")
