"""The form of a Terraform file: bodies of attributes and blocks."""

from collections.abc import Iterator
from dataclasses import dataclass

from alphaswarm_core.identity.audit.nodes import Node


@dataclass(frozen=True, slots=True)
class Attribute:
    """`name = value`."""

    name: str
    value: Node
    line: int


@dataclass(frozen=True, slots=True)
class Block:
    """`type "label" … { body }`. `path` is the file, because the files of a directory make one module."""

    type: str
    labels: tuple[str, ...]
    body: "Body"
    line: int
    path: str

    @property
    def name(self) -> str:
        """The last label, which is what the block is called; empty when it has none."""
        return self.labels[-1] if self.labels else ""

    @property
    def address(self) -> str:
        """How a person finds the block: `aws_iam_role.apply`, `data.http.me`, `provider.aws`."""
        parts = self.labels if self.type == "resource" else (self.type, *self.labels)
        return ".".join(parts)


@dataclass(frozen=True, slots=True)
class Body:
    """What stands between two braces, or in a file."""

    attributes: tuple[Attribute, ...] = ()
    blocks: tuple[Block, ...] = ()

    def attribute(self, name: str) -> Attribute | None:
        """The attribute of that name."""
        return next((each for each in self.attributes if each.name == name), None)

    def value(self, name: str) -> Node | None:
        """The value of the attribute of that name."""
        found = self.attribute(name)
        return found.value if found else None

    def of_type(self, type_: str, label: str | None = None) -> Iterator[Block]:
        """The blocks of a type, and with that first label if one is given."""
        return (each for each in self.blocks if each.type == type_ and (label is None or each.labels[:1] == (label,)))
