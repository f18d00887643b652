"""Finds the line on which a TOML file says something, so that an error can point at it."""

import re
import tomllib
from collections.abc import Sequence

_HEADER = re.compile(r"^\s*\[{1,2}\s*([^\[\]]+?)\s*\]{1,2}")
_KEY = re.compile(r"^\s*((?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|\"[^\"]*\"|'[^']*'))*)\s*=")
_PART = re.compile(r"\"([^\"]*)\"|'([^']*)'|([A-Za-z0-9_-]+)")


def line_of(text: str, key: Sequence[str]) -> int | None:
    """The 1-based line of `key` in `text`, or of the nearest table above it; None where the file has neither."""
    wanted = tuple(key)
    best: tuple[int, int] | None = None
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        path: tuple[str, ...] | None = None
        if header := _HEADER.match(line):
            path = table = _parts(header.group(1))
        elif assignment := _KEY.match(line):
            path = table + _parts(assignment.group(1))
        if path and wanted[: len(path)] == path and (best is None or len(path) > best[0]):
            best = (len(path), number)
    return best[1] if best else None


def syntax_error_line(error: tomllib.TOMLDecodeError) -> int | None:
    """The line that the parser complains about."""
    found = re.search(r"at line (\d+)", str(error))
    return int(found.group(1)) if found else None


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(next(group for group in match.groups() if group is not None) for match in _PART.finditer(dotted))
