"""P1 external-data-source: A data source runs a program during plan."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity
from alphaswarm_core.identity.audit.subjects.terraform import TerraformModule


def detect(module: TerraformModule) -> Iterator[Hit]:
    """`data "external"`, and `program` run by anything else of that provider."""
    for block in module.blocks("data", "external"):
        yield Hit(block.line, f"{block.address} runs a program during plan", path=block.path)


RULE = Rule(
    id="external-data-source",
    reference="P1",
    severity=Severity.CRITICAL,
    applies_to=AppliesTo.TERRAFORM,
    subject=TerraformModule,
    title="A data source runs a program during plan",
    what="No data source `external`.",
    why="A plan executes it with the plan role's rights, before anybody has reviewed the change.",
    source="runatlantis.io, Security; Mercari engineering, Terraform CI code execution restrictions",
    fix="Compute the value outside Terraform and pass it in as a variable.",
    detect=detect,
)
