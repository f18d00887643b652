"""Workflow YAML as GitHub reads it: anchors, aliases and merge keys resolved, `on` a text, every key once.

Built from the parser's events with a stack of our own instead of PyYAML's constructors: no tag ever makes an object,
nesting costs no recursion, and an alias costs a count instead of a copy. YAML 1.1 would turn `on:` into True.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from alphaswarm_core.identity.audit.errors import UnreadableSourceError
from alphaswarm_core.identity.audit.nodes import Items, Node, Scalar, Table
from alphaswarm_core.identity.audit.reading.bounds import MAX_BYTES, MAX_DEPTH, MAX_NODES

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CONSTANTS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_LONGEST_NUMBER = 18


@dataclass(slots=True)
class _Open:
    """A collection whose end has not come yet."""

    line: int
    mapping: bool
    anchor: str | None
    nodes: list[Node] = field(default_factory=list)
    size: int = 1
    merges: set[int] = field(default_factory=set)


def read_yaml(text: str) -> Node:
    """Read one YAML document.

    Raises:
        UnreadableSourceError: not YAML, more than one document, a key twice, an alias to what contains it, or larger,
            deeper or (with aliases expanded) longer than the bounds.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise UnreadableSourceError(f"It is larger than {MAX_BYTES} bytes")
    composer = _Composer()
    for event in _events(text):
        composer.take(event)
    if composer.root is None:
        raise UnreadableSourceError("It is empty")
    return composer.root


def _events(text: str) -> Iterator[yaml.Event]:
    try:
        yield from yaml.parse(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = (mark.line if mark else 0) + 1
        raise UnreadableSourceError(f"It is not YAML: {error.problem}", line=line) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UnreadableSourceError(f"It is not YAML: {str(error)[:120]}") from None


class _Composer:
    """Turns events into one node."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self._open: list[_Open] = []
        self._anchored: dict[str, tuple[Node, int]] = {}
        self._documents = 0

    def take(self, event: yaml.Event) -> None:
        line = (event.start_mark.line if event.start_mark else 0) + 1
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise UnreadableSourceError("There is more than one YAML document", line=line)
        elif isinstance(event, yaml.ScalarEvent):
            self._add(_scalar(event, line), 1, event.anchor, merge=_is_merge(event))
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event.anchor or "", line)
        elif isinstance(event, yaml.SequenceStartEvent | yaml.MappingStartEvent):
            self._start(_Open(line, isinstance(event, yaml.MappingStartEvent), event.anchor))
        elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            self._end()

    def _start(self, opened: _Open) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise UnreadableSourceError(f"It is nested more than {MAX_DEPTH} levels deep", line=opened.line)
        if opened.anchor:
            self._anchored.pop(opened.anchor, None)  # not before its end: an alias inside it would be endless
        self._open.append(opened)

    def _end(self) -> None:
        closed = self._open.pop()
        node = _table(closed) if closed.mapping else Items(tuple(closed.nodes), closed.line)
        self._add(node, closed.size, closed.anchor)

    def _alias(self, anchor: str, line: int) -> None:
        if anchor not in self._anchored:
            raise UnreadableSourceError(f"The alias *{anchor[:40]} has no finished anchor before it", line=line)
        node, size = self._anchored[anchor]
        self._add(node, size, None)

    def _add(self, node: Node, size: int, anchor: str | None, *, merge: bool = False) -> None:
        """Put a finished node where it belongs. `size` counts its nodes with every alias expanded."""
        if anchor:
            self._anchored[anchor] = (node, size)
        if not self._open:
            self.root = node
            return
        parent = self._open[-1]
        if merge and parent.mapping and len(parent.nodes) % 2 == 0:
            parent.merges.add(len(parent.nodes))
        parent.nodes.append(node)
        parent.size += size
        if sum(each.size for each in self._open) > MAX_NODES:
            raise UnreadableSourceError(
                f"With its aliases expanded it has more than {MAX_NODES} values", line=node.line
            )


def _is_merge(event: yaml.ScalarEvent) -> bool:
    return bool(event.value == "<<" and event.implicit[0])


def _scalar(event: yaml.ScalarEvent, line: int) -> Scalar:
    if not event.implicit[0] or event.style not in (None, ""):
        return Scalar(event.value, line, block=event.style in ("|", ">"))
    if event.value in _CONSTANTS:
        return Scalar(_CONSTANTS[event.value], line, plain=True)
    digits = event.value.removeprefix("-")
    if digits.isascii() and digits.isdigit() and len(digits) < _LONGEST_NUMBER and (digits == "0" or digits[0] != "0"):
        return Scalar(int(event.value), line, plain=True)
    return Scalar(event.value, line, plain=True)


def _table(closed: _Open) -> Table:
    """A mapping of its own entries, then of merged ones whose keys it does not have: its own win, as YAML says."""
    own: dict[str, tuple[Scalar, Node]] = {}
    merged: dict[str, tuple[Scalar, Node]] = {}
    for index in range(0, len(closed.nodes) - 1, 2):
        key, value = closed.nodes[index], closed.nodes[index + 1]
        if index in closed.merges:
            for entry in _merged_entries(value):
                merged.setdefault(entry[0].text, entry)
            continue
        if not isinstance(key, Scalar):
            raise UnreadableSourceError("A key is not a text", line=key.line)
        if key.text in own:
            raise UnreadableSourceError(f"The key {key.text[:60]!r} is there twice", line=key.line)
        own[key.text] = (key, value)
    entries = (*own.values(), *(entry for name, entry in merged.items() if name not in own))
    return Table(entries, closed.line)


def _merged_entries(value: Node) -> Iterator[tuple[Scalar, Node]]:
    for each in value.nodes if isinstance(value, Items) else (value,):
        if not isinstance(each, Table):
            raise UnreadableSourceError("The merge key << takes a mapping or mappings", line=value.line)
        yield from each.entries
