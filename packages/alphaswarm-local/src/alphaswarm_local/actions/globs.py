"""File patterns as `@actions/glob` reads them: `*` and `?` stay within a name, `**` does not, `!` excludes."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_WILD = re.compile(r"[*?\[]")
_PARTS = re.compile(r"\*\*/|/\*\*$|\*\*|\*|\?|\[[^\]/]+\]|.", re.DOTALL)
_SAID = {"**/": "(?:.*/)?", "/**": "(?:/.*)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


@dataclass(frozen=True, slots=True)
class Pattern:
    """One pattern, absolute."""

    negated: bool
    path: str

    @property
    def root(self) -> Path:
        """The directory or file that the search begins at: what comes before the first wildcard."""
        parts: list[str] = []
        for part in self.path.split("/"):
            if _WILD.search(part):
                break
            parts.append(part)
        return Path("/".join(parts) or "/")


def read_patterns(base: Path, lines: Sequence[str]) -> list[Pattern]:
    """Patterns from lines; empty ones and comments are left out, relative ones begin at `base`."""
    found = []
    for line in (each.strip() for each in lines):
        if line and not line.startswith("#"):
            text = line.removeprefix("!").strip()
            found.append(Pattern(line.startswith("!"), os.path.normpath(os.path.join(base, text))))  # noqa: PTH118
    return found


def matching_files(patterns: Sequence[Pattern], *, follow: bool = False, hidden: bool = True) -> list[Path]:
    """The files that the patterns let through, in the order of a walk by names.

    Args:
        patterns: The last one that fits decides; one that fits a directory fits everything in it.
        follow: Go through symbolic links.
        hidden: Take in what begins with a dot.
    """
    found: dict[Path, None] = {}
    for pattern in patterns:
        if not pattern.negated:
            for path in _walk(pattern.root, follow=follow, hidden=hidden):
                if path not in found and _lets_through(path, patterns):
                    found[path] = None
    return list(found)


def _lets_through(path: Path, patterns: Sequence[Pattern]) -> bool:
    through = False
    places = [str(path), *(str(each) for each in path.parents)]
    for pattern in patterns:
        rule = _compiled(pattern.path)
        if any(rule.fullmatch(each) for each in places):
            through = not pattern.negated
    return through


def _walk(root: Path, *, follow: bool, hidden: bool) -> Iterator[Path]:
    waiting, seen = [root], set()
    while waiting:
        path = waiting.pop()
        if path != root and ((path.is_symlink() and not follow) or (not hidden and path.name.startswith("."))):
            continue
        if path.is_dir():
            if path.resolve() not in seen:  # a link to what contains it would never end
                seen.add(path.resolve())
                waiting += sorted(path.iterdir(), reverse=True)
        elif path.is_file():
            yield path


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = []
    for part in _PARTS.findall(pattern):
        if part in _SAID:
            parts.append(_SAID[part])
        elif part.startswith("[") and len(part) > 1:
            inner = part[1:-1].replace("\\", r"\\")
            parts.append(f"[^{inner[1:]}]" if inner.startswith("!") else f"[{inner}]")
        else:
            parts.append(re.escape(part))
    return re.compile("".join(parts), re.DOTALL)
