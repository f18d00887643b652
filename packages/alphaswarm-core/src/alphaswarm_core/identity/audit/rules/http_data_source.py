"""P1 http-data-source: A data source talks to any address during plan."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity
from alphaswarm_core.identity.audit.subjects.terraform import TerraformModule


def detect(module: TerraformModule) -> Iterator[Hit]:
    """`data "http"`."""
    for block in module.blocks("data", "http"):
        yield Hit(block.line, f"{block.address} calls an address during plan", path=block.path)


RULE = Rule(
    id="http-data-source",
    reference="P1",
    severity=Severity.HIGH,
    applies_to=AppliesTo.TERRAFORM,
    subject=TerraformModule,
    title="A data source talks to any address during plan",
    what="No data source `http`.",
    why=(
        "A plan that can reach an address of the pull request's choice can carry the state and the role's session out."
    ),
    source="runatlantis.io, Security; Mercari engineering, Terraform CI code execution restrictions",
    fix="Pass the value in as a variable.",
    detect=detect,
)
