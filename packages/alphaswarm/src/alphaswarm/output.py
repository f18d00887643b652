"""What a person or a program sees: results on standard output, narration and errors on standard error."""

import contextlib
import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from alphaswarm_core.errors import AlphaSwarmError

if TYPE_CHECKING:
    import click

_NARROW = 60
_COLOURS = {"red": "31", "green": "32", "yellow": "33", "cyan": "36", "bold": "1", "dim": "2"}


def make_streams_safe() -> None:
    """Let no character that the terminal's encoding lacks end the program."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="replace")


def speaks_unicode(stream: IO[str]) -> bool:
    """Whether `stream` can show the characters that the drawings use."""
    return (getattr(stream, "encoding", None) or "").lower().replace("-", "") in {"utf8", "utf16", "utf32"}


def width() -> int:
    """Columns of the terminal."""
    return shutil.get_terminal_size((100, 24)).columns


def say_at_once(text: str, *, clears_line: bool = False) -> None:
    """Narrate from a signal handler: it may have interrupted a `print`, and that is not reentrant."""
    start = "\r\033[K" if clears_line else ""
    with contextlib.suppress(OSError):
        os.write(2, f"{start}{text}\n".encode(sys.stderr.encoding or "utf-8", "replace"))


@dataclass(frozen=True, slots=True)
class Output:
    """Where a command puts its words."""

    as_json: bool = False

    @property
    def interactive(self) -> bool:
        """Whether a person can be asked something."""
        return sys.stdin.isatty() and sys.stderr.isatty() and not self.as_json

    def result(self, schema: str, document: Mapping[str, Any], text: str) -> None:
        """The result: `document` with its schema's name and version under `--json`, else `text`."""
        if self.as_json:
            print(json.dumps({"schema": f"alphaswarm/{schema}", **document}, indent=2, default=str))
        elif text:
            print(text)

    def narrate(self, text: str) -> None:
        """Something on the way, for people."""
        print(text, file=sys.stderr, flush=True)

    def error(self, error: AlphaSwarmError) -> None:
        """What happened, why, and what to do; as data too under `--json`."""
        if self.as_json:
            print(json.dumps({"schema": "alphaswarm/error/v1", "error": error.as_document()}, indent=2))
        self.narrate(paint(f"Error: {error.what} [{error.code}]", "red"))
        if error.why:
            self.narrate("  why: " + error.why.strip().replace("\n", "\n       "))
        if error.fix:
            self.narrate("  fix: " + error.fix.replace("\n", "\n       "))

    def usage_error(self, error: "click.UsageError") -> None:
        """The call's words are off."""
        what = error.format_message()
        if self.as_json:
            document = {"code": "AS-USE-001", "what": what, "why": None, "fix": None, "exit_code": 2}
            print(json.dumps({"schema": "alphaswarm/error/v1", "error": document}, indent=2))
        self.narrate(paint(f"Error: {what} [AS-USE-001]", "red"))
        if error.ctx:
            self.narrate(f"  fix: {error.ctx.command_path} --help")


def paint(text: str, colour: str, stream: IO[str] | None = None) -> str:
    """`text` in `colour` where standard error (or `stream`) is a terminal and NO_COLOR is not set (no-color.org)."""
    target = stream or sys.stderr
    if os.environ.get("NO_COLOR") or not target.isatty() or os.environ.get("TERM") == "dumb":
        return text
    return f"\033[{_COLOURS[colour]}m{text}\033[0m"


def table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns side by side; on a narrow terminal one block a row, so that nothing is cut off."""
    if not rows:
        return ""
    sizes = [max(len(row[i]) for row in [headers, *rows]) for i in range(len(headers))]
    if sum(sizes) + 2 * len(sizes) > max(width(), _NARROW) or width() < _NARROW:
        return "\n\n".join(details(dict(zip(headers, row, strict=True))) for row in rows)
    lines = [
        "  ".join(cell.ljust(size) for cell, size in zip(row, sizes, strict=True)).rstrip() for row in [headers, *rows]
    ]
    return "\n".join([paint(lines[0], "bold", sys.stdout), *lines[1:]])


def details(facts: Mapping[str, object]) -> str:
    """One fact a line, names aligned; facts that are None are left out."""
    known = {name: value for name, value in facts.items() if value is not None and value != ""}
    size = max((len(name) for name in known), default=0)
    return "\n".join(f"{name.ljust(size)}  {value}" for name, value in known.items())
