"""A Terraform module as rules see it: the configuration files of one directory, and its lock file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from alphaswarm_core.identity.audit.errors import UnreadableSourceError
from alphaswarm_core.identity.audit.model import Expectations
from alphaswarm_core.identity.audit.nodes import HOLE, Items, Node, Scalar, Table, Unknown
from alphaswarm_core.identity.audit.reading.bounds import MAX_DEPTH, MAX_NODES
from alphaswarm_core.identity.audit.reading.hcl_tree import Attribute, Block, Body

LOCK_FILE = ".terraform.lock.hcl"
_LONGEST_TEXT = 65_536


@dataclass(frozen=True, slots=True)
class TerraformFile:
    """One file of a module."""

    path: str
    body: Body


@dataclass(frozen=True, slots=True)
class TerraformModule:
    """The files of a directory. Terraform reads them as one.

    Args:
        path: The file that findings about the module as a whole point to.
        directory: Relative to the audited root; `.` is the root itself.
        files: In the order of their names.
        expectations: What the repository declares about itself.
        lock: The lock file's body; None when there is no (readable) lock file.
        complete: False when a file of the directory could not be read.
    """

    path: str
    directory: str
    files: tuple[TerraformFile, ...]
    expectations: Expectations
    lock: Body | None = None
    complete: bool = True
    local_values: Mapping[str, Attribute] = field(default_factory=dict)

    def blocks(self, type_: str, label: str | None = None) -> Iterator[Block]:
        """Every block of a type in every file."""
        return (block for file in self.files for block in file.body.of_type(type_, label))

    @property
    def is_root(self) -> bool:
        """Whether `terraform init` is run here: it names a backend or a cloud, so it has a state of its own."""
        return any(
            next(block.body.of_type(kind), None) is not None
            for block in self.blocks("terraform")
            for kind in ("backend", "cloud")
        )

    def resolved(self, node: Node) -> Node:
        """The node with `local.…` replaced by what the module says it is, as far as that is literal.

        Raises:
            UnreadableSourceError: the locals multiply beyond the bounds (a bomb, as with YAML's aliases).
        """
        return _Resolution(self.local_values).node(node, 0)


def locals_of(files: tuple[TerraformFile, ...]) -> dict[str, Attribute]:
    """The local values of a module by name."""
    return {
        attribute.name: attribute
        for file in files
        for block in file.body.of_type("locals")
        for attribute in block.body.attributes
    }


class _Resolution:
    def __init__(self, local_values: Mapping[str, Attribute]) -> None:
        self._locals = local_values
        self._left = MAX_NODES

    def node(self, node: Node, depth: int) -> Node:
        self._left -= 1
        if self._left < 0:
            raise UnreadableSourceError(f"With its locals expanded it has more than {MAX_NODES} values", line=node.line)
        if isinstance(node, Unknown):
            return self._reference(node, depth)
        if isinstance(node, Items):
            return Items(tuple(self._spread(node.nodes, depth)), node.line)
        if isinstance(node, Table):
            return Table(
                tuple((self._text(key, depth), self.node(each, depth + 1)) for key, each in node.entries), node.line
            )
        return self._text(node, depth)

    def _spread(self, nodes: tuple[Node, ...], depth: int) -> Iterator[Node]:
        """The elements; a local list in the place of an element (from `concat`) brings its elements."""
        for each in nodes:
            found = self.node(each, depth + 1)
            if isinstance(each, Unknown) and isinstance(found, Items):
                yield from found.nodes
            else:
                yield found

    def _reference(self, node: Unknown, depth: int) -> Node:
        name = node.source.removeprefix("local.")
        if name == node.source or name not in self._locals or depth > MAX_DEPTH:
            return node  # a cycle of locals ends here too
        return self.node(self._locals[name].value, depth + 1)

    def _text(self, scalar: Scalar, depth: int) -> Scalar:
        if not scalar.holes or not isinstance(scalar.value, str):
            return scalar
        parts = scalar.value.split(HOLE)
        if len(parts) != len(scalar.holes) + 1:
            return scalar
        written, holes = parts[0], list[str]()
        for source, after in zip(scalar.holes, parts[1:], strict=True):
            found = self._reference(Unknown(source, scalar.line), depth)
            known = isinstance(found, Scalar) and len(written) < _LONGEST_TEXT
            if known and isinstance(found, Scalar):
                written += found.text + after
                holes += found.holes
            else:
                written += HOLE + after
                holes.append(source)
        return Scalar(written, scalar.line, scalar.block, tuple(holes))
