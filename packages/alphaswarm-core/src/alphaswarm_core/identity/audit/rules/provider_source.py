"""P1 provider-source: A provider comes from outside the allowed sources."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity, undecided
from alphaswarm_core.identity.audit.nodes import HOLE, Node, Table, text_of
from alphaswarm_core.identity.audit.reading.hcl_tree import Block
from alphaswarm_core.identity.audit.subjects.terraform import TerraformModule

_PUBLIC_REGISTRIES = ("registry.terraform.io/", "registry.opentofu.org/")
_BUILT_IN = "terraform.io/builtin/terraform"


def detect(module: TerraformModule) -> Iterator[Hit]:
    """Required providers whose source no pattern allows."""
    for block, name, node in required_providers(module):
        source = source_of(name, module.resolved(node))
        if HOLE in source:
            yield undecided(node.line, f"The source of the provider {name!r} is not known", block.path)
        elif source != _BUILT_IN and not any(fnmatchcase(source, each) for each in module.expectations.providers):
            yield Hit(
                node.line, f"The provider {name!r} comes from {source[:120]!r}, which is not allowed", None, block.path
            )


def required_providers(module: TerraformModule) -> Iterator[tuple[Block, str, Node]]:
    """Every entry of every `required_providers`: (block, local name, value)."""
    for block in module.blocks("terraform"):
        for required in block.body.of_type("required_providers"):
            for attribute in required.body.attributes:
                yield required, attribute.name, attribute.value


def source_of(name: str, node: Node) -> str:
    """A provider's source without a public registry's host; without a source it is HashiCorp's."""
    source = node.get("source") if isinstance(node, Table) else None
    text = text_of(source).lower() if source is not None else f"hashicorp/{name}"
    for host in _PUBLIC_REGISTRIES:
        text = text.removeprefix(host)
    return text


RULE = Rule(
    id="provider-source",
    reference="P1",
    severity=Severity.HIGH,
    applies_to=AppliesTo.TERRAFORM,
    subject=TerraformModule,
    title="A provider comes from outside the allowed sources",
    what="Every provider's source is one that the repository allows (`hashicorp/*` when it declares nothing).",
    why="A provider is a program that a plan starts, with the plan role's session in its environment.",
    source="runatlantis.io, Security; Mercari engineering, Terraform CI code execution restrictions",
    fix="Use an allowed provider, or allow its source under `providers` in .alphaswarm-audit.toml.",
    detect=detect,
)
