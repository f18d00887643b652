"""The AWS CLI as it is, with the rendered policies: the right role gets builds and packages, the plan role nothing."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from alphaswarm_core.adapters.codeartifact import upload
from alphaswarm_core.delivery.checkout import read_checkout
from alphaswarm_core.delivery.codeartifact import IndexLogin
from alphaswarm_core.delivery.distributions import read_distribution
from alphaswarm_core.delivery.wheels import build_wheels
from alphaswarm_core.identity.github.events import Event
from alphaswarm_core.identity.github.jobs_of import workflow_job
from alphaswarm_core.identity.github.repositories import Repository
from alphaswarm_core.identity.github.subjects import SubjectFormat
from alphaswarm_core.local_address import LocalCloudAddress
from alphaswarm_local import supervisor
from alphaswarm_local.builds.client import build_authority
from alphaswarm_local.github.client import web_identity_session
from tests.checks.trees import REPOSITORY as CHECKOUT
from tests.terraform.conftest import ACCOUNTS

pytestmark = pytest.mark.xdist_group("app-tier")

ACCOUNT = ACCOUNTS["dev"]
PROJECT = "alphaswarm-deploy-dev"
GROUP = f"/aws/codebuild/{PROJECT}"
INDEX = {"domain": "alphaswarm", "repository": "alphaswarm-pypi"}
DISTRIBUTION = "packages/alphaswarm-core"
ISSUER = "token.actions.githubusercontent.com"
REPOSITORY = Repository(name="octo-org/octo-repo", id=456789, owner_id=123456, subject_format=SubjectFormat.IMMUTABLE)
BUILDSPEC = "version: 0.2\nphases: {build: {commands: ['echo carried-out $ALPHASWARM_ACTION']}}"
_BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Account:
    """An account with the bootstrap's roles, the deploy project, and a package index that has our wheel."""

    address: LocalCloudAddress
    sessions: Mapping[str, Mapping[str, str]]
    version: str
    endpoint: str

    def aws(self, role: str, *words: str, home: Path | None = None) -> "subprocess.CompletedProcess[str]":
        """The AWS CLI in a session of `role`."""
        path = os.pathsep.join([str(_BIN), os.environ["PATH"]])
        environment = {"PATH": path, "HOME": str(home or "/nonexistent"), **self.sessions[role]}
        command = [sys.executable, "-m", "awscli", *words, "--output", "text"]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=90, check=False)


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory, plan: dict[str, Any]) -> Iterator[Account]:
    home = tmp_path_factory.mktemp("account") / ".alphaswarm"
    address = supervisor.up(home, region="us-east-1", accounts={"dev": ACCOUNT})
    try:
        yield _set_up(address, plan, tmp_path_factory.mktemp("wheels"))
    finally:
        supervisor.down(home)


def _set_up(address: LocalCloudAddress, plan: dict[str, Any], directory: Path) -> Account:
    keys = address.accounts["dev"]
    root = boto3.Session(keys.access_key_id, keys.secret_access_key, region_name=address.region)

    def client(service: str) -> Any:
        return root.client(service, endpoint_url=address.endpoint)

    iam = client("iam")
    iam.create_open_id_connect_provider(Url=f"https://{ISSUER}", ClientIDList=["sts.amazonaws.com"])
    federated = {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}"}
    audience = {"StringEquals": {f"{ISSUER}:aud": "sts.amazonaws.com"}}
    for name in ("aqp-gha-plan", "aqp-gha-apply"):
        _role(iam, plan, name, federated, "sts:AssumeRoleWithWebIdentity", Condition=audience)
    service_role = _role(iam, plan, PROJECT, {"Service": "codebuild.amazonaws.com"}, "sts:AssumeRole")
    client("logs").create_log_group(logGroupName=GROUP)
    client("codebuild").create_project(
        name=PROJECT,
        source={"type": "NO_SOURCE", "buildspec": BUILDSPEC},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={"type": "LINUX_CONTAINER", "image": "i", "computeType": "BUILD_GENERAL1_SMALL"},
        serviceRole=service_role,
    )
    version, endpoint = _publish(client("codeartifact"), directory)
    sessions = {
        "plan": web_identity_session(address, "dev", _arn("aqp-gha-plan"), _job(None)),
        "apply": web_identity_session(address, "dev", _arn("aqp-gha-apply"), _job("dev")),
    }
    build = build_authority(address, "dev", PROJECT, sessions["apply"]["AWS_ACCESS_KEY_ID"])
    return Account(address, {**sessions, "build": build}, version, endpoint)


def _role(iam: Any, plan: dict[str, Any], name: str, principal: dict[str, str], action: str, **more: Any) -> str:
    """A role with the policies that the bootstrap would give to it, as far as they are known in its plan."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, **more}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    for change in plan["resource_changes"]:
        after = change["change"]["after"]
        if change["type"] == "aws_iam_role_policy" and after["role"] == name and "policy" in after:
            iam.put_role_policy(RoleName=name, PolicyName=after["name"], PolicyDocument=after["policy"])
    return str(arn)


def _arn(role: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{role}"


def _job(environment: str | None) -> Any:
    return workflow_job(Event.PUSH, REPOSITORY, ".github/workflows/terraform-pipeline.yml", environment=environment)


def _publish(artifacts: Any, directory: Path) -> tuple[str, str]:
    """This checkout's wheel in the index; its version, and the index's endpoint."""
    artifacts.create_domain(domain=INDEX["domain"])
    artifacts.create_repository(**INDEX)
    checkout = read_checkout(CHECKOUT, [DISTRIBUTION], {})
    (wheel,) = build_wheels([read_distribution(CHECKOUT / DISTRIBUTION)], checkout, directory)
    endpoint = artifacts.get_repository_endpoint(**INDEX, format="pypi")["repositoryEndpoint"]
    given = artifacts.get_authorization_token(domain=INDEX["domain"])
    upload(IndexLogin(endpoint, given["authorizationToken"], given["expiration"]), wheel)
    return wheel.version, str(endpoint)


def _denied(done: "subprocess.CompletedProcess[str]", action: str) -> None:
    assert done.returncode != 0, done.stdout
    assert "AccessDenied" in done.stderr, done.stderr
    assert action in done.stderr


START = ("codebuild", "start-build", "--project-name", PROJECT, "--query", "build.id")
ORDER = ("--environment-variables-override", "name=ALPHASWARM_ACTION,value=drift")
LOG = ("logs", "filter-log-events", "--log-group-name", GROUP, "--query", "events[].message")
LOGIN = ("codeartifact", "login", "--tool", "pip", "--domain", INDEX["domain"], "--repository", INDEX["repository"])


def test_apply_role_starts_a_build_and_reads_its_log(account: Account) -> None:
    started = account.aws("apply", *START, *ORDER)
    assert started.returncode == 0, started.stderr
    build_id = started.stdout.strip()
    look = ("codebuild", "batch-get-builds", "--ids", build_id, "--query", "builds[0].[buildComplete,buildStatus]")
    for _ in range(60):
        seen = account.aws("apply", *look)
        assert seen.returncode == 0, seen.stderr
        if seen.stdout.startswith("True"):
            break
    assert seen.stdout.split() == ["True", "SUCCEEDED"]
    lines = account.aws("apply", *LOG)
    assert "carried-out drift" in lines.stdout, lines.stderr


def test_plan_role_starts_nothing_and_reads_no_log(account: Account) -> None:
    _denied(account.aws("plan", *START), "codebuild:StartBuild")
    _denied(account.aws("plan", "codebuild", "batch-get-builds", "--ids", f"{PROJECT}:1"), "codebuild:BatchGetBuilds")
    _denied(account.aws("plan", *LOG), "logs:FilterLogEvents")


def test_builds_role_logs_pip_in_and_downloads_ours(account: Account, tmp_path: Path) -> None:
    done = account.aws("build", *LOGIN, home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Successfully configured pip" in done.stdout
    download = _download(tmp_path, account.version)
    assert download.returncode == 0, download.stderr
    assert [each.name.split("-")[0] for each in tmp_path.glob("*.whl")] == ["alphaswarm_core"]


@pytest.mark.parametrize("role", ["plan", "apply"])
def test_other_roles_get_no_token_and_so_no_package(account: Account, tmp_path: Path, role: str) -> None:
    _denied(account.aws(role, *LOGIN, home=tmp_path), "codeartifact:GetAuthorizationToken")
    assert not list(tmp_path.rglob("pip.conf"))
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{account.endpoint}simple/alphaswarm-core/", timeout=30)
    assert refused.value.code == 401
    download = _download(tmp_path, account.version, PIP_INDEX_URL=f"{account.endpoint}simple/")
    assert download.returncode != 0
    assert not list(tmp_path.glob("*.whl"))


def _download(home: Path, version: str, **more: str) -> "subprocess.CompletedProcess[str]":
    words = ["download", "--no-deps", "--no-cache-dir", "--retries", "0", "--only-binary", ":all:"]
    return subprocess.run(
        [sys.executable, "-m", "pip", *words, f"alphaswarm-core=={version}"],
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_NO_INPUT": "1",
            **more,
        },
        cwd=home,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
