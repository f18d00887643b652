"""A small project with a real stack that needs no provider package: `terraform_data` only, state in a local file."""

from dataclasses import dataclass
from pathlib import Path

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

POLICY = """
package main
import rego.v1
findings contains {"rule": "no-forbidden-things", "address": each.address, "what": sprintf("is %s", [what])} if {
	some each in input.resource_changes
	what := each.change.after.input
	startswith(what, "forbidden")
}
deny := findings
warn contains {"rule": "few-things", "address": "input", "what": "has many things"} if {
	count(input.resource_changes) > 20
}
"""

RULES = """
rules:
  no-forbidden-things: {severity: deny, title: Nothing is forbidden, why: It is forbidden., fix: Do without it.}
  few-things: {severity: warn, title: Few things, why: Many are many., fix: Have fewer.}
"""


@dataclass(frozen=True)
class Project:
    """A project on disk."""

    root: Path

    @property
    def part(self) -> Path:
        return self.root / "terraform/modules/part/main.tf"

    @property
    def settings(self) -> Path:
        return self.root / "alphaswarm.toml"

    @property
    def home(self) -> Path:
        return self.root / ".alphaswarm"

    @property
    def ledger(self) -> Path:
        return self.home / "ledger.db"

    @property
    def policy(self) -> Path:
        return self.root / "policy"

    def stack(self, environment: str = "dev") -> Path:
        return self.root / "terraform/environments" / environment / "main.tf"

    def state(self, environment: str = "dev") -> Path:
        return self.root / "state" / f"{environment}.tfstate"


def write_project(root: Path) -> Project:
    """Write the project below `root`: stacks for `dev` (no approvals) and `staging` (one)."""
    project = Project(root)
    for environment in ("dev", "staging"):
        project.stack(environment).parent.mkdir(parents=True)
        project.stack(environment).write_text(STACK.replace("ENV", environment))
    project.part.parent.mkdir(parents=True)
    project.part.write_text(PART)
    (root / "state").mkdir()
    project.settings.write_text(SETTINGS)
    (project.policy / "data").mkdir(parents=True)
    (project.policy / "main.rego").write_text(POLICY)
    (project.policy / "data/rules.yaml").write_text(RULES)
    return project
