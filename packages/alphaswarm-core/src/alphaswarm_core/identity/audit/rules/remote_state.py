"""P1 remote-state: A module reads another state as a whole."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity
from alphaswarm_core.identity.audit.subjects.terraform import TerraformModule


def detect(module: TerraformModule) -> Iterator[Hit]:
    """`data "terraform_remote_state"` outside the allowed directories."""
    if any(fnmatchcase(module.directory, pattern) for pattern in module.expectations.remote_state):
        return
    for block in module.blocks("data", "terraform_remote_state"):
        yield Hit(block.line, f"{block.address} reads a whole state", path=block.path)


RULE = Rule(
    id="remote-state",
    reference="P1",
    severity=Severity.MEDIUM,
    applies_to=AppliesTo.TERRAFORM,
    subject=TerraformModule,
    title="A module reads another state as a whole",
    what="No `terraform_remote_state` outside the modules for which the repository allows it.",
    why="To read one output, the plan role must be able to read the whole of the other state, secrets included.",
    source="developer.hashicorp.com, The terraform_remote_state data source",
    fix="Publish the value as a parameter, and read that.",
    detect=detect,
)
