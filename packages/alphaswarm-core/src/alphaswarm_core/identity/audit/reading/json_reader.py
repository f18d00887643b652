"""JSON with lines, and with holes where a Terraform template leaves them open."""

import json
from bisect import bisect_right
from typing import Any

from alphaswarm_core.identity.audit.errors import UnreadableSourceError
from alphaswarm_core.identity.audit.nodes import HOLE, Items, Node, Scalar, Table
from alphaswarm_core.identity.audit.reading.bounds import MAX_BYTES, MAX_DEPTH, MAX_NODES

_SPACE = " \t\r\n"


def read_json(text: str, *, first_line: int = 1, holes: tuple[str, ...] = ()) -> Node:
    """Read one JSON document.

    Args:
        text: The document; a byte order mark is left out.
        first_line: The line of the file in which it begins, for documents inside other files.
        holes: The expression behind each `HOLE` of the text, in order.

    Raises:
        UnreadableSourceError: not JSON, a key twice, or beyond the bounds.
    """
    if len(text) > MAX_BYTES:
        raise UnreadableSourceError(f"It is larger than {MAX_BYTES} bytes", line=first_line)
    return _Reader(text.removeprefix("\ufeff"), first_line, holes).document()


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


class _Reader:
    def __init__(self, text: str, first_line: int, holes: tuple[str, ...]) -> None:
        self._text = text
        self._at = 0
        self._first_line = first_line
        self._breaks = [index for index, letter in enumerate(text) if letter == "\n"]
        self._holes = [index for index, letter in enumerate(text) if letter == HOLE]
        self._expressions = holes
        self._left = MAX_NODES
        self._scan = json.JSONDecoder(parse_constant=_no_constant).raw_decode

    def document(self) -> Node:
        node = self._value(0)
        if self._peek():
            raise self._wrong("There is text after the document's end")
        return node

    def _line(self) -> int:
        return self._first_line + bisect_right(self._breaks, self._at - 1)

    def _wrong(self, what: str) -> UnreadableSourceError:
        return UnreadableSourceError(f"It is not JSON: {what}", line=self._line())

    def _peek(self) -> str:
        """The next character that is not space, without taking it; empty at the end."""
        while self._at < len(self._text) and self._text[self._at] in _SPACE:
            self._at += 1
        return self._text[self._at : self._at + 1]

    def _take(self, wanted: str) -> None:
        if self._peek() != wanted:
            raise self._wrong(f"{wanted!r} is missing")
        self._at += 1

    def _value(self, depth: int) -> Node:
        self._left -= 1
        if depth > MAX_DEPTH or self._left < 0:
            raise self._wrong("it is nested too deeply" if depth > MAX_DEPTH else "it has too many values")
        opening = self._peek()
        if opening == "{":
            return self._object(depth)
        return self._array(depth) if opening == "[" else self._scalar()

    def _scalar(self) -> Scalar:
        line, start = self._line(), self._at
        try:
            value, self._at = self._scan(self._text, self._at)
        except (ValueError, RecursionError) as error:
            raise self._wrong(str(error)[:80]) from None
        first, last = (bisect_right(self._holes, each - 1) for each in (start, self._at))
        return Scalar(value, line, holes=self._expressions[first:last])

    def _array(self, depth: int) -> Items:
        line = self._line()
        self._take("[")
        nodes: list[Node] = []
        while self._peek() != "]":
            if nodes:
                self._take(",")
            nodes.append(self._value(depth + 1))
        self._take("]")
        return Items(tuple(nodes), line)

    def _object(self, depth: int) -> Table:
        line = self._line()
        self._take("{")
        entries: dict[str, tuple[Scalar, Node]] = {}
        while self._peek() != "}":
            if entries:
                self._take(",")
            if self._peek() != '"':
                raise self._wrong("a key is not a text in quotes")
            key = self._scalar()
            if key.text in entries:
                raise self._wrong(f"the key {key.text[:60]!r} is there twice")
            self._take(":")
            entries[key.text] = (key, self._value(depth + 1))
        self._take("}")
        return Table(tuple(entries.values()), line)
