"""The apply role's rendered policy in the local cloud: a build is started as it is configured, or not at all."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from alphaswarm_core.delivery.orders import ORDER_VARIABLES
from alphaswarm_core.identity.github.events import Event
from alphaswarm_core.identity.github.jobs_of import workflow_job
from alphaswarm_core.identity.github.repositories import Repository
from alphaswarm_core.identity.github.subjects import SubjectFormat
from alphaswarm_core.local_address import LocalCloudAddress
from alphaswarm_local import supervisor
from alphaswarm_local.github.client import web_identity_session
from tests.terraform.conftest import ACCOUNTS

pytestmark = pytest.mark.xdist_group("app-tier")

ACCOUNT = ACCOUNTS["dev"]
PROJECT = "alphaswarm-deploy-dev"
REPOSITORY = Repository(name="octo-org/octo-repo", id=456789, owner_id=123456, subject_format=SubjectFormat.IMMUTABLE)
OTHER = f"arn:aws:iam::{ACCOUNT}:role/other"
OVERRIDES: dict[str, Any] = {
    "artifactsOverride": {"type": "NO_ARTIFACTS"},
    "autoRetryLimitOverride": 1,
    "buildStatusConfigOverride": {"context": "x"},
    "buildspecOverride": "version: 0.2",
    "cacheOverride": {"type": "NO_CACHE"},
    "certificateOverride": "arn:aws:s3:::bucket/certificate.pem",
    "computeTypeOverride": "BUILD_GENERAL1_2XLARGE",
    "encryptionKeyOverride": "alias/other",
    "environmentTypeOverride": "ARM_CONTAINER",
    "fleetOverride": {"fleetArn": f"arn:aws:codebuild:us-east-1:{ACCOUNT}:fleet/other:1"},
    "imageOverride": "registry.example/evil:latest",
    "imagePullCredentialsTypeOverride": "SERVICE_ROLE",
    "insecureSslOverride": True,
    "logsConfigOverride": {"cloudWatchLogs": {"status": "DISABLED"}},
    "privilegedModeOverride": True,
    "registryCredentialOverride": {"credential": "x", "credentialProvider": "SECRETS_MANAGER"},
    "secondaryArtifactsOverride": [{"type": "S3", "location": "b", "artifactIdentifier": "a"}],
    "secondarySourcesOverride": [{"type": "GITHUB", "location": "https://x.example", "sourceIdentifier": "a"}],
    "secondarySourcesVersionOverride": [{"sourceIdentifier": "a", "sourceVersion": "b"}],
    "serviceRoleOverride": OTHER,
    "sourceAuthOverride": {"type": "OAUTH"},
    "sourceLocationOverride": "https://github.com/evil/evil.git",
    "sourceTypeOverride": "NO_SOURCE",
}
WITHOUT_KEY = {
    "debugSessionEnabled", "gitCloneDepthOverride", "gitSubmodulesConfigOverride", "hostKernelOverride",
    "queuedTimeoutInMinutesOverride", "reportBuildStatusOverride", "timeoutInMinutesOverride",
}  # fmt: skip
"""AWS has no condition key for these; none of them brings other commands, another role or another place."""
NO_OVERRIDE = {"projectName", "sourceVersion", "idempotencyToken", "environmentVariablesOverride"}


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloudAddress]:
    home = tmp_path_factory.mktemp("builds") / ".alphaswarm"
    yield supervisor.up(home, region="us-east-1", accounts={"dev": ACCOUNT})
    supervisor.down(home)


@pytest.fixture(scope="module")
def codebuild(cloud: LocalCloudAddress, plan: dict[str, Any]) -> Any:
    """CodeBuild as a job with the apply role's rendered policies sees it; the deploy project exists."""
    keys = cloud.accounts["dev"]
    root = boto3.Session(keys.access_key_id, keys.secret_access_key, region_name="us-east-1")
    iam = root.client("iam", endpoint_url=cloud.endpoint)
    issuer = "token.actions.githubusercontent.com"
    provider = iam.create_open_id_connect_provider(Url=f"https://{issuer}", ClientIDList=["sts.amazonaws.com"])
    trust = {"Federated": provider["OpenIDConnectProviderArn"]}, "sts:AssumeRoleWithWebIdentity"
    role = _role(iam, "apply", *trust, Condition={"StringEquals": {f"{issuer}:aud": "sts.amazonaws.com"}})
    for change in plan["resource_changes"]:
        after = change["change"]["after"]
        if change["type"] == "aws_iam_role_policy" and after["role"] == "aqp-gha-apply" and "policy" in after:
            iam.put_role_policy(RoleName="apply", PolicyName=after["name"], PolicyDocument=after["policy"])
    build_role = _role(iam, "build", {"Service": "codebuild.amazonaws.com"}, "sts:AssumeRole")
    root.client("codebuild", endpoint_url=cloud.endpoint).create_project(
        name=PROJECT,
        source={"type": "NO_SOURCE", "buildspec": "version: 0.2\nphases: {build: {commands: ['true']}}"},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={"type": "LINUX_CONTAINER", "image": "i", "computeType": "BUILD_GENERAL1_SMALL"},
        logsConfig={"cloudWatchLogs": {"status": "DISABLED"}},
        serviceRole=build_role,
    )
    job = workflow_job(Event.PUSH, REPOSITORY, ".github/workflows/terraform-pipeline.yml", environment="dev")
    given = web_identity_session(cloud, "dev", role, job)
    session = boto3.Session(
        given["AWS_ACCESS_KEY_ID"], given["AWS_SECRET_ACCESS_KEY"], given["AWS_SESSION_TOKEN"], "us-east-1"
    )
    return session.client("codebuild", endpoint_url=cloud.endpoint)


def _role(iam: Any, name: str, principal: dict[str, str], action: str, **more: Any) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, **more}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return str(iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"])


def _variables(*names: str) -> list[dict[str, str]]:
    return [{"name": name, "value": "x", "type": "PLAINTEXT"} for name in names]


def _denied(codebuild: Any, **override: Any) -> None:
    with pytest.raises(ClientError) as caught:
        codebuild.start_build(**{"projectName": PROJECT, **override})
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
    assert "explicit deny in an identity-based policy" in str(caught.value)


def test_every_parameter_of_a_start_is_either_known_here_or_new(codebuild: Any) -> None:
    known = codebuild.meta.service_model.operation_model("StartBuild").input_shape.members
    assert {*OVERRIDES, *WITHOUT_KEY, *NO_OVERRIDE} == set(known)


@pytest.mark.parametrize("name", sorted(OVERRIDES))
def test_start_is_denied_when_it_overrides(codebuild: Any, name: str) -> None:
    _denied(codebuild, **{name: OVERRIDES[name]})


@pytest.mark.parametrize("name", ["BASH_ENV", "LD_PRELOAD", "PATH", "PIP_INDEX_URL", "ALPHASWARM_LEDGER_URL"])
def test_start_is_denied_when_it_sets_a_variable_that_is_none_of_an_order(codebuild: Any, name: str) -> None:
    _denied(codebuild, environmentVariablesOverride=_variables(name))
    _denied(codebuild, environmentVariablesOverride=_variables(*ORDER_VARIABLES, name))


def test_build_runs_when_it_is_started_as_it_is_configured(codebuild: Any) -> None:
    for variables in ({}, {"environmentVariablesOverride": _variables(*ORDER_VARIABLES)}):
        build = codebuild.start_build(projectName=PROJECT, sourceVersion="0" * 40, **variables)["build"]
        assert build["initiator"].startswith("apply/")
        assert codebuild.batch_get_builds(ids=[build["id"]])["builds"][0]["serviceRole"].endswith(":role/build")
        codebuild.stop_build(id=build["id"])


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("start_build", {"projectName": "another"}),
        ("retry_build", {"id": f"{PROJECT}:1"}),
        ("start_build_batch", {"projectName": PROJECT}),
        ("update_project", {"name": PROJECT, "serviceRole": OTHER}),
    ],
)
def test_call_is_denied_when_it_is_for_another_build(
    codebuild: Any, operation: str, parameters: dict[str, str]
) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(codebuild, operation)(**parameters)
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
