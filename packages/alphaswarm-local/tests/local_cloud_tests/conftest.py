"""One running local cloud for the tests of a worker, and real clients for it."""

import os
import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from alphaswarm_core.identity.github.jobs import WorkflowJob
from alphaswarm_core.local_address import LocalCloudAddress
from alphaswarm_local import supervisor
from alphaswarm_local.github.client import web_identity_session

from .package_fixtures import api, index_cloud, public, repository, token, token_of  # noqa: F401 - fixtures
from .roles import ISSUER, JOB, PROVIDER, RoleOf, SessionOf, clients, document, trusting

ACCOUNTS = {"dev": "111111111111", "staging": "222222222222", "prod": "333333333333"}
ClientOf = Callable[..., Any]


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkout that the local cloud stands in."""
    return tmp_path_factory.mktemp("cloud")


@pytest.fixture(scope="session")
def cloud(checkout: Path) -> Iterator[LocalCloudAddress]:
    home = checkout / ".alphaswarm"
    yield supervisor.up(home, region="us-east-1", accounts=ACCOUNTS)
    supervisor.down(home)


@pytest.fixture(scope="session")
def client(cloud: LocalCloudAddress) -> ClientOf:
    """Makes boto3 clients: `client("ssm", "dev")`; `key` and `secret` stand in for the environment's own."""

    def make(
        service: str,
        environment: str = "dev",
        *,
        key: str | None = None,
        secret: str | None = None,
        signature_version: str | None = None,
        region: str | None = None,
    ) -> Any:
        keys = cloud.accounts[environment]
        session = boto3.Session(
            aws_access_key_id=key or keys.access_key_id,
            aws_secret_access_key=secret or keys.secret_access_key,
            region_name=region or cloud.region,
        )
        config = Config(retries={"total_max_attempts": 1}, signature_version=signature_version)
        return session.client(service, endpoint_url=cloud.endpoint, config=config)

    return make


@pytest.fixture(scope="session")
def provider(client: ClientOf) -> str:
    made = client("iam").create_open_id_connect_provider(Url=f"https://{ISSUER}", ClientIDList=["sts.amazonaws.com"])
    return str(made["OpenIDConnectProviderArn"])


@pytest.fixture(scope="session")
def role(client: ClientOf, provider: str) -> RoleOf:
    """Makes a role: `role(allow(…), deny(…), trust=…)`; its ARN."""
    assert provider == PROVIDER

    def make(*statements: Mapping[str, Any], trust: str | None = None, **options: Any) -> str:
        name = f"role-{uuid.uuid4().hex[:12]}"
        iam = client("iam")
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust or trusting(), **options)["Role"]["Arn"]
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="policy", PolicyDocument=document(*statements))
        return str(arn)

    return make


@pytest.fixture(scope="session")
def session_of(cloud: LocalCloudAddress) -> SessionOf:
    """Clients with a session of a role: `session_of(arn)("ssm")`."""

    def make(role_arn: str, job: WorkflowJob = JOB, **more: Any) -> Callable[..., Any]:
        return clients(cloud, web_identity_session(cloud, "dev", role_arn, job, **more))

    return make


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home for a cloud of the test's own, which is stopped afterwards."""
    path = tmp_path / ".alphaswarm"
    yield path
    supervisor.down(path)


def required_tool(name: str) -> str:
    """The path of a program; a check that cannot run fails in CI and is skipped with a reason elsewhere."""
    found = shutil.which(name)
    if found is None:
        cannot_run(f"{name} is not on PATH")
    return str(found)


def cannot_run(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason}, and CI=true: a check that cannot run is a failure")
    pytest.skip(reason)
