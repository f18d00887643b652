"""Builds that are stopped, killed, repeated, limited or queued: each ends, and none leaves anything behind."""

import os
import signal
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from alphaswarm_core.local_address import LocalCloudAddress
from alphaswarm_local import supervisor
from alphaswarm_local.builds.client import set_build_quota
from alphaswarm_local.builds.errors import BuildQuotaNotSetError

from .building import (
    build_of,
    commands,
    failure_of,
    log_of,
    make_build_project,
    phases_of,
    start,
    waited,
)
from .conftest import ClientOf
from .roles import RoleOf, SessionOf, allow, code_of, refused


def endless(name: str) -> str:
    """A build that says who runs it and never ends, with a child that has left its process group."""
    return commands(f"echo worker=$PPID; setsid sleep 600.{name} & sleep 600.{name}")


def running(name: str) -> list[int]:
    """The processes that an endless build has started."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            words = (place / "cmdline").read_bytes().split(b"\0")
            state = (place / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if f"600.{name}".encode() in words and state != "Z":
            found.append(int(place.name))
    return found


def until(condition: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + 60
    while not (found := condition()):
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)
    return found


@pytest.fixture
def name() -> str:
    return str(uuid.uuid4().int)[:12]


def worker_of(client: ClientOf, build_id: str) -> int:
    """The process of a build that runs: its log says it, line by line, while the build goes on."""
    build = waited(client, build_id, lambda found: bool(found["logs"].get("groupName")))

    def said() -> list[str]:
        return [line for line in log_of(client, build) if line.startswith("worker=")]

    return int(until(said)[0].removeprefix("worker="))


def test_build_ends_with_all_it_started_when_it_is_stopped(client: ClientOf, role: RoleOf, name: str) -> None:
    build_id = start(client, make_build_project(client, role, endless(name)))
    until(lambda: len(running(name)) == 2)
    client("codebuild").stop_build(id=build_id)
    build = waited(client, build_id)
    assert (build["buildStatus"], phases_of(build)["BUILD"]) == ("STOPPED", "STOPPED")
    assert failure_of(build)[1:] == ("BUILD_STOPPED", "Build was stopped")
    assert until(lambda: not running(name))
    again = client("codebuild").stop_build(id=build_id)["build"]
    assert (again["buildStatus"], again["endTime"]) == ("STOPPED", build["endTime"])


def test_build_is_a_fault_and_leaves_nothing_when_its_process_is_killed(
    client: ClientOf, role: RoleOf, name: str
) -> None:
    build_id = start(client, make_build_project(client, role, endless(name)))
    worker = worker_of(client, build_id)
    until(lambda: len(running(name)) == 2)
    os.kill(worker, signal.SIGKILL)
    build = waited(client, build_id)
    assert build["buildStatus"] == "FAULT"
    assert failure_of(build)[:2] == ("BUILD", "INTERNAL_SERVICE_ERROR")
    assert not running(name)


def test_build_fails_when_its_command_is_killed(client: ClientOf, role: RoleOf) -> None:
    build = waited(client, start(client, make_build_project(client, role, commands("kill -KILL $$"))))
    assert build["buildStatus"] == "FAILED"
    assert "exit status 137" in failure_of(build)[2]


def test_builds_end_when_the_local_cloud_is_stopped_or_killed(
    home: Path, client: ClientOf, name: str, tmp_path: Path
) -> None:
    import boto3

    from .building import make_project, trusting_codebuild

    for ending in ("down", "kill"):
        cloud = supervisor.up(home, region="us-east-1", accounts={"dev": "111111111111"})
        keys = cloud.accounts["dev"]
        session = boto3.Session(keys.access_key_id, keys.secret_access_key, region_name="us-east-1")

        def own(service: str, session: Any = session, cloud: LocalCloudAddress = cloud) -> Any:
            return session.client(service, endpoint_url=cloud.endpoint)

        made = own("iam").create_role(RoleName="r", AssumeRolePolicyDocument=trusting_codebuild())["Role"]["Arn"]
        source = {"type": "NO_SOURCE", "location": "", "buildspec": endless(name)}
        no_log = {"cloudWatchLogs": {"status": "DISABLED"}}
        start(own, make_project(own, made, source=source, logsConfig=no_log))
        until(lambda: len(running(name)) == 2)
        if ending == "down":
            supervisor.down(home)
            assert not running(name)
        else:
            os.kill(cloud.pid, signal.SIGKILL)
        assert until(lambda: not running(name))


def test_build_is_done_again_as_it_was_when_it_is_retried(client: ClientOf, role: RoleOf) -> None:
    project = make_build_project(client, role, commands("echo value=$VALUE; exit 1"))
    variables = [{"name": "VALUE", "value": "7", "type": "PLAINTEXT"}]
    first = waited(client, start(client, project, environmentVariablesOverride=variables))
    retried = client("codebuild").retry_build(id=first["id"], idempotencyToken="again")["build"]
    assert client("codebuild").retry_build(id=first["id"], idempotencyToken="again")["build"]["id"] == retried["id"]
    second = waited(client, retried["id"])
    assert (second["buildNumber"], second["buildStatus"]) == (2, "FAILED")
    assert "value=7" in log_of(client, second)
    newest_first = client("codebuild").list_builds_for_project(projectName=project)["ids"]
    assert newest_first == [second["id"], first["id"]]
    oldest_first = client("codebuild").list_builds_for_project(projectName=project, sortOrder="ASCENDING")["ids"]
    assert oldest_first == newest_first[::-1]
    assert newest_first[0] in client("codebuild").list_builds()["ids"]
    for call, code in (
        (lambda: client("codebuild").retry_build(id="missing:1"), "ResourceNotFoundException"),
        (lambda: client("codebuild").stop_build(id="missing:1"), "ResourceNotFoundException"),
        (lambda: client("codebuild").list_builds_for_project(projectName="missing"), "ResourceNotFoundException"),
        (lambda: client("codebuild").list_builds(nextToken="x"), "InvalidInputException"),
    ):
        with pytest.raises(ClientError) as caught:
            call()
        assert code_of(caught) == code


def test_token_starts_one_build_and_is_refused_for_another_request(client: ClientOf, role: RoleOf) -> None:
    project, other = (make_build_project(client, role, commands("true")) for _ in range(2))
    first = start(client, project, idempotencyToken=f"{project}-1")
    assert start(client, project, idempotencyToken=f"{project}-1") == first
    assert start(client, project, idempotencyToken=f"{project}-2") != first
    assert start(client, project) != first
    for call in ({"projectName": other}, {"projectName": project, "sourceVersion": "main"}):
        with pytest.raises(ClientError) as caught:
            client("codebuild").start_build(**call, idempotencyToken=f"{project}-1")
        assert code_of(caught) == "InvalidInputException"


def test_second_build_is_refused_while_the_projects_limit_is_reached(client: ClientOf, role: RoleOf, name: str) -> None:
    project = make_build_project(client, role, endless(name), concurrentBuildLimit=1)
    first = start(client, project)
    with pytest.raises(ClientError) as caught:
        start(client, project)
    assert code_of(caught) == "AccountLimitExceededException"
    client("codebuild").stop_build(id=first)
    waited(client, first)
    client("codebuild").stop_build(id=start(client, project))


def test_build_waits_or_is_refused_by_the_accounts_quota(
    cloud: LocalCloudAddress, client: ClientOf, role: RoleOf, name: str
) -> None:
    """In another size than other tests build, so that none of theirs waits."""
    size = {"computeType": "BUILD_GENERAL1_LARGE"}
    project = make_build_project(client, role, endless(name), environment=size)
    try:
        set_build_quota(cloud, "dev", "Linux/Large", 0)
        with pytest.raises(ClientError) as caught:
            start(client, project)
        assert code_of(caught) == "AccountLimitExceededException"
        assert "Cannot have more than 0 builds in queue for the account" in str(caught.value)
        set_build_quota(cloud, "dev", "Linux/Large", 1)
        first = start(client, project)
        waited(client, first, lambda found: found["currentPhase"] == "BUILD")
        waiting = [start(client, project) for _ in range(5)]
        with pytest.raises(ClientError, match="Cannot have more than 5 builds in queue"):
            start(client, project)
        assert {build_of(client, each)["currentPhase"] for each in waiting} == {"QUEUED"}
        for each in waiting[1:]:
            client("codebuild").stop_build(id=each)
            assert build_of(client, each)["buildStatus"] == "STOPPED"
        client("codebuild").stop_build(id=first)
        assert waited(client, waiting[0], lambda found: found["currentPhase"] == "BUILD")
        client("codebuild").stop_build(id=waiting[0])
        assert waited(client, waiting[0])["buildStatus"] == "STOPPED"
    finally:
        set_build_quota(cloud, "dev", "Linux/Large", 5)


def test_quotas_are_read_as_on_aws(
    cloud: LocalCloudAddress, client: ClientOf, role: RoleOf, session_of: SessionOf
) -> None:
    quotas = client("service-quotas")
    listed = quotas.list_service_quotas(ServiceCode="codebuild")["Quotas"]
    wanted = next(each for each in listed if each["QuotaName"].endswith("for Linux/XLarge environment"))
    code = {"ServiceCode": "codebuild", "QuotaCode": wanted["QuotaCode"]}
    set_build_quota(cloud, "dev", "Linux/XLarge", 3)
    assert quotas.get_service_quota(**code)["Quota"]["Value"] == 3
    assert quotas.get_aws_default_service_quota(**code)["Quota"]["Value"] == 5
    assert client("service-quotas", "prod").get_service_quota(**code)["Quota"]["Value"] == 5
    for call in ({"ServiceCode": "ec2", "QuotaCode": "L-1"}, {"ServiceCode": "codebuild", "QuotaCode": "L-1"}):
        with pytest.raises(ClientError) as caught:
            quotas.get_service_quota(**call)
        assert code_of(caught) == "NoSuchResourceException"
    with pytest.raises(ClientError, match="NotImplemented"):
        quotas.request_service_quota_increase(**code, DesiredValue=9)
    as_role = session_of(role(allow("servicequotas:ListServiceQuotas")))("service-quotas")
    assert as_role.list_service_quotas(ServiceCode="codebuild")["Quotas"]
    refused(lambda: as_role.get_service_quota(**code))


@pytest.mark.parametrize(
    "wish", [("nowhere", "Linux/Small", 1), ("dev", "Windows/Small", 1), ("dev", "Linux/Small", -1)]
)
def test_quota_is_not_set_when_there_is_none_such(cloud: LocalCloudAddress, wish: tuple[str, str, int]) -> None:
    with pytest.raises(BuildQuotaNotSetError):
        set_build_quota(cloud, *wish)
