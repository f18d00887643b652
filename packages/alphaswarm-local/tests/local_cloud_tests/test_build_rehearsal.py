"""The rehearsal door: exactly the authority of the build that the session might start, and nothing without it."""

import http.client
import json
from collections.abc import Mapping
from typing import Any

import pytest

from alphaswarm_core.local_address import LocalCloudAddress
from alphaswarm_local.builds.client import build_authority, rehearse_build
from alphaswarm_local.builds.errors import BuildRehearsalRefusedError
from alphaswarm_local.github.client import web_identity_session

from .building import make_project, project_arn, trusting_codebuild
from .conftest import ACCOUNTS, ClientOf
from .roles import ACCOUNT, JOB, RoleOf, allow, clients, deny, refused


def caller(cloud: LocalCloudAddress, role: RoleOf, *statements: Mapping[str, Any]) -> str:
    """The access key of a session with those permissions."""
    return web_identity_session(cloud, "dev", role(*statements), JOB)["AWS_ACCESS_KEY_ID"]


def test_authority_is_the_service_roles_when_the_session_may_start_the_build(
    cloud: LocalCloudAddress, client: ClientOf, role: RoleOf
) -> None:
    service_role = role(allow("ssm:GetParameter"), trust=trusting_codebuild())
    project = make_project(client, service_role)
    key = caller(cloud, role, allow("codebuild:StartBuild", project_arn(project)))
    given = rehearse_build(cloud, "dev", project, key)
    assert given["role_arn"] == service_role
    assert given["session_name"].startswith("AWSCodeBuild-")
    as_build = clients(cloud, build_authority(cloud, "dev", project, key))
    arn = as_build("sts").get_caller_identity()["Arn"]
    assert arn.startswith(f"arn:aws:sts::{ACCOUNT}:assumed-role/{service_role.rpartition('/')[2]}/AWSCodeBuild-")
    client("ssm").put_parameter(Name="/rehearsed", Value="1", Type="String", Overwrite=True)
    assert as_build("ssm").get_parameter(Name="/rehearsed")["Parameter"]["Value"] == "1"
    refused(lambda: as_build("ssm").put_parameter(Name="/rehearsed", Value="2", Type="String", Overwrite=True))


@pytest.mark.parametrize(
    "statements",
    [
        (allow("codebuild:BatchGetBuilds"),),
        (allow("codebuild:StartBuild", project_arn("another")),),
        (allow("codebuild:*"), deny("codebuild:StartBuild")),
    ],
    ids=["reads-only", "another-project", "denied"],
)
def test_authority_is_refused_when_the_session_may_not_start_the_build(
    cloud: LocalCloudAddress, client: ClientOf, role: RoleOf, statements: tuple[dict[str, Any], ...]
) -> None:
    project = make_project(client, role(allow("*"), trust=trusting_codebuild()))
    with pytest.raises(BuildRehearsalRefusedError) as caught:
        rehearse_build(cloud, "dev", project, caller(cloud, role, *statements))
    assert "is not authorized to perform: codebuild:StartBuild" in str(caught.value.why)


@pytest.mark.parametrize(
    ("trust", "allowed"),
    [
        (trusting_codebuild({"StringEquals": {"aws:SourceAccount": ACCOUNT}}), True),
        (trusting_codebuild({"ArnLike": {"aws:SourceArn": project_arn("project-*")}}), True),
        (trusting_codebuild({"StringEquals": {"aws:SourceAccount": ACCOUNTS["prod"]}}), False),
        (trusting_codebuild({"ArnLike": {"aws:SourceArn": project_arn("other-*")}}), False),
        (trusting_codebuild(service="ec2.amazonaws.com"), False),
        (None, False),
    ],
    ids=["account", "project", "other-account", "other-project", "other-service", "only-the-job"],
)
def test_authority_depends_on_the_service_roles_trust_policy(
    cloud: LocalCloudAddress, client: ClientOf, role: RoleOf, trust: str | None, allowed: bool
) -> None:
    project = make_project(client, role(allow("*"), trust=trust))
    key = caller(cloud, role, allow("codebuild:StartBuild"))
    if allowed:
        assert rehearse_build(cloud, "dev", project, key)["access_key_id"].startswith("ASIA")
        return
    with pytest.raises(BuildRehearsalRefusedError) as caught:
        rehearse_build(cloud, "dev", project, key)
    assert "codebuild.amazonaws.com is not authorized to perform: sts:AssumeRole" in str(caught.value.why)


def test_authority_is_refused_when_the_key_is_no_session_of_the_environment(
    cloud: LocalCloudAddress, client: ClientOf, role: RoleOf
) -> None:
    project = make_project(client, role(trust=trusting_codebuild()))
    key = caller(cloud, role, allow("*"))
    for environment, access_key in (
        ("dev", cloud.accounts["dev"].access_key_id),
        ("dev", "ASIA" + "A" * 16),
        ("prod", key),
    ):
        with pytest.raises(BuildRehearsalRefusedError, match="No authority of a build"):
            rehearse_build(cloud, environment, project, access_key)
    with pytest.raises(BuildRehearsalRefusedError) as caught:
        rehearse_build(cloud, "dev", "missing", key)
    assert "Project cannot be found" in str(caught.value.why)


def test_door_stays_shut_when_the_admin_token_host_or_body_is_wrong(cloud: LocalCloudAddress) -> None:
    body = json.dumps({"environment": "dev", "project": "p", "access_key_id": "k"})
    good = {"Authorization": f"Bearer {cloud.admin_token}"}
    for headers, content, status in (
        ({}, body, 401),
        ({"Authorization": "Bearer guessed"}, body, 401),
        ({**good, "Host": "evil.example"}, body, 403),
        (good, "{", 400),
        (good, "[]", 400),
        (good, json.dumps({"environment": "dev"}), 400),
        (good, json.dumps({"environment": "dev", "project": 1, "access_key_id": "k"}), 400),
    ):
        assert _post(cloud, headers, content) == status


def _post(cloud: LocalCloudAddress, headers: dict[str, str], body: str) -> int:
    host, _, path = cloud.url("builds").removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(host, timeout=30)
    try:
        connection.request("POST", f"/{path}/rehearsal", body, headers)
        return connection.getresponse().status
    finally:
        connection.close()
