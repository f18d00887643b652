"""K1 access-key-in-terraform: Terraform makes or uses a static AWS key."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity
from alphaswarm_core.identity.audit.nodes import Scalar, text_of
from alphaswarm_core.identity.audit.subjects.terraform import TerraformModule

_ATTRIBUTES = ("access_key", "secret_key", "token")


def detect(module: TerraformModule) -> Iterator[Hit]:
    """Keys as resources, and keys as settings of the AWS provider or of a backend."""
    for block in module.blocks("resource", "aws_iam_access_key"):
        yield Hit(block.line, f"{block.address} makes a static key", path=block.path)
    backends = (each for block in module.blocks("terraform") for each in block.body.of_type("backend"))
    for block in (*module.blocks("provider", "aws"), *backends):
        for attribute in block.body.attributes:
            if attribute.name not in _ATTRIBUTES or text_of(attribute.value) == "":
                continue
            literal = isinstance(module.resolved(attribute.value), Scalar)
            severity = Severity.CRITICAL if literal else Severity.HIGH
            yield Hit(attribute.line, f"{block.address} is given {attribute.name}", severity, block.path)


RULE = Rule(
    id="access-key-in-terraform",
    reference="K1",
    severity=Severity.HIGH,
    applies_to=AppliesTo.TERRAFORM,
    subject=TerraformModule,
    title="Terraform makes or uses a static AWS key",
    what="No `aws_iam_access_key`, and no `access_key` or `secret_key` in a provider or backend.",
    why="A key that exists can leak, and nobody notices; a key that Terraform makes lies in its state in clear text.",
    source="platform rule: no AWS key exists anywhere",
    fix="Assume a role over OIDC; for a machine outside AWS use IAM Roles Anywhere.",
    detect=detect,
)
