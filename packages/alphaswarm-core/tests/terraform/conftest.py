"""A small project with a real stack that needs no provider package, and a runtime for it on either engine."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from alphaswarm_core.identity.actor import actor_from_environment
from alphaswarm_core.ledger.store import Ledger
from alphaswarm_core.settings import load_settings
from alphaswarm_core.source_revision import SourceRevision
from alphaswarm_core.target import Target
from alphaswarm_core.terraform.context import RuntimeContext, Silent
from alphaswarm_core.terraform.execution import StopRequest
from alphaswarm_core.terraform.runtime import TerraformRuntime

SETTINGS = """
schema = 1
project = "example"
[environments.dev]
account_id = "111111111111"
approvals = 0
[environments.staging]
account_id = "222222222222"
approvals = 1
[trees.alphaswarm_platform]
path = "terraform/environments/{env}"
applied_by = "runtime"
"""

STACK = """
terraform {
  backend "local" { path = "../../../state/ENV.tfstate" }
}
variable "run_id" {
  type    = string
  default = ""
  validation {
    condition     = var.run_id != ""
    error_message = "Use alphaswarm deploy."
  }
}
variable "size" {
  type    = number
  default = 2
}
resource "terraform_data" "thing" {
  count = var.size
  input = "thing ${count.index}"
}
module "part" { source = "../../modules/part" }
"""

PART = """
resource "terraform_data" "part" { input = "v1" }
output "id" { value = terraform_data.part.id }
"""


@dataclass(frozen=True)
class Project:
    """A project on disk."""

    root: Path

    @property
    def part(self) -> Path:
        return self.root / "terraform/modules/part/main.tf"

    def stack(self, environment: str = "dev") -> Path:
        return self.root / "terraform/environments" / environment / "main.tf"

    def state(self, environment: str = "dev") -> Path:
        return self.root / "state" / f"{environment}.tfstate"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path / "project")
    for environment in ("dev", "staging"):
        project.stack(environment).parent.mkdir(parents=True)
        project.stack(environment).write_text(STACK.replace("ENV", environment))
    project.part.parent.mkdir(parents=True)
    project.part.write_text(PART)
    (project.root / "state").mkdir()
    (project.root / "alphaswarm.toml").write_text(SETTINGS)
    return project


def engines() -> list[str]:
    """Both engines; a machine without a binary cannot prove the binary one, and CI must not overlook that."""
    return ["binary", "embedded"]


@pytest.fixture(params=engines())
def engine(request: pytest.FixtureRequest) -> str:
    if request.param == "binary" and shutil.which("terraform") is None:
        if os.environ.get("CI"):
            pytest.fail("no terraform binary on PATH: the binary engine cannot be tested")
        pytest.skip("no terraform binary on PATH")
    return str(request.param)


@pytest.fixture
def ledger(project: Project) -> Iterator[Ledger]:
    with Ledger.open(f"sqlite:///{project.root}/.alphaswarm/ledger.db") as ledger:
        yield ledger


MakeRuntime = Callable[..., TerraformRuntime]


@pytest.fixture
def make_runtime(project: Project, ledger: Ledger) -> MakeRuntime:
    def make(engine: str, **changes: object) -> TerraformRuntime:
        settings = load_settings(project.root / "alphaswarm.toml", {}, {("terraform", "engine"): engine})
        ambient = {"PATH": os.environ["PATH"]}
        context = RuntimeContext(
            settings=settings,
            ledger=ledger,
            target=Target.LOCAL,
            cloud={},
            ambient=ambient,
            actor=actor_from_environment({}),
            revision=SourceRevision("a" * 40, "refs/heads/main"),
            observer=Silent(),
            stop=StopRequest(),
            read_state_lock=lambda backend, data: None,
        )
        return TerraformRuntime(replace(context, **changes))  # type: ignore[arg-type]

    return make


@pytest.fixture
def runtime(make_runtime: MakeRuntime, engine: str) -> TerraformRuntime:
    return make_runtime(engine)
