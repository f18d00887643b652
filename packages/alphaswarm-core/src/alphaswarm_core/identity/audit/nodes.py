"""Values with their lines: what YAML, JSON and HCL are read into, so that rules see one form and findings name a line.

Text that only a run knows (`${var.account}`) leaves a `HOLE` in the text around it. A rule can still judge the literal
rest: `repo:${var.org}/*` ends in a wildcard whatever the organisation is.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

HOLE = "\ue0ff"
"""Stands in a text for a part that is not decided here. A private-use character: no name of AWS or GitHub has one."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text, number, truth value or null.

    Args:
        value: The value; a text may have holes.
        line: Where it begins, counted from 1.
        block: A block text (`|`, `>`, heredoc), whose first line of content is the line after `line`.
        holes: The expression behind each `HOLE`, in order.
        plain: Written without quotes in YAML, so that `1.5` may be meant as a number.
    """

    value: str | int | float | bool | None
    line: int
    block: bool = False
    holes: tuple[str, ...] = ()
    plain: bool = field(default=False, compare=False)

    @property
    def text(self) -> str:
        """The value as text; null is empty, truth values are as in YAML and HCL."""
        if isinstance(self.value, bool):
            return "true" if self.value else "false"
        return "" if self.value is None else str(self.value)

    @property
    def decided(self) -> bool:
        """Whether all of the value is known."""
        return not (isinstance(self.value, str) and HOLE in self.value)

    def lines(self) -> Iterator[tuple[int, str]]:
        """Each line of the text with its number in the file."""
        first = self.line + (1 if self.block else 0)
        return ((first + offset, text) for offset, text in enumerate(self.text.split("\n")))


@dataclass(frozen=True, slots=True)
class Items:
    """A sequence."""

    nodes: "tuple[Node, ...]"
    line: int


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping. Keys differ; they keep the order of the document."""

    entries: "tuple[tuple[Scalar, Node], ...]"
    line: int

    def get(self, key: str) -> "Node | None":
        """The value under a key, or None."""
        return next((node for name, node in self.entries if name.text == key), None)

    def key_line(self, key: str) -> int:
        """The line of a key, or of the table where the key is missing."""
        return next((name.line for name, _ in self.entries if name.text == key), self.line)


@dataclass(frozen=True, slots=True)
class Unknown:
    """An expression whose value only a run knows, as written."""

    source: str
    line: int


Node: TypeAlias = Scalar | Items | Table | Unknown


def listed(node: Node | None) -> tuple[Node, ...]:
    """One or many, as IAM and GitHub write it: a sequence's nodes, a single node alone, nothing for None."""
    if node is None:
        return ()
    return node.nodes if isinstance(node, Items) else (node,)


def table(node: Node | None) -> Table:
    """The node if it is a table, else an empty one."""
    return node if isinstance(node, Table) else Table((), node.line if node else 1)


def text_of(node: Node | None) -> str:
    """The text of a scalar; an unknown value is a hole; everything else is empty."""
    if isinstance(node, Unknown):
        return HOLE
    return node.text if isinstance(node, Scalar) else ""


def scalars(node: Node | None) -> Iterator[Scalar]:
    """Every scalar in a node, keys of tables left out, in the document's order."""
    waiting = [node] if node is not None else []
    while waiting:
        each = waiting.pop()
        if isinstance(each, Scalar):
            yield each
        elif isinstance(each, Items):
            waiting += reversed(each.nodes)
        elif isinstance(each, Table):
            waiting += [value for _, value in reversed(each.entries)]


def known(node: Node) -> bool:
    """Whether everything in a node, keys too, is known here."""
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Unknown) or (isinstance(each, Scalar) and not each.decided):
            return False
        waiting += [part for entry in each.entries for part in entry] if isinstance(each, Table) else ()
        waiting += each.nodes if isinstance(each, Items) else ()
    return True


def plain(node: Node) -> object:
    """The node as Python data; what is unknown becomes a text that is one hole."""
    if isinstance(node, Items):
        return [plain(each) for each in node.nodes]
    if isinstance(node, Table):
        return {key.text: plain(value) for key, value in node.entries}
    return HOLE if isinstance(node, Unknown) else node.value
