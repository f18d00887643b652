"""P1 provisioner: A provisioner runs commands during apply."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity
from alphaswarm_core.identity.audit.subjects.terraform import TerraformModule


def detect(module: TerraformModule) -> Iterator[Hit]:
    """`provisioner` blocks, in dynamic blocks too, and null resources."""
    for block in module.blocks("resource"):
        for provisioner in (*block.body.of_type("provisioner"), *block.body.of_type("dynamic", "provisioner")):
            message = f"{block.address} has a provisioner {provisioner.name!r}"
            yield Hit(provisioner.line, message, path=provisioner.path)
        if block.labels[:1] == ("null_resource",):
            yield Hit(block.line, f"{block.address} exists to carry provisioners", Severity.MEDIUM, block.path)


RULE = Rule(
    id="provisioner",
    reference="P1",
    severity=Severity.HIGH,
    applies_to=AppliesTo.TERRAFORM,
    subject=TerraformModule,
    title="A provisioner runs commands during apply",
    what="No `provisioner` of any kind, and no `null_resource`, which exists for provisioners.",
    why="A provisioner runs on the machine that applies, with the apply role's session in its environment.",
    source="runatlantis.io, Security; Mercari engineering, Terraform CI code execution restrictions",
    fix="Use a resource of a provider, a build step before Terraform, or user data.",
    detect=detect,
)
