"""Projects keep what they are given, can be changed, and are refused where CodeBuild refuses them."""

import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from .conftest import ClientOf
from .roles import ACCOUNT, RoleOf, SessionOf, allow, code_of, refused

ROLE = f"arn:aws:iam::{ACCOUNT}:role/build"
FULL: dict[str, Any] = {
    "description": "deploys",
    "source": {"type": "GITHUB", "location": "https://github.com/octo-org/octo-repo.git", "gitCloneDepth": 1},
    "artifacts": {"type": "NO_ARTIFACTS"},
    "environment": {
        "type": "LINUX_CONTAINER",
        "image": "aws/codebuild/standard:7.0",
        "computeType": "BUILD_GENERAL1_SMALL",
        "environmentVariables": [{"name": "A", "value": "1"}],
    },
    "serviceRole": ROLE,
    "timeoutInMinutes": 30,
    "queuedTimeoutInMinutes": 60,
    "concurrentBuildLimit": 1,
    "encryptionKey": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1",
    "logsConfig": {"cloudWatchLogs": {"status": "ENABLED", "groupName": "/builds"}},
    "tags": [{"key": "team", "value": "platform"}],
}


def made(client: ClientOf, **changes: Any) -> tuple[str, dict[str, Any]]:
    name = f"p-{uuid.uuid4().hex[:10]}"
    return name, client("codebuild").create_project(name=name, **{**FULL, **changes})["project"]


def read(client: ClientOf, name: str) -> dict[str, Any]:
    (found,) = client("codebuild").batch_get_projects(names=[name])["projects"]
    return dict(found)


def test_project_keeps_every_field_when_it_is_read_again(client: ClientOf) -> None:
    name, project = made(client)
    found = read(client, name)
    assert found == project
    for field in ("description", "timeoutInMinutes", "queuedTimeoutInMinutes", "concurrentBuildLimit", "encryptionKey"):
        assert found[field] == FULL[field]
    assert found["source"] == {**FULL["source"], "insecureSsl": False}
    assert found["environment"]["environmentVariables"] == [{"name": "A", "value": "1", "type": "PLAINTEXT"}]
    assert (found["environment"]["privilegedMode"], found["projectVisibility"]) == (False, "PRIVATE")
    assert found["created"] <= found["lastModified"]


def test_project_has_awss_defaults_when_little_is_given(client: ClientOf) -> None:
    name = f"p-{uuid.uuid4().hex[:10]}"
    needed = {key: FULL[key] for key in ("source", "artifacts", "environment", "serviceRole")}
    client("codebuild").create_project(name=name, **needed)
    found = read(client, name)
    assert (found["timeoutInMinutes"], found["queuedTimeoutInMinutes"]) == (60, 480)
    assert (found["cache"], found["tags"]) == ({"type": "NO_CACHE"}, [])
    assert found["encryptionKey"].endswith(":alias/aws/s3")
    assert "concurrentBuildLimit" not in found


def test_update_changes_what_is_given_and_nothing_else_when_it_is_partial(client: ClientOf) -> None:
    name, _ = made(client)
    client("codebuild").update_project(name=name, timeoutInMinutes=45, concurrentBuildLimit=-1)
    found = read(client, name)
    assert found["timeoutInMinutes"] == 45
    assert "concurrentBuildLimit" not in found
    assert found["description"] == "deploys"


def test_missing_projects_are_named_when_others_exist(client: ClientOf) -> None:
    name, project = made(client)
    answer = client("codebuild").batch_get_projects(names=[project["arn"], "missing"])
    assert [each["name"] for each in answer["projects"]] == [name]
    assert answer["projectsNotFound"] == ["missing"]


@pytest.mark.parametrize(
    "changes",
    [
        {"serviceRole": "arn:aws:iam::999999999999:role/other"},
        {"source": {"type": "GITHUB"}},
        {"source": {"type": "NO_SOURCE"}},
        {"artifacts": {"type": "S3"}},
        {"environment": {**FULL["environment"], "computeType": "BUILD_GENERAL1_TINY"}},
        {"concurrentBuildLimit": 0},
        {"timeoutInMinutes": 2161},
    ],
    ids=["other-account", "no-location", "no-buildspec", "no-bucket", "no-such-size", "no-build-at-all", "too-long"],
)
def test_project_is_refused_when_it_cannot_be(client: ClientOf, changes: dict[str, Any]) -> None:
    with pytest.raises(ClientError) as caught:
        made(client, **changes)
    assert code_of(caught) == "InvalidInputException"


def test_project_is_refused_when_its_name_is_taken_or_is_not_there(client: ClientOf) -> None:
    name, _ = made(client)
    with pytest.raises(ClientError) as caught:
        client("codebuild").create_project(name=name, **FULL)
    assert code_of(caught) == "ResourceAlreadyExistsException"
    with pytest.raises(ClientError) as caught:
        client("codebuild").update_project(name="missing", description="x")
    assert code_of(caught) == "ResourceNotFoundException"


def test_project_is_not_changed_when_the_session_may_only_read(
    client: ClientOf, role: RoleOf, session_of: SessionOf
) -> None:
    name, _ = made(client)
    codebuild = session_of(role(allow("codebuild:BatchGetProjects")))("codebuild")
    assert codebuild.batch_get_projects(names=[name])["projects"]
    refused(lambda: codebuild.update_project(name=name, description="x"), "codebuild:UpdateProject")
