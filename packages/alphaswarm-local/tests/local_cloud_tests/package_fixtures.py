"""A local cloud of a project that declares names, its repositories, tokens, and the public index behind them."""

import os
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from alphaswarm_core.local_address import LocalCloudAddress
from alphaswarm_local import supervisor
from alphaswarm_local.github.client import web_identity_session

from .package_tools import PublicIndex, Repository, serving
from .roles import JOB, allow, clients, document, trusting

ACCOUNTS = {"dev": "111111111111", "staging": "222222222222", "prod": "333333333333"}
DOMAIN = "domain"
_SETTINGS = """
schema = 1
project = "ours"
[index]
internal = ["ours", "ours-*", "Our.Tool"]
[environments.dev]
account_id = "111111111111"
approvals = 0
[trees.app]
path = "terraform/{env}"
applied_by = "runtime"
"""


@pytest.fixture(scope="session")
def public() -> PublicIndex:
    return PublicIndex()


@pytest.fixture(scope="session")
def index_cloud(tmp_path_factory: pytest.TempPathFactory, public: PublicIndex) -> Iterator[LocalCloudAddress]:
    """A local cloud of a project, whose pip is configured with the public index of this test."""
    project = tmp_path_factory.mktemp("project")
    (project / "alphaswarm.toml").write_text(_SETTINGS)
    home = project / ".alphaswarm"
    with serving(public) as address:
        with pytest.MonkeyPatch.context() as patch:  # only while it starts: it keeps what it saw then
            for name in [name for name in os.environ if name.startswith("PIP_")]:
                patch.delenv(name)
            patch.setenv("PIP_CONFIG_FILE", os.devnull)
            patch.setenv("PIP_INDEX_URL", f"{address}/simple/")
            running = supervisor.up(home, region="us-east-1", accounts=ACCOUNTS)
        yield running
        supervisor.down(home)


@pytest.fixture(scope="session")
def api(index_cloud: LocalCloudAddress) -> Callable[..., Any]:
    def make(service: str, environment: str = "dev") -> Any:
        keys = index_cloud.accounts[environment]
        session = boto3.Session(keys.access_key_id, keys.secret_access_key, region_name="us-east-1")
        return session.client(
            service, endpoint_url=index_cloud.endpoint, config=Config(retries={"total_max_attempts": 1})
        )

    return make


@pytest.fixture(scope="session")
def token(api: Callable[..., Any]) -> str:
    artifacts = api("codeartifact")
    artifacts.create_domain(domain=DOMAIN)
    artifacts.create_repository(domain=DOMAIN, repository="pypi-store")
    artifacts.associate_external_connection(domain=DOMAIN, repository="pypi-store", externalConnection="public:pypi")
    url = "https://token.actions.githubusercontent.com"
    api("iam").create_open_id_connect_provider(Url=url, ClientIDList=["sts.amazonaws.com"])
    return str(artifacts.get_authorization_token(domain=DOMAIN)["authorizationToken"])


@pytest.fixture
def repository(api: Callable[..., Any], token: str) -> Repository:
    """A new repository whose upstream is the public one."""
    name = f"repository-{uuid.uuid4().hex[:8]}"
    artifacts = api("codeartifact")
    artifacts.create_repository(domain=DOMAIN, repository=name, upstreams=[{"repositoryName": "pypi-store"}])
    endpoint = artifacts.get_repository_endpoint(domain=DOMAIN, repository=name, format="pypi")["repositoryEndpoint"]
    return Repository(endpoint, token)


@pytest.fixture
def token_of(index_cloud: LocalCloudAddress, api: Callable[..., Any], token: str) -> Callable[..., str]:
    """A token of a session of a role with these statements (and the two that tokens need)."""

    def make(*statements: Any) -> str:
        name = f"role-{uuid.uuid4().hex[:10]}"
        arn = api("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trusting())["Role"]["Arn"]
        ask = allow(["codeartifact:GetAuthorizationToken", "sts:GetServiceBearerToken"])
        api("iam").put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document(ask, *statements))
        artifacts = clients(index_cloud, web_identity_session(index_cloud, "dev", arn, JOB))("codeartifact")
        return str(artifacts.get_authorization_token(domain=DOMAIN, durationSeconds=0)["authorizationToken"])

    return make
