"""HCL as far as an audit needs it: blocks, attributes, literal values; every other expression is `Unknown` as written.

`jsonencode(x)` is read as `x`, because the attributes that the audit looks into are JSON texts. Nothing is evaluated.
"""

from alphaswarm_core.identity.audit.errors import UnreadableSourceError
from alphaswarm_core.identity.audit.nodes import HOLE, Items, Node, Scalar, Table, Unknown
from alphaswarm_core.identity.audit.reading.bounds import MAX_DEPTH
from alphaswarm_core.identity.audit.reading.hcl_tokens import Token, TokenKind, tokens_of
from alphaswarm_core.identity.audit.reading.hcl_tree import Attribute, Block, Body

_CONSTANTS = {"true": True, "false": False, "null": None}
_SAME_AS_ARGUMENT = frozenset(
    {"jsonencode", "toset", "tolist", "tomap", "sensitive", "nonsensitive", "sort", "distinct"}
)
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
_LONGEST_NUMBER = 18


def read_hcl(source: str, path: str = "") -> Body:
    """Read a Terraform file.

    Raises:
        UnreadableSourceError: not HCL, or beyond the bounds.
    """
    return _Parser(source, path).file()


def read_expression(source: str, line: int, depth: int = 0) -> Node:
    """Read one expression, such as the inside of `"${…}"`.

    Raises:
        UnreadableSourceError: not HCL, or beyond the bounds.
    """
    return _Parser(source, "", line - 1).expression(depth, newline_ends=False)


class _Parser:
    def __init__(self, source: str, path: str, line_offset: int = 0) -> None:
        self._source = source
        self._path = path
        self._offset = line_offset
        self._tokens = tokens_of(source)
        self._at = 0

    def file(self) -> Body:
        body = self._body(0)
        if self._now.kind is not TokenKind.END:
            raise self._wrong("a closing brace has no opening one")
        return body

    @property
    def _now(self) -> Token:
        return self._tokens[self._at]

    @property
    def _line(self) -> int:
        return self._now.line + self._offset

    def _wrong(self, what: str) -> UnreadableSourceError:
        return UnreadableSourceError(f"It is not HCL: {what}", line=self._line)

    def _is(self, mark: str) -> bool:
        return self._now.kind is TokenKind.MARK and self._now.value == mark

    def _took(self, mark: str) -> bool:
        found = self._is(mark)
        self._at += found
        return found

    def _skip_newlines(self) -> None:
        while self._now.kind is TokenKind.NEWLINE:
            self._at += 1

    def _bounded(self, depth: int) -> None:
        if depth > MAX_DEPTH:
            raise self._wrong(f"it is nested more than {MAX_DEPTH} levels deep")

    def _body(self, depth: int) -> Body:
        self._bounded(depth)
        attributes: list[Attribute] = []
        blocks: list[Block] = []
        while True:
            self._skip_newlines()
            if self._now.kind is TokenKind.END or self._is("}"):
                return Body(tuple(attributes), tuple(blocks))
            self._item(attributes, blocks, depth)

    def _item(self, attributes: list[Attribute], blocks: list[Block], depth: int) -> None:
        name, line = self._now, self._line
        if name.kind is not TokenKind.NAME:
            raise self._wrong(f"{name.value[:40]!r} begins neither an attribute nor a block")
        self._at += 1
        if self._took("="):
            attributes.append(Attribute(name.value, self.expression(depth + 1, newline_ends=True), line))
            return
        labels: list[str] = []
        while self._now.kind in (TokenKind.NAME, TokenKind.TEXT):
            labels.append(self._now.value)
            self._at += 1
        if not self._took("{"):
            raise self._wrong(f"{name.value!r} is followed by neither '=' nor a block")
        body = self._body(depth + 1)
        if not self._took("}"):
            raise self._wrong(f"the block {name.value!r} has no end")
        blocks.append(Block(name.value, tuple(labels), body, line, self._path))

    def expression(self, depth: int, *, newline_ends: bool) -> Node:
        """One expression: a literal, or `Unknown` with the source of all of it."""
        self._bounded(depth)
        if not newline_ends:
            self._skip_newlines()
        first, line = self._now, self._line
        node = self._primary(depth)
        if not newline_ends:
            self._skip_newlines()
        if node is not None and self._ends(newline_ends=newline_ends):
            return node
        self._skip_rest(newline_ends=newline_ends)
        last = self._tokens[self._at - 1] if self._at else first
        return Unknown(" ".join(self._source[first.start : max(first.end, last.end)].split()), line)

    def _ends(self, *, newline_ends: bool) -> bool:
        if self._now.kind in (TokenKind.END, TokenKind.NEWLINE):
            return self._now.kind is TokenKind.END or newline_ends
        return self._now.kind is TokenKind.MARK and self._now.value in (",", ")", "]", "}")

    def _skip_rest(self, *, newline_ends: bool) -> None:
        """Move behind an expression that is not judged: to the comma, line end or bracket that is not its own."""
        open_brackets = 0
        while open_brackets or not self._ends(newline_ends=newline_ends):
            if self._now.kind is TokenKind.END:
                raise self._wrong("a bracket has no end")
            if self._now.kind is TokenKind.MARK:
                open_brackets += (self._now.value in _OPENING) - (self._now.value in _CLOSING)
            self._at += 1

    def _primary(self, depth: int) -> Node | None:
        token = self._now
        if token.kind is TokenKind.TEXT:
            self._at += 1
            return self._text(token, depth)
        if token.kind is TokenKind.NUMBER:
            self._at += 1
            return Scalar(_number(token.value), token.line + self._offset)
        if token.kind is TokenKind.NAME:
            return self._named(depth)
        if self._is("["):
            return self._list(depth)
        if self._is("{"):
            return self._object(depth)
        return None

    def _text(self, token: Token, depth: int) -> Node:
        scalar = token.text or Scalar(token.value, token.line)
        line = scalar.line + self._offset
        if scalar.value == HOLE and len(scalar.holes) == 1:
            return read_expression(scalar.holes[0], line, depth + 1)  # "${x}" is x
        return Scalar(scalar.value, line, scalar.block, scalar.holes)

    def _named(self, depth: int) -> Node:
        token, line = self._now, self._line
        self._at += 1
        if token.value in _CONSTANTS:
            return Scalar(_CONSTANTS[token.value], line)
        if self._is("("):
            return self._call(token, line, depth)
        while self._is(".") or self._is("["):
            if self._took("["):
                self.expression(depth + 1, newline_ends=False)
                if not self._took("]"):
                    raise self._wrong("']' is missing")
            else:
                self._at = min(self._at + 2, len(self._tokens) - 1)
        return Unknown(self._source[token.start : self._tokens[self._at - 1].end], line)

    def _call(self, called: Token, line: int, depth: int) -> Node:
        name = called.value
        self._took("(")
        arguments = self._items(")", depth)
        if name in _SAME_AS_ARGUMENT and len(arguments) == 1:
            return arguments[0]
        if name in ("concat", "flatten"):
            return Items(_spread(arguments), line)
        return Unknown(" ".join(self._source[called.start : self._tokens[self._at - 1].end].split()), line)

    def _list(self, depth: int) -> Node:
        line = self._line
        self._took("[")
        return Items(self._items("]", depth), line)

    def _items(self, closing: str, depth: int) -> tuple[Node, ...]:
        """Values up to a closing bracket; a `for` expression is one unknown value."""
        nodes: list[Node] = []
        self._skip_newlines()
        if self._now.kind is TokenKind.NAME and self._now.value == "for":
            line = self._line
            self._skip_to_closing()
            return (Unknown("for …", line),)
        while not self._took(closing):
            nodes.append(self.expression(depth + 1, newline_ends=False))
            self._took("...")
            self._skip_newlines()
            if not self._took(",") and not self._is(closing):
                raise self._wrong(f"{closing!r} is missing")
            self._skip_newlines()
        return tuple(nodes)

    def _skip_to_closing(self) -> None:
        """Move behind the bracket that closes the one which was taken last."""
        open_brackets = 1
        while open_brackets:
            if self._now.kind is TokenKind.END:
                raise self._wrong("a bracket has no end")
            if self._now.kind is TokenKind.MARK:
                open_brackets += (self._now.value in _OPENING) - (self._now.value in _CLOSING)
            self._at += 1

    def _object(self, depth: int) -> Node:
        line = self._line
        self._took("{")
        self._skip_newlines()
        if self._now.kind is TokenKind.NAME and self._now.value == "for":
            self._skip_to_closing()
            return Unknown("for …", line)
        entries: list[tuple[Scalar, Node]] = []
        while not self._took("}"):
            key = self._key(depth)
            if not (self._took("=") or self._took(":")):
                raise self._wrong("a key of an object is followed by neither '=' nor ':'")
            entries.append((key, self.expression_in_object(depth + 1)))
            self._took(",")
            self._skip_newlines()
        return Table(tuple(entries), line)

    def expression_in_object(self, depth: int) -> Node:
        """A value in an object, which ends with its line."""
        self._skip_newlines()
        return self.expression(depth, newline_ends=True)

    def _key(self, depth: int) -> Scalar:
        token, line = self._now, self._line
        if token.kind in (TokenKind.NAME, TokenKind.NUMBER, TokenKind.TEXT):
            self._at += 1
            holes = token.text.holes if token.text else ()
            return Scalar(token.value, line, holes=holes)
        if self._took("("):
            node = self.expression(depth + 1, newline_ends=False)
            if not self._took(")"):
                raise self._wrong("')' is missing")
            source = node.source if isinstance(node, Unknown) else ""
            return node if isinstance(node, Scalar) else Scalar(HOLE, line, holes=(source,))
        raise self._wrong(f"{token.value[:40]!r} is no key of an object")


def _number(written: str) -> int | float:
    return int(written) if written.isdigit() and len(written) <= _LONGEST_NUMBER else float(written)


def _spread(arguments: tuple[Node, ...]) -> tuple[Node, ...]:
    """The elements of several lists; what is not a list here stays one unknown element."""
    return tuple(node for each in arguments for node in (each.nodes if isinstance(each, Items) else (each,)))
