"""An account in which deploy builds run: a local cloud, its roles, a project whose buildspec tests choose."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from example_project import write_project

from alphaswarm_core.delivery.results import EXPORTED
from alphaswarm_core.local_address import LocalCloudAddress, read_local_address

from .command_line import CommandLine

ACCOUNT = "111111111111"
PROJECT = "example-deploy-dev"
LEDGER_ADDRESS = "postgresql://runtime:of-the-ledger@127.0.0.1:1/example_dev"
_ISSUER = "token.actions.githubusercontent.com"
_SETTINGS = """
[github.repositories.platform]
name = "octo-org/octo-repo"
id = 1
owner_id = 2
apply_workflows = [".github/workflows/terraform-pipeline.yml"]
"""
_CALLER = [
    "codebuild:BatchGetBuilds", "codebuild:BatchGetProjects", "codebuild:StartBuild", "codebuild:StopBuild",
    "iam:GetRole", "logs:GetLogEvents", "servicequotas:ListServiceQuotas",
]  # fmt: skip
_BUILD = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "secretsmanager:GetSecretValue"]


@dataclass(frozen=True)
class Site:
    """The program in a checkout, and the account that it deploys to."""

    line: CommandLine
    address: LocalCloudAddress

    @property
    def root(self) -> Path:
        return self.line.project.root

    def client(self, service: str) -> Any:
        """A client of the account's administrator."""
        keys = self.address.accounts["dev"]
        session = boto3.Session(keys.access_key_id, keys.secret_access_key, region_name=self.address.region)
        return session.client(service, endpoint_url=self.address.endpoint)

    def builds_do(self, *commands: str, told: str = "") -> None:
        """From now on deploy builds run these commands; `told` are shell words that set what they export."""
        self.set_buildspec(buildspec(*commands, *([f"export {told}"] if told else [])))

    def set_buildspec(self, text: str) -> None:
        source = {"type": "GITHUB", "location": "https://github.com/octo-org/octo-repo.git", "buildspec": text}
        self.client("codebuild").update_project(name=PROJECT, source=source)

    def builds(self) -> list[dict[str, Any]]:
        """All builds, the youngest first."""
        codebuild = self.client("codebuild")
        ids = codebuild.list_builds_for_project(projectName=PROJECT)["ids"]
        return list(codebuild.batch_get_builds(ids=ids[:100])["builds"]) if ids else []

    def let_caller(self, actions: list[str]) -> None:
        """What the apply role may do."""
        self.client("iam").put_role_policy(RoleName="aqp-gha-apply", PolicyName="p", PolicyDocument=_policy(actions))


@contextmanager
def site(root: Path) -> Iterator[Site]:
    """A site as long as the block runs."""
    project = write_project(root)
    project.settings.write_text(project.settings.read_text() + _SETTINGS)
    (root / ".gitignore").write_text(".alphaswarm\n")
    for words in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-q", "-m", "x")):
        git(root, *words)
    line = CommandLine(project)
    line.succeed("local", "up")
    try:
        made = Site(line, read_local_address(project.home))
        _set_up(made)
        yield made
    finally:
        line.succeed("local", "down")


def git(root: Path, *words: str) -> str:
    who = ["-c", "user.name=T", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *who, "-C", str(root), *words], capture_output=True, check=True, text=True)
    return done.stdout.strip()


def buildspec(*commands: str) -> str:
    exported = ", ".join(EXPORTED)
    lines = "".join(f"      - {json.dumps(each)}\n" for each in commands)
    return (
        f"version: 0.2\nenv: {{shell: bash, exported-variables: [{exported}]}}\n"
        f"phases:\n  build:\n    on-failure: ABORT\n    commands:\n{lines}"
    )


def _set_up(made: Site) -> None:
    iam = made.client("iam")
    iam.create_open_id_connect_provider(Url=f"https://{_ISSUER}", ClientIDList=["sts.amazonaws.com"])
    federated = {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{_ISSUER}"}
    audience = {"StringEquals": {f"{_ISSUER}:aud": "sts.amazonaws.com"}}
    _role(iam, "aqp-gha-apply", federated, "sts:AssumeRoleWithWebIdentity", Condition=audience)
    made.let_caller(_CALLER)
    role = _role(iam, PROJECT, {"Service": "codebuild.amazonaws.com"}, "sts:AssumeRole")
    iam.put_role_policy(RoleName=PROJECT, PolicyName="p", PolicyDocument=_policy(_BUILD))
    made.client("secretsmanager").create_secret(Name="ledger", SecretString=LEDGER_ADDRESS)
    made.client("codebuild").create_project(
        name=PROJECT,
        source={
            "type": "GITHUB",
            "location": "https://github.com/octo-org/octo-repo.git",
            "buildspec": buildspec("true"),
        },
        artifacts={"type": "NO_ARTIFACTS"},
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:7.0",
            "computeType": "BUILD_GENERAL1_SMALL",
            "environmentVariables": [
                {"name": "ALPHASWARM_ENVIRONMENT", "value": "dev", "type": "PLAINTEXT"},
                {"name": "ALPHASWARM_LEDGER_URL", "value": "ledger", "type": "SECRETS_MANAGER"},
            ],
        },
        serviceRole=role,
        vpcConfig={"vpcId": "vpc-1", "subnets": ["subnet-1"], "securityGroupIds": ["sg-1"]},
    )


def _role(iam: Any, name: str, principal: dict[str, str], action: str, **more: Any) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, **more}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return str(iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"])


def _policy(actions: list[str]) -> str:
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


CALLER_ACTIONS = tuple(_CALLER)
