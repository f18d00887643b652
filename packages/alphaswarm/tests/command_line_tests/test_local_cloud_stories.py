"""Faults that need a cloud: it goes away, it holds a lock, it lacks what the landing zone should have published."""

import json
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from example_project import Project

from alphaswarm_core.local_address import LocalCloudAddress, read_local_address

from .command_line import CommandLine, engine_pids, wait_until

pytestmark = pytest.mark.slow

REPOSITORY = Path(__file__).parents[4]
UP = ("deploy", "up", "--env", "dev", "--yes")
BUCKET, KEY = "alphaswarm-tfstate-111111111111", "alphaswarm_platform/dev/terraform.tfstate"

STACK = """
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.95"
    }
  }
  backend "s3" {
    bucket       = "BUCKET"
    key          = "KEY"
    region       = "us-east-1"
    use_lockfile = true
    max_retries  = 1
  }
}
provider "aws" {
  region      = "us-east-1"
  max_retries = 1
}
variable "run_id" { default = "" }
variable "seconds" { default = 0 }
resource "aws_ssm_parameter" "first" {
  name      = "/example/first"
  type      = "String"
  value     = "1"
  overwrite = true # a killed engine saves no state
}
resource "terraform_data" "slow" {
  depends_on       = [aws_ssm_parameter.first]
  triggers_replace = [var.seconds]
  provisioner "local-exec" {
    command     = "touch MARKER; exec sleep ${var.seconds}"
    interpreter = ["/bin/sh", "-c"]
  }
}
resource "aws_ssm_parameter" "last" {
  depends_on = [terraform_data.slow]
  name       = "/example/last"
  type       = "String"
  value      = var.seconds
}
"""


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    """Appears when the slow resource of an apply has begun."""
    return tmp_path / "slow-resource-began"


@pytest.fixture
def cloud(project: Project, marker: Path) -> Iterator[CommandLine]:
    """The program in a project with a stack in a running local cloud of its own."""
    stack = project.stack()
    stack.write_text(STACK.replace("BUCKET", BUCKET).replace("KEY", KEY).replace("MARKER", str(marker)))
    shutil.copy(REPOSITORY / "terraform/environments/dev/.terraform.lock.hcl", stack.parent)
    command_line = CommandLine(project)
    command_line.succeed("local", "up")
    yield command_line
    command_line.succeed("local", "down")


def s3(command_line: CommandLine) -> Any:
    address = read_local_address(command_line.project.home)
    keys = address.accounts["dev"]
    return boto3.client(
        "s3",
        endpoint_url=address.endpoint,
        region_name=address.region,
        aws_access_key_id=keys.access_key_id,
        aws_secret_access_key=keys.secret_access_key,
    )


def lock_info(command_line: CommandLine) -> dict[str, str] | None:
    client = s3(command_line)
    if client.list_objects_v2(Bucket=BUCKET, Prefix=f"{KEY}.tflock").get("KeyCount"):
        document: dict[str, str] = json.loads(client.get_object(Bucket=BUCKET, Key=f"{KEY}.tflock")["Body"].read())
        return document
    return None


def write_lock(command_line: CommandLine, **changes: str) -> None:
    lock = {
        "ID": "01234567-89ab-cdef-0123-456789abcdef",
        "Operation": "OperationTypeApply",
        "Info": "",
        "Who": "somebody@elsewhere",
        "Version": "1.11.4",
        "Created": "2025-01-31T08:15:00.123456789Z",
        "Path": f"{BUCKET}/{KEY}",
    }
    s3(command_line).put_object(Bucket=BUCKET, Key=f"{KEY}.tflock", Body=json.dumps({**lock, **changes}).encode())


def test_lock_of_a_killed_run_is_shown_and_removed_once_its_holder_is_dead(
    cloud: CommandLine, project: Project, marker: Path
) -> None:
    with cloud.started(*UP, "--var", "seconds=60") as call:
        wait_until(marker.exists, "the apply has begun", seconds=60)
        held = lock_info(cloud)
        assert held is not None
        run = cloud.runs(kind="apply")[0]["id"]

        alive = cloud.run("runs", "unlock", run, "--yes", "--json")
        assert alive.code == 3
        assert alive.error["code"] == "AS-RUN-002"

        (engine,) = engine_pids(project)
        os.kill(engine, signal.SIGSTOP)  # or it would release the lock when the program dies
        call.signal(signal.SIGKILL)
        call.end()
        os.killpg(engine, signal.SIGKILL)
        wait_until(lambda: not engine_pids(project), "the engine is dead")

    refused = cloud.run(*UP, "--json")
    assert refused.code == 1
    assert refused.error["code"] == "AS-TF-013"
    assert held["Who"] in refused.error["why"]
    assert f"since {held['Created'].replace('T', ' ')[:19]}" in refused.error["why"]
    assert "runs unlock" in refused.error["fix"]

    statuses = {each["id"]: each["status"] for each in cloud.runs()}
    assert statuses[run] == "interrupted"
    unlocked = cloud.succeed("runs", "unlock", run, "--yes", "--json").document
    assert unlocked["removed"]["id"] == held["ID"]
    assert unlocked["run"]["run_kind"] == "unlock"
    assert unlocked["run"]["status"] == "completed"
    assert unlocked["run"]["parent_run_id"] == run
    assert lock_info(cloud) is None
    assert cloud.succeed("runs", "unlock", run, "--yes", "--json").document["removed"] is None

    cloud.succeed(*UP)
    cloud.require_whole_ledger()


def test_lock_that_somebody_else_took_is_not_removed(cloud: CommandLine) -> None:
    cloud.succeed(*UP)
    run = cloud.runs(kind="apply")[0]["id"]
    write_lock(cloud)

    refused = cloud.run("runs", "unlock", run, "--yes", "--json")
    applied = cloud.run(*UP, "--var", "seconds=1", "--json")

    assert refused.code == 3
    assert refused.error["code"] == "AS-RUN-002"
    assert "somebody@elsewhere" in refused.error["why"]
    assert applied.error["code"] == "AS-TF-013"
    assert lock_info(cloud) is not None


def test_apply_says_so_when_the_local_cloud_goes_away_meanwhile(cloud: CommandLine, marker: Path) -> None:
    """The state that cannot be stored any more is kept with the run, privately, and not in the source tree."""
    with cloud.started(*UP, "--var", "seconds=4", "--json") as call:
        wait_until(marker.exists, "the apply has begun", seconds=60)
        os.kill(read_local_address(cloud.project.home).pid, signal.SIGKILL)
        ended = call.end(seconds=150)

    assert ended.code == 5, ended.err
    assert ended.error["code"] == "AS-TF-016"
    assert "alphaswarm local up" in ended.error["fix"]
    assert [(run["run_kind"], run["status"]) for run in reversed(cloud.runs())] == [
        ("plan", "errored"),
        ("apply", "errored"),
    ]
    (kept,) = (cloud.project.home / "runs").glob("*/errored.tfstate")
    assert str(kept) in ended.error["fix"]
    assert kept.stat().st_mode & 0o777 == 0o600
    assert "/example/first" in kept.read_text()
    assert not list(cloud.project.stack().parent.glob("*.tfstate"))
    assert cloud.run(*UP, "--json").error["code"] == "AS-LOC-001"
    cloud.succeed("local", "up")
    cloud.succeed(*UP)
    cloud.require_whole_ledger()


@pytest.fixture
def own_copy(tmp_path: Path) -> Iterator[CommandLine]:
    """The program in a copy of this project, with a running local cloud in which nothing was applied."""
    root = tmp_path / "copy"
    for tree in ("terraform", "infrastructure", "buildspecs"):
        shutil.copytree(
            REPOSITORY / tree, root / tree, ignore=shutil.ignore_patterns(".terraform", "*.tfstate*", "tests")
        )
    shutil.copy(REPOSITORY / "alphaswarm.toml", root)
    command_line = CommandLine(Project(root))
    command_line.succeed("local", "up")
    yield command_line
    command_line.succeed("local", "down")


ROLES = {
    "plan": "aqp-gha-plan",
    "apply": "aqp-gha-apply",
    "execution": "AqpTerraformExecutionRole",
    "deploy": "alphaswarm-deploy-dev",
}


def _make_deploy_project(address: LocalCloudAddress) -> None:
    """The one part of the landing zone that a deploy build's session needs, made by the account's administrator."""
    root = address.accounts["dev"]
    builds = boto3.client(
        "codebuild",
        endpoint_url=address.endpoint,
        region_name=address.region,
        aws_access_key_id=root.access_key_id,
        aws_secret_access_key=root.secret_access_key,
    )
    builds.create_project(
        name="alphaswarm-deploy-dev",
        serviceRole="arn:aws:iam::111111111111:role/alphaswarm-deploy-dev",
        source={"type": "GITHUB", "location": "https://github.com/octo-org/octo-repo.git"},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={"type": "LINUX_CONTAINER", "image": "any", "computeType": "BUILD_GENERAL1_SMALL"},
    )


def test_sessions_act_as_the_roles_that_the_bootstrap_made(own_copy: CommandLine) -> None:
    early = own_copy.run("local", "env", "--env", "dev", "--json")
    assert "alphaswarm bootstrap" in early.error["fix"]
    own_copy.succeed("bootstrap", "--env", "dev")

    address = read_local_address(own_copy.project.home)
    unbuilt = own_copy.run("local", "env", "--env", "dev", "--as", "deploy", "--json")
    assert unbuilt.code == 3
    assert "landing zone" in unbuilt.error["fix"]
    _make_deploy_project(address)
    found = {}
    for authority in ROLES:
        shown = own_copy.succeed("local", "env", "--env", "dev", "--as", authority, "--json")
        assert address.accounts["dev"].access_key_id not in shown.out + shown.err
        assert address.accounts["dev"].secret_access_key not in shown.out + shown.err
        keys = shown.document["set"]
        sts = boto3.client(
            "sts",
            endpoint_url=keys["AWS_ENDPOINT_URL"],
            region_name=keys["AWS_REGION"],
            aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=keys["AWS_SESSION_TOKEN"],
        )
        found[authority] = sts.get_caller_identity()["Arn"].split("/")[1]
    assert found == ROLES
    assert own_copy.succeed("trust", "matrix", "--live", "--env", "dev", "--json").document["holds"]
    assert own_copy.run("trust", "prove", "--live", "--env", "prod").code == 3  # there are no roles, so no proof


def test_row_says_as_which_role_and_by_which_token_a_plan_was_made(own_copy: CommandLine) -> None:
    own_copy.succeed("bootstrap", "--env", "dev")

    own_copy.run("deploy", "plan", "--env", "dev", "--assume", "plan")

    run = own_copy.succeed("runs", "show", own_copy.runs()[0]["id"], "--json").document["run"]
    assert run["role"] == "arn:aws:iam::111111111111:role/aqp-gha-plan"
    assert run["session_name"].endswith("-1")
    assert len(run["claims_digest"]) == 64


def test_missing_handle_is_named_with_the_root_module_that_publishes_it(own_copy: CommandLine) -> None:
    ended = own_copy.run("deploy", "plan", "--env", "dev", "--json")

    assert ended.code == 1
    assert ended.error["code"] == "AS-TF-012"
    assert "/alphaswarm/dev/vpc_id" in ended.error["what"]
    assert "-chdir=infrastructure/envs/dev init" in ended.error["fix"]
    assert own_copy.runs()[0]["error_code"] == "AS-TF-012"


def test_port_in_use_is_named_with_the_way_out(command_line: CommandLine, listening: Any, project: Project) -> None:
    (project.home / "local/address.json").unlink()
    port = listening.getsockname()[1]

    ended = command_line.run("local", "up", "--port", str(port), "--json")

    assert ended.code == 5
    assert str(port) in ended.error["what"]
    assert "--port" in ended.error["fix"]


def test_local_commands_give_data_with_a_schema(command_line: CommandLine, project: Project) -> None:
    (project.home / "local/address.json").unlink()
    schemas = {}
    try:
        for word in ("up", "status", "logs", "reset", "down"):
            schemas[word] = command_line.succeed("local", word, "--json").document["schema"]
    finally:
        command_line.succeed("local", "down")

    assert schemas == {
        "up": "alphaswarm/local-status/v1",
        "status": "alphaswarm/local-status/v1",
        "logs": "alphaswarm/local-log/v1",
        "reset": "alphaswarm/local-status/v1",
        "down": "alphaswarm/local-down/v1",
    }
