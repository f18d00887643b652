"""The real provider, unmodified: what was applied is not changed by the next plan."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from alphaswarm_core.local_address import LocalCloudAddress
from alphaswarm_core.target import local_client_environment
from alphaswarm_core.terraform.providers import discover_mirrors
from alphaswarm_local.github.client import web_identity_session

from .conftest import required_tool
from .roles import ACCOUNT, JOB, RoleOf, allow

_MODULE = Path(__file__).parent / "corrections" / "main.tf"
_PROVIDER = Path("registry.terraform.io/hashicorp/aws")


def _cli_configuration(path: Path) -> Path:
    """The provider from a mirror of this machine, or else from the registry as usual."""
    mirror = next((each for each in discover_mirrors() if (each / _PROVIDER).is_dir()), None)
    method = f"filesystem_mirror {{\n    path = {json.dumps(str(mirror))}\n  }}" if mirror else "direct {}"
    path.write_text(f"disable_checkpoint = true\nprovider_installation {{\n  {method}\n}}\n")
    return path


@pytest.fixture
def terraform(cloud: LocalCloudAddress, tmp_path: Path) -> list[str]:
    shutil.copy(_MODULE, tmp_path)
    return [required_tool("terraform"), f"-chdir={tmp_path}"]


def _run(
    command: list[str], cloud: LocalCloudAddress, directory: Path, session: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(directory),
        "TF_IN_AUTOMATION": "1",
        "TF_CLI_CONFIG_FILE": str(_cli_configuration(directory / "terraform.rc")),
        **(session or local_client_environment(cloud, "dev")),
    }
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=250, check=False)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_second_plan_is_empty_when_ecs_eks_and_rds_were_applied(
    terraform: list[str], cloud: LocalCloudAddress, tmp_path: Path
) -> None:
    for arguments in (["init"], ["apply", "-auto-approve"]):
        done = _run([*terraform, *arguments, "-input=false", "-no-color"], cloud, tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
    plan = _run([*terraform, "plan", "-input=false", "-no-color", "-detailed-exitcode"], cloud, tmp_path)
    assert plan.returncode == 0, plan.stdout + plan.stderr


_SMALL = """
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.95"
    }
  }
}

provider "aws" {
  region = "us-east-1"
}

resource "aws_ssm_parameter" "this" {
  name  = "/by-session/parameter"
  type  = "String"
  value = "made"
}

resource "aws_cloudwatch_log_group" "this" {
  name = "/by-session/%s"
}
"""


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_terraform_is_held_to_its_role_when_it_acts_in_a_session(
    cloud: LocalCloudAddress, role: RoleOf, tmp_path: Path
) -> None:
    terraform = [required_tool("terraform"), f"-chdir={tmp_path}"]
    (tmp_path / "main.tf").write_text(_SMALL % "group")
    parameter = f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/by-session/*"
    tags = ["ssm:*Tags*", "ssm:DescribeParameters", "logs:Describe*", "logs:List*", "logs:CreateLogGroup"]
    may_both = role(allow("ssm:*", parameter), allow(tags))
    may_one = role(allow("ssm:*", parameter), allow([*tags[:-1]]))
    for arn, works in ((may_one, False), (may_both, True)):
        session = web_identity_session(cloud, "dev", arn, JOB)
        for arguments in (["init"], ["apply", "-auto-approve"]):
            done = _run([*terraform, *arguments, "-input=false", "-no-color"], cloud, tmp_path, session)
        assert (done.returncode == 0) is works, done.stdout + done.stderr
        assert works or "is not authorized to perform: logs:CreateLogGroup" in done.stderr
    plan = _run([*terraform, "plan", "-input=false", "-no-color", "-detailed-exitcode"], cloud, tmp_path, session)
    assert plan.returncode == 0, plan.stdout + plan.stderr


_PACKAGES = """
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.95"
    }
  }
}

provider "aws" {
  region = "us-east-1"
}

data "aws_caller_identity" "this" {}

resource "aws_kms_key" "this" {}

resource "aws_codeartifact_domain" "this" {
  domain         = "by-terraform"
  encryption_key = aws_kms_key.this.arn
  tags           = { team = "platform" }
}

resource "aws_codeartifact_repository" "store" {
  domain     = aws_codeartifact_domain.this.domain
  repository = "pypi-store"

  external_connections {
    external_connection_name = "public:pypi"
  }
}

resource "aws_codeartifact_repository" "internal" {
  domain      = aws_codeartifact_domain.this.domain
  repository  = "internal"
  description = "What this organisation publishes"

  upstream {
    repository_name = aws_codeartifact_repository.store.repository
  }
}

data "aws_iam_policy_document" "this" {
  statement {
    actions   = ["codeartifact:ReadFromRepository"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${data.aws_caller_identity.this.account_id}:root"]
    }
  }
}

resource "aws_codeartifact_repository_permissions_policy" "this" {
  domain          = aws_codeartifact_domain.this.domain
  repository      = aws_codeartifact_repository.internal.repository
  policy_document = data.aws_iam_policy_document.this.json
}

resource "aws_codeartifact_domain_permissions_policy" "this" {
  domain          = aws_codeartifact_domain.this.domain
  policy_document = data.aws_iam_policy_document.this.json
}

data "aws_codeartifact_repository_endpoint" "this" {
  domain     = aws_codeartifact_domain.this.domain
  repository = aws_codeartifact_repository.internal.repository
  format     = "pypi"
}

output "endpoint" {
  value = data.aws_codeartifact_repository_endpoint.this.repository_endpoint
}
"""


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_second_plan_is_empty_when_package_repositories_were_applied(cloud: LocalCloudAddress, tmp_path: Path) -> None:
    terraform = [required_tool("terraform"), f"-chdir={tmp_path}"]
    (tmp_path / "main.tf").write_text(_PACKAGES)
    for arguments in (["init"], ["apply", "-auto-approve"]):
        done = _run([*terraform, *arguments, "-input=false", "-no-color"], cloud, tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
    endpoint = f"{cloud.url('packages')}/{ACCOUNT}/us-east-1/by-terraform/pypi/internal/"
    assert endpoint in done.stdout
    plan = _run([*terraform, "plan", "-input=false", "-no-color", "-detailed-exitcode"], cloud, tmp_path)
    assert plan.returncode == 0, plan.stdout + plan.stderr
    gone = _run([*terraform, "destroy", "-auto-approve", "-input=false", "-no-color"], cloud, tmp_path)
    assert gone.returncode == 0, gone.stdout + gone.stderr
