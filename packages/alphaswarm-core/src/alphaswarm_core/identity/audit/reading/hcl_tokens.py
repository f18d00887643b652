"""HCL's words: a small tokenizer, tolerant of what it does not judge, strict about where texts end."""

import re
from dataclasses import dataclass
from enum import Enum, auto

from alphaswarm_core.identity.audit.errors import UnreadableSourceError
from alphaswarm_core.identity.audit.nodes import HOLE, Scalar
from alphaswarm_core.identity.audit.reading.bounds import MAX_BYTES, MAX_DEPTH, MAX_NODES


class TokenKind(Enum):
    """What a token is."""

    NAME = auto()
    NUMBER = auto()
    TEXT = auto()
    """A quoted text or a heredoc; `Token.text` is its content."""
    MARK = auto()
    NEWLINE = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """One token with its line and its place in the source."""

    kind: TokenKind
    value: str
    line: int
    start: int
    end: int
    text: Scalar | None = None


_SKIPPED = re.compile(r"[ \t\r\ufeff]+|#[^\n]*|//[^\n]*|/\*.*?\*/", re.DOTALL)
_NAME = re.compile(r"[^\W\d][\w-]*")
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_HEREDOC = re.compile(r"<<(-?)([^\W\d][\w-]*)[ \t]*\r?\n")
_MARK = re.compile(r"=>|==|!=|<=|>=|&&|\|\||\.\.\.|[-+*/%=<>!?:.,(){}\[\]&|]")
_PLAIN = re.compile(r'[^"\\\n$%]+')
_PLAIN_IN_HEREDOC = re.compile(r"[^$%]+")
_PLAIN_IN_EXPRESSION = re.compile(r'[^"{}]+')
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


def tokens_of(source: str) -> list[Token]:
    """Every token, the last one being `END`.

    Raises:
        UnreadableSourceError: a character or an unfinished text that HCL does not have, or beyond the bounds.
    """
    if len(source) > MAX_BYTES:
        raise UnreadableSourceError(f"It is larger than {MAX_BYTES} bytes")
    return _Tokenizer(source).run()


def template_of(source: str, line: int, *, block: bool = False) -> Scalar:
    """A text with `${…}` and `%{…}` taken out as holes: a heredoc's content, or a text of a `.tf.json` file.

    Raises:
        UnreadableSourceError: an interpolation without an end.
    """
    tokenizer = _Tokenizer(source)
    tokenizer.line = line
    value, holes = tokenizer.template(quoted=False)
    return Scalar(value, line, block=block, holes=holes)


class _Tokenizer:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.line = 1

    def run(self) -> list[Token]:
        found: list[Token] = []
        while (token := self._next()).kind is not TokenKind.END:
            found.append(token)
            if len(found) > MAX_NODES * 4:
                raise UnreadableSourceError("It has too many words", line=self.line)
        return [*found, token]

    def _wrong(self, what: str) -> UnreadableSourceError:
        return UnreadableSourceError(f"It is not HCL: {what}", line=self.line)

    def _move(self, end: int) -> str:
        passed = self.source[self.at : end]
        self.line += passed.count("\n")
        self.at = end
        return passed

    def _next(self) -> Token:
        while skipped := _SKIPPED.match(self.source, self.at):
            self._move(skipped.end())
        start, line = self.at, self.line
        if self.source.startswith("/*", start):
            raise self._wrong("a comment has no end")
        if start >= len(self.source):
            return Token(TokenKind.END, "", line, start, start)
        if self.source[start] == "\n":
            return Token(TokenKind.NEWLINE, self._move(start + 1), line, start, start + 1)
        if self.source[start] == '"':
            self.at += 1
            value, holes = self.template(quoted=True)
            return Token(TokenKind.TEXT, value, line, start, self.at, Scalar(value, line, holes=holes))
        if heredoc := _HEREDOC.match(self.source, start):
            return self._heredoc(heredoc)
        for kind, pattern in ((TokenKind.NAME, _NAME), (TokenKind.NUMBER, _NUMBER), (TokenKind.MARK, _MARK)):
            if match := pattern.match(self.source, start):
                return Token(kind, self._move(match.end()), line, start, match.end())
        raise self._wrong(f"the character {self.source[start]!r} has no meaning here")

    def _heredoc(self, opening: re.Match[str]) -> Token:
        start, line = self.at, self.line
        end, content = opening.end(), []
        while True:
            if end >= len(self.source):
                raise self._wrong(f"the heredoc {opening[2]} has no end")
            stop = self.source.find("\n", end)
            stop = len(self.source) if stop < 0 else stop
            row = self.source[end:stop]
            if row.strip() == opening[2]:
                break
            content.append(row.removesuffix("\r"))
            end = stop + 1
        self._move(stop)
        text = template_of("\n".join(_dedented(content) if opening[1] else content) + "\n", line, block=True)
        return Token(TokenKind.TEXT, text.text, line, start, stop, text)

    def template(self, *, quoted: bool) -> tuple[str, tuple[str, ...]]:
        """The text up to its closing quote (or the end), and the expressions of its holes."""
        parts: list[str] = []
        holes: list[str] = []
        plain = _PLAIN if quoted else _PLAIN_IN_HEREDOC
        while self.at < len(self.source):
            if run := plain.match(self.source, self.at):
                parts.append(self._move(run.end()).replace(HOLE, "\ufffd"))
            elif quoted and self.source[self.at] == '"':
                self.at += 1
                return "".join(parts), tuple(holes)
            else:
                self._special(parts, holes, quoted=quoted)
        if quoted:
            raise self._wrong("a text has no closing quote")
        return "".join(parts), tuple(holes)

    def _special(self, parts: list[str], holes: list[str], *, quoted: bool) -> None:
        two, three = self.source[self.at : self.at + 2], self.source[self.at : self.at + 3]
        if three in ("$${", "%%{"):
            parts.append(self._move(self.at + 3)[1:])
        elif two in ("${", "%{"):
            self._move(self.at + 2)
            start = self.at
            self._skip_expression(0)
            parts.append(HOLE)
            holes.append(self.source[start : self.at - 1].strip().strip("~").strip())
        elif quoted and two.startswith("\\"):
            parts.append(self._escape())
        elif quoted and two.startswith("\n"):
            raise self._wrong("a text has no closing quote on its line")
        else:
            parts.append(self._move(self.at + 1))

    def _escape(self) -> str:
        letter = self.source[self.at + 1 : self.at + 2]
        digits = {"u": 4, "U": 8}.get(letter, 0)
        if digits:
            written = self.source[self.at + 2 : self.at + 2 + digits]
            try:
                found = chr(int(written, 16))
            except (ValueError, OverflowError):
                raise self._wrong(f"\\{letter}{written} is no character") from None
            self._move(self.at + 2 + digits)
            return found
        if letter not in _ESCAPES or not letter:
            raise self._wrong(f"\\{letter} is no escape")
        self._move(self.at + 2)
        return _ESCAPES[letter]

    def _skip_expression(self, depth: int) -> None:
        """Move behind the `}` that ends an interpolation; texts inside it may have interpolations of their own."""
        if depth > MAX_DEPTH:
            raise self._wrong("interpolations are nested too deeply")
        braces = 1
        while braces:
            if run := _PLAIN_IN_EXPRESSION.match(self.source, self.at):
                self._move(run.end())
            letter = self.source[self.at : self.at + 1]
            if not letter:
                raise self._wrong("an interpolation has no end")
            self._move(self.at + 1)
            if letter == '"':
                self._skip_text(depth)
            else:
                braces += 1 if letter == "{" else -1

    def _skip_text(self, depth: int) -> None:
        while (letter := self.source[self.at : self.at + 1]) != '"':
            if not letter:
                raise self._wrong("a text inside an interpolation has no end")
            if self.source[self.at : self.at + 3] in ("$${", "%%{"):
                self._move(self.at + 3)
            elif self.source[self.at : self.at + 2] in ("${", "%{"):
                self._move(self.at + 2)
                self._skip_expression(depth + 1)
            else:
                self._move(self.at + (2 if letter == "\\" else 1))
        self._move(self.at + 1)


def _dedented(rows: list[str]) -> list[str]:
    """The rows without the spaces that all of them begin with, as `<<-` has it."""
    margin = min((len(row) - len(row.lstrip()) for row in rows if row.strip()), default=0)
    return [row[margin:] for row in rows]
