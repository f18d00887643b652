"""The landing zone's two jobs: one plans and keeps, the other applies exactly that, and refuses everything else."""

import json
from pathlib import Path

import pytest
from example_project import Project

from .command_line import CommandLine, Ended

COMMIT = "c" * 40
JOB = {"GITHUB_SHA": COMMIT}
TREE = """
[trees.infrastructure]
path = "infrastructure/envs/{env}"
also = ["infrastructure/envs/admin-{env}"]
applied_by = "terraform"
"""
ROOT = """
terraform {
  backend "local" { path = "../../../state/NAME.tfstate" }
}
resource "terraform_data" "network" { input = "v1" }
"""


@pytest.fixture
def native(command_line: CommandLine, project: Project) -> CommandLine:
    with project.settings.open("a") as settings:
        settings.write(TREE)
    for name in ("dev", "admin-dev"):
        module = project.root / "infrastructure/envs" / name
        module.mkdir(parents=True)
        (module / "main.tf").write_text(ROOT.replace("NAME", name))
    return command_line


def kept_in(native: CommandLine) -> Path:
    return native.project.root / "kept"


def plan(native: CommandLine, *words: str, **variables: str) -> Ended:
    keep = ("--keep", str(kept_in(native)))
    return native.run("landing-zone", "plan", "--env", "dev", *keep, *words, "--json", env={**JOB, **variables})


def apply(native: CommandLine, digest: str, **variables: str) -> Ended:
    kept = ("--kept", str(kept_in(native)), "--digest", digest)
    return native.run("landing-zone", "apply", "--env", "dev", *kept, "--json", env={**JOB, **variables})


def states(native: CommandLine) -> set[str]:
    return {path.name for path in (native.project.root / "state").glob("*.tfstate")}


def test_what_was_planned_is_applied_once(native: CommandLine, tmp_path: Path) -> None:
    outputs, news = tmp_path / "outputs", tmp_path / "news.json"
    planned = plan(native, "--outputs", "--news", str(news), GITHUB_OUTPUT=str(outputs))

    assert planned.code == 0, planned.err
    digest = planned.document["digest"]
    assert outputs.read_text() == f"digest={digest}\nchanges=true\n"
    addresses = [each["address"] for each in json.loads(news.read_text())["changes"]]
    assert addresses == ["dev/terraform_data.network", "admin-dev/terraform_data.network"]
    assert states(native) == set()

    applied = apply(native, digest)

    assert applied.code == 0, applied.err
    assert list(applied.document["applied"]) == ["infrastructure/envs/dev", "infrastructure/envs/admin-dev"]
    assert states(native) == {"dev.tfstate", "admin-dev.tfstate"}
    assert apply(native, digest).error["code"] == "AS-TF-021"  # Terraform itself takes a plan once
    assert plan(native).document["changes"] == "false"


def test_nothing_is_applied_when_the_last_plan_was_exchanged(native: CommandLine) -> None:
    digest = plan(native).document["digest"]
    (kept_in(native) / "1.tfplan").write_bytes(b"another plan")

    refused = apply(native, digest)

    assert refused.code == 3
    assert refused.error["code"] == "AS-KEEP-001"
    assert states(native) == set()


def test_list_and_plan_exchanged_together_are_refused(native: CommandLine) -> None:
    digest = plan(native).document["digest"]
    (native.project.root / "infrastructure/envs/dev/main.tf").write_text(
        ROOT.replace("v1", "v2").replace("NAME", "dev")
    )
    assert plan(native).document["digest"] != digest

    assert apply(native, digest).error["code"] == "AS-KEEP-001"
    assert states(native) == set()


def test_plan_of_another_commit_is_refused(native: CommandLine) -> None:
    digest = plan(native).document["digest"]

    assert apply(native, digest, GITHUB_SHA="d" * 40).error["code"] == "AS-KEEP-001"


def test_denied_plan_is_not_kept(native: CommandLine) -> None:
    module = native.project.root / "infrastructure/envs/admin-dev/main.tf"
    module.write_text(ROOT.replace("v1", "forbidden").replace("NAME", "admin-dev"))

    denied = plan(native)

    assert denied.error["code"] == "AS-POL-002"
    assert not kept_in(native).exists()


READING = """
locals { published = fileexists("${path.module}/../../../state/dev.tfstate") }
resource "terraform_data" "reader" {
  lifecycle {
    precondition {
      condition     = local.published
      error_message = "Not published: /alphaswarm/dev/vpc_id - this handle comes from infrastructure/envs/dev"
    }
  }
}
"""


def test_in_a_new_account_what_reads_from_an_earlier_root_waits_for_it(native: CommandLine) -> None:
    module = native.project.root / "infrastructure/envs/admin-dev/main.tf"
    module.write_text(module.read_text() + READING)

    first = plan(native)
    assert first.document["waiting"] == "infrastructure/envs/admin-dev"
    assert apply(native, first.document["digest"]).code == 0
    assert states(native) == {"dev.tfstate"}

    second = plan(native)
    assert second.document["waiting"] is None
    assert apply(native, second.document["digest"]).code == 0
    assert states(native) == {"dev.tfstate", "admin-dev.tfstate"}


def test_handle_that_nothing_will_publish_fails_the_plan(native: CommandLine) -> None:
    module = native.project.root / "infrastructure/envs/dev/main.tf"
    module.write_text(module.read_text() + READING)

    assert plan(native).error["code"] == "AS-TF-012"


def test_app_tier_is_not_applied_this_way(native: CommandLine) -> None:
    assert plan(native, "--tree", "alphaswarm_platform").error["code"] == "AS-USE-001"


def test_kept_plans_are_their_owners_alone(native: CommandLine) -> None:
    plan(native)

    assert {path.stat().st_mode & 0o777 for path in kept_in(native).iterdir()} == {0o600}
    assert not list((native.project.home / "native").rglob("*.tfplan"))


def test_shared_landing_zone_is_not_applied_from_a_workstation(native: CommandLine) -> None:
    session = {"AWS_ACCESS_KEY_ID": "ASIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "x", "AWS_SESSION_TOKEN": "y"}

    refused = plan(native, "--target", "aws", **session)

    assert refused.code == 3
    assert "terraform-pipeline.yml" in refused.error["what"]


def test_environment_without_a_root_module_is_named(native: CommandLine) -> None:
    refused = native.run("landing-zone", "plan", "--env", "staging", "--keep", str(kept_in(native)), "--json", env=JOB)

    assert refused.error["code"] == "AS-CFG-001"
    assert "infrastructure/envs/staging" in refused.error["why"]
