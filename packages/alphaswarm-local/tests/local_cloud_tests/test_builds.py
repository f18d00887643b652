"""Builds run for real: their commands, variables, sources and phases, started with real clients."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from alphaswarm_core.local_address import LocalCloudAddress
from alphaswarm_core.target import local_client_environment

from .building import (
    LOGS,
    build_of,
    commands,
    commit,
    failure_of,
    git,
    log_of,
    make_build_project,
    make_project,
    phases_of,
    start,
    trusting_codebuild,
    waited,
)
from .conftest import ClientOf
from .roles import ACCOUNT, RoleOf, SessionOf, allow, code_of, refused

ALL = """\
version: 0.2
env:
  variables:
    GREETING: hello
    FROM_SPEC: spec
  exported-variables: [SAID, COUNT]
phases:
  install: {commands: [export COUNT=1]}
  pre_build: {commands: ['COUNT=$((COUNT + 1))', mkdir sub && cd sub]}
  build:
    commands: ['export SAID="$GREETING $NAME from $(basename $PWD)"', echo "said $SAID"]
    finally: [echo finally]
  post_build: {commands: ['COUNT=$((COUNT + 1))', 'echo "succeeding $CODEBUILD_BUILD_SUCCEEDING"']}
"""


def test_build_runs_all_phases_and_exports_variables_when_it_is_started(client: ClientOf, role: RoleOf) -> None:
    project = make_build_project(
        client, role, ALL, environment={"environmentVariables": [{"name": "NAME", "value": "project"}]}
    )
    started = client("codebuild").start_build(
        projectName=project, environmentVariablesOverride=[{"name": "NAME", "value": "caller", "type": "PLAINTEXT"}]
    )["build"]
    assert (started["buildStatus"], started["buildComplete"], started["buildNumber"]) == ("IN_PROGRESS", False, 1)
    assert started["initiator"] == "root"
    build = waited(client, started["id"])
    assert build["buildStatus"] == "SUCCEEDED", failure_of(build)
    assert build["exportedEnvironmentVariables"] == [
        {"name": "SAID", "value": "hello caller from sub"},
        {"name": "COUNT", "value": "3"},
    ]
    assert list(phases_of(build)) == [
        "SUBMITTED", "QUEUED", "PROVISIONING", "DOWNLOAD_SOURCE", "INSTALL", "PRE_BUILD", "BUILD", "POST_BUILD",
        "UPLOAD_ARTIFACTS", "FINALIZING", "COMPLETED",
    ]  # fmt: skip
    assert build["startTime"] <= build["endTime"]
    assert build["logs"]["groupName"] == f"/aws/codebuild/{project}"
    lines = log_of(client, build)
    assert [line for line in lines if line in {"said hello caller from sub", "finally", "succeeding 1"}] == [
        "said hello caller from sub", "finally", "succeeding 1",
    ]  # fmt: skip
    assert any("Running command mkdir sub && cd sub" in line for line in lines)


def test_commands_act_as_the_service_role_and_hold_no_key_when_they_call_aws(client: ClientOf, role: RoleOf) -> None:
    script = (
        f"{sys.executable} -c \"import boto3; print('arn', boto3.client('sts').get_caller_identity()['Arn']); "
        "boto3.client('ssm').put_parameter(Name='/from-build', Value='1', Type='String', Overwrite=True)\""
    )
    denied = (
        f"{sys.executable} -c \"import boto3; boto3.client('ssm').get_parameter(Name='/from-build')\" 2>&1 | tail -1"
    )
    buildspec = commands(script, denied, "env | cut -d= -f1 | sort | sed s/^/has:/")
    project = make_build_project(client, role, buildspec, allow("ssm:PutParameter"))
    build = waited(client, start(client, project))
    assert build["buildStatus"] == "SUCCEEDED", (failure_of(build), log_of(client, build))
    lines = log_of(client, build)
    role_name = build["serviceRole"].rpartition("/")[2]
    session = f"AWSCodeBuild-{build['id'].partition(':')[2]}"
    assert f"arn arn:aws:sts::{ACCOUNT}:assumed-role/{role_name}/{session}" in lines
    assert client("ssm").get_parameter(Name="/from-build")["Parameter"]["Value"] == "1"
    assert any("AccessDeniedException" in line for line in lines)
    names = {line.removeprefix("has:") for line in lines if line.startswith("has:")}
    assert {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_ENDPOINT_URL", "CODEBUILD_BUILD_ID"} <= names
    assert not names & {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"}


def test_build_has_the_asked_commit_and_nothing_else_when_the_branch_has_moved_on(
    client: ClientOf, role: RoleOf, checkout: Path
) -> None:
    spec = commands("cat content", "git rev-parse HEAD", "ls")
    first = commit(checkout, {"content": "first", "buildspec.yml": spec})
    second = commit(checkout, {"content": "second"})
    git(checkout, "tag", "--force", "v1", first)
    (checkout / "content").write_text("not committed")
    project = make_project(client, role(LOGS, trust=trusting_codebuild()))
    for version, resolved, content in (
        (first, first, "first"),
        ("v1", first, "first"),
        ("main", second, "second"),
        (None, second, "second"),
    ):
        build = waited(client, start(client, project, **({"sourceVersion": version} if version else {})))
        assert build["buildStatus"] == "SUCCEEDED", failure_of(build)
        assert build["resolvedSourceVersion"] == resolved
        assert {content, resolved} <= set(log_of(client, build))
        assert ".alphaswarm" not in log_of(client, build)


@pytest.mark.parametrize("version", ["0" * 40, "no-such-branch", "-oProxyCommand=x", "main@{1}"])
def test_build_fails_in_download_source_when_the_commit_does_not_exist(
    client: ClientOf, role: RoleOf, checkout: Path, version: str
) -> None:
    commit(checkout, {"buildspec.yml": commands("true")})
    project = make_project(client, role(LOGS, trust=trusting_codebuild()))
    build = waited(client, start(client, project, sourceVersion=version))
    assert build["buildStatus"] == "FAILED"
    phase, code, message = failure_of(build)
    assert (phase, code) == ("DOWNLOAD_SOURCE", "CLIENT_ERROR")
    assert version in message
    assert "resolvedSourceVersion" not in build
    assert "BUILD" not in phases_of(build)


def test_post_build_runs_and_is_told_when_build_has_failed(client: ClientOf, role: RoleOf) -> None:
    spec = """\
version: 0.2
phases:
  build: {commands: [exit 7, echo not-reached], finally: [echo finally-after-failure]}
  post_build: {commands: ['echo "succeeding $CODEBUILD_BUILD_SUCCEEDING"']}
"""
    build = waited(client, start(client, make_build_project(client, role, spec)))
    assert build["buildStatus"] == "FAILED"
    assert failure_of(build) == (
        "BUILD", "COMMAND_EXECUTION_ERROR", "Error while executing command: exit 7. Reason: exit status 7",
    )  # fmt: skip
    assert phases_of(build)["POST_BUILD"] == "SUCCEEDED"
    lines = log_of(client, build)
    assert {"finally-after-failure", "succeeding 0"} <= set(lines)
    assert "not-reached" not in lines


@pytest.mark.parametrize(
    ("action", "phases", "status"),
    [
        ("ABORT", {"BUILD": "FAILED"}, "FAILED"),
        ("CONTINUE", {"BUILD": "FAILED", "POST_BUILD": "SUCCEEDED"}, "FAILED"),
        ("RETRY-2", {"BUILD": "SUCCEEDED", "POST_BUILD": "SUCCEEDED"}, "SUCCEEDED"),
        ("RETRY-1", {"BUILD": "FAILED"}, "FAILED"),
    ],
)
def test_on_failure_decides_what_follows_when_a_command_fails(
    client: ClientOf, role: RoleOf, action: str, phases: dict[str, str], status: str
) -> None:
    spec = f"""\
version: 0.2
phases:
  build:
    on-failure: {action}
    commands: ['echo x >> tries; test $(wc -l < tries) -gt 2']
  post_build: {{commands: ['true']}}
"""
    build = waited(client, start(client, make_build_project(client, role, spec)))
    found = {name: state for name, state in phases_of(build).items() if name in {"BUILD", "POST_BUILD"}}
    assert (found, build["buildStatus"]) == (phases, status)


def test_build_is_refused_when_its_service_role_does_not_trust_codebuild(client: ClientOf, role: RoleOf) -> None:
    untrusting = role(LOGS, trust=trusting_codebuild(service="ec2.amazonaws.com"))
    for service_role in (untrusting, f"arn:aws:iam::{ACCOUNT}:role/missing"):
        project = make_build_project(client, role, ALL, role_arn=service_role)
        with pytest.raises(ClientError) as caught:
            start(client, project)
        assert code_of(caught) == "InvalidInputException"
        assert f"CodeBuild is not authorized to perform: sts:AssumeRole on {service_role}" in str(caught.value)
        assert client("codebuild").list_builds_for_project(projectName=project)["ids"] == []


def test_build_fails_and_says_so_when_its_role_may_not_write_the_log(client: ClientOf, role: RoleOf) -> None:
    mute = role(allow("ssm:GetParameter"), trust=trusting_codebuild())
    build = waited(client, start(client, make_build_project(client, role, ALL, role_arn=mute)))
    assert build["buildStatus"] == "FAILED"
    phase, code, message = failure_of(build)
    assert (phase, code) == ("QUEUED", "ACCESS_DENIED")
    assert "CloudWatch Logs" in message
    assert "groupName" not in build["logs"]


@pytest.mark.parametrize(
    ("call", "code"),
    [
        ({"projectName": "missing"}, "ResourceNotFoundException"),
        ({"projectName": "PROJECT", "timeoutInMinutesOverride": 9999}, "InvalidInputException"),
        ({"projectName": "PROJECT", "computeTypeOverride": "HUGE"}, "InvalidInputException"),
        (
            {
                "projectName": "PROJECT",
                "environmentVariablesOverride": [{"name": "CODEBUILD_BUILD_ID", "value": "x"}],
            },
            "InvalidInputException",
        ),
        ({"projectName": "PROJECT", "secondarySourcesOverride": []}, "NotImplemented"),
        ({"projectName": "PROJECT", "debugSessionEnabled": True}, "NotImplemented"),
    ],
)
def test_start_is_refused_when_the_request_cannot_be_done(
    client: ClientOf, role: RoleOf, call: dict[str, Any], code: str
) -> None:
    project = make_build_project(client, role, ALL)
    with pytest.raises(ClientError) as caught:
        client("codebuild").start_build(**{**call, "projectName": call["projectName"].replace("PROJECT", project)})
    assert code_of(caught) == code


def test_builds_are_known_to_their_account_alone_when_they_are_asked_for(client: ClientOf, role: RoleOf) -> None:
    build_id = start(client, make_build_project(client, role, ALL))
    arn = waited(client, build_id)["arn"]
    assert build_of(client, arn)["id"] == build_id
    for place in ({"environment": "prod"}, {"region": "eu-west-1"}):
        answer = client("codebuild", **place).batch_get_builds(ids=[build_id])
        assert (answer["builds"], answer["buildsNotFound"]) == ([], [build_id])
    refused(lambda: client("codebuild", "prod").batch_get_builds(ids=[arn]))


def test_session_sees_the_builds_of_its_project_alone_when_its_policy_names_one(
    client: ClientOf, role: RoleOf, session_of: SessionOf
) -> None:
    mine, other = (make_build_project(client, role, ALL) for _ in range(2))
    project_arn = f"arn:aws:codebuild:us-east-1:{ACCOUNT}:project/{mine}"
    as_role = session_of(role(allow(["codebuild:StartBuild", "codebuild:BatchGetBuilds"], project_arn)))("codebuild")
    build = as_role.start_build(projectName=mine)["build"]
    assert build["initiator"].startswith("role-")
    assert as_role.batch_get_builds(ids=[build["id"]])["builds"][0]["id"] == build["id"]
    theirs = start(client, other)
    for ids in ([theirs], [build["id"], theirs], [waited(client, theirs)["arn"]]):
        with pytest.raises(ClientError) as caught:
            as_role.batch_get_builds(ids=ids)
        assert code_of(caught) == "AccessDeniedException"
    for call in (as_role.stop_build, as_role.retry_build):
        with pytest.raises(ClientError) as caught:
            call(id=build["id"])
        assert code_of(caught) == "AccessDeniedException"


def test_aws_cli_starts_a_build_and_reads_its_log(cloud: LocalCloudAddress, client: ClientOf, role: RoleOf) -> None:
    project = make_build_project(client, role, commands("echo from-the-cli"))
    assert aws(cloud, "codebuild", "list-builds-for-project", "--project-name", project, "--query", "ids[]") == ""
    build_id = aws(cloud, "codebuild", "start-build", "--project-name", project, "--query", "build.id")
    build = waited(client, build_id)
    status = aws(cloud, "codebuild", "batch-get-builds", "--ids", build_id, "--query", "builds[0].buildStatus")
    assert status == "SUCCEEDED"
    group = build["logs"]["groupName"]
    lines = aws(cloud, "logs", "filter-log-events", "--log-group-name", group, "--query", "events[].message")
    assert "from-the-cli" in lines


def aws(cloud: LocalCloudAddress, *words: str) -> str:
    command = [sys.executable, "-m", "awscli", *words, "--output", "text"]
    done = subprocess.run(
        command,
        env={"PATH": "/usr/bin:/bin", **local_client_environment(cloud, "dev")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
