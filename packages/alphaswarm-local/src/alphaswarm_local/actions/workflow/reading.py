"""From nodes with lines to typed parts; what does not fit is refused with its line."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import NoReturn, TypeVar

from alphaswarm_core.identity.audit.errors import UnreadableSourceError
from alphaswarm_core.identity.audit.nodes import Items, Node, Scalar, Table
from alphaswarm_core.identity.audit.reading.yaml_reader import read_yaml
from alphaswarm_local.actions.errors import ExpressionError, WorkflowFileError
from alphaswarm_local.actions.expressions import Condition, Scope, Template, condition, template
from alphaswarm_local.actions.expressions.values import Value
from alphaswarm_local.actions.workflow.places import Place

_FLOAT = re.compile(r"[-+]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?", re.ASCII)
_Part = TypeVar("_Part")


@dataclass(frozen=True, slots=True)
class Data:
    """A value of any kind whose texts may have expressions: a matrix, a default."""

    content: "Template | bool | int | float | tuple[Data, ...] | Mapping[str, Data] | None"

    def value(self, scope: Scope) -> Value:
        """The value."""
        content = self.content
        if isinstance(content, Template):
            return content.value(scope)
        if isinstance(content, tuple):
            return [each.value(scope) for each in content]
        if isinstance(content, Mapping):
            return {key: each.value(scope) for key, each in content.items()}
        return content


class Reader:
    """Reads the nodes of one file."""

    def __init__(self, path: str) -> None:
        self.path = path

    def root(self, text: str) -> Table:
        """The document, which has to be a mapping."""
        try:
            node = read_yaml(text)
        except UnreadableSourceError as error:
            raise WorkflowFileError(error.what, path=self.path, line=error.line) from error
        if not isinstance(node, Table):
            self.refuse(node, "The file is no mapping")
        return node

    def refuse(self, node: Node | int, what: str, why: str | None = None) -> NoReturn:
        """Refuse the file because of a node, or of what is on a line."""
        line = node if isinstance(node, int) else node.line
        raise WorkflowFileError(what, path=self.path, line=line, why=why)

    def table(self, node: Node | None, what: str, allowed: Collection[str] | None = None) -> Table:
        """A mapping, all of whose keys are `allowed` (None: any key). Nothing at all is an empty one."""
        if node is None or (isinstance(node, Scalar) and node.value is None):
            return Table((), node.line if node is not None else 1)
        if not isinstance(node, Table):
            self.refuse(node, f"{what} has to be a mapping")
        for key, _ in node.entries:
            if allowed is not None and key.text not in allowed:
                self.refuse(key, f"Unexpected key {key.text[:60]!r} in {what}; there are: {', '.join(sorted(allowed))}")
        return node

    def items(self, node: Node | None, what: str) -> tuple[Node, ...]:
        """A sequence."""
        if node is None:
            return ()
        if not isinstance(node, Items):
            self.refuse(node, f"{what} has to be a sequence")
        return node.nodes

    def text(self, node: Node | None, what: str, *, empty: bool = False) -> str:
        """A plain text; numbers and truth values are taken as written."""
        if not isinstance(node, Scalar):
            self.refuse(node if node is not None else 1, f"{what} has to be a text")
        if not node.text and not empty:
            self.refuse(node, f"{what} is empty")
        if "${{" in node.text:
            self.refuse(node, f"{what} takes no expression")
        return node.text

    def texts(self, node: Node | None, what: str) -> tuple[str, ...]:
        """One text, or a sequence of texts."""
        if node is None:
            return ()
        nodes = node.nodes if isinstance(node, Items) else (node,)
        return tuple(self.text(each, what) for each in nodes)

    def boolean(self, node: Node | None, what: str, *, default: bool = False) -> bool:
        """A truth value."""
        if node is None:
            return default
        if not isinstance(node, Scalar) or not isinstance(node.value, bool):
            self.refuse(node, f"{what} has to be true or false")
        return node.value

    def choice(self, node: Node | None, what: str, choices: Collection[str]) -> str:
        """One of a few texts."""
        text = self.text(node, what)
        if text not in choices:
            assert node is not None  # noqa: S101 - `text` refuses None
            self.refuse(node, f"{what} is {text[:60]!r}; it can be: {', '.join(choices)}")
        return text

    def template(self, node: Node | None, what: str, place: Place) -> Template:
        """A text with expressions; numbers and truth values become texts."""
        if not isinstance(node, Scalar):
            self.refuse(node if node is not None else 1, f"{what} has to be a text")
        return self._allowed(node, place, lambda: template(node.text))

    def optional(self, node: Node | None, what: str, place: Place) -> Template | None:
        """The same, or None where there is nothing."""
        return None if node is None else self.template(node, what, place)

    def templates(self, node: Node | None, what: str, place: Place) -> Mapping[str, Template]:
        """A mapping to texts with expressions."""
        found = self.table(node, what)
        return {key.text: self.template(value, f"{what}.{key.text}", place) for key, value in found.entries}

    def condition(self, node: Node | None, place: Place) -> Condition:
        """An `if:`; nothing asks for success."""
        if node is None:
            return condition("")
        if not isinstance(node, Scalar):
            self.refuse(node, "if has to be a text")
        found = self._read(node, lambda: condition(node.text))
        self._check(node, found.template, place)
        return found

    def data(self, node: Node, place: Place) -> Data:
        """A value of any kind."""
        if isinstance(node, Items):
            return Data(tuple(self.data(each, place) for each in node.nodes))
        if isinstance(node, Table):
            return Data({key.text: self.data(value, place) for key, value in node.entries})
        if not isinstance(node, Scalar):
            self.refuse(node, "This is no value")
        if isinstance(node.value, str):
            number = node.plain and _FLOAT.fullmatch(node.value)
            return Data(float(node.value)) if number else Data(self._allowed(node, place, lambda: template(node.text)))
        return Data(node.value)

    def _allowed(self, node: Scalar, place: Place, read: Callable[[], Template]) -> Template:
        found = self._read(node, read)
        self._check(node, found, place)
        return found

    def _read(self, node: Scalar, read: Callable[[], _Part]) -> _Part:
        try:
            return read()
        except ExpressionError as error:
            self.refuse(node, error.what, error.why)

    def _check(self, node: Scalar, found: Template, place: Place) -> None:
        contexts = frozenset(name.name for each in found.expressions for name in each.contexts)
        functions = frozenset(name.name for each in found.expressions for name in each.functions)
        refusal = place.refusal(contexts, functions)
        if refusal is not None:
            self.refuse(node, refusal)


def entries(table: Table) -> Iterator[tuple[str, Node]]:
    """Keys as texts with their values."""
    return ((key.text, value) for key, value in table.entries)
