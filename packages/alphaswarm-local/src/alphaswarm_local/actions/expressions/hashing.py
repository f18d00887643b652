"""`hashFiles`: SHA-256 over the SHA-256 of each file that patterns match in the workspace, in the order of a walk."""

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

FOLLOW_LINKS = "--follow-symbolic-links"


def hash_files(workspace: Path, arguments: Sequence[str]) -> str:
    """The hash in hexadecimal digits; empty when no file matches.

    Args:
        workspace: Files outside it are left out.
        arguments: Patterns, several in one text by lines; `!` excludes, `#` is a comment.
    """
    follow = bool(arguments) and arguments[0].lower() == FOLLOW_LINKS
    lines = [line.strip() for each in arguments[int(follow) :] for line in each.splitlines()]
    rules = [_rule(workspace, line) for line in lines if line and not line.startswith("#")]
    found = [path for path in _files(workspace, follow=follow) if _matches(path, rules)]
    total = hashlib.sha256()
    for path in found:
        with (workspace / path).open("rb") as file:
            total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest() if found else ""


def _files(workspace: Path, *, follow: bool) -> Iterator[str]:
    """Files as paths relative to the workspace, directories and files sorted together by name."""
    waiting, seen = [""], set()
    while waiting:
        relative = waiting.pop()
        full = workspace / relative
        if full.is_symlink() and not follow:
            continue
        if full.is_dir():
            if full.resolve() in seen:  # a link to what contains it would never end
                continue
            seen.add(full.resolve())
            waiting += sorted((os.path.join(relative, each) for each in os.listdir(full)), reverse=True)  # noqa: PTH118, PTH208
        elif full.is_file():
            yield relative


def _rule(workspace: Path, line: str) -> tuple[bool, re.Pattern[str]]:
    negated = line.startswith("!")
    pattern = line[1:].strip() if negated else line
    pattern = pattern.removeprefix(f"{workspace}/").removeprefix("./")
    return negated, re.compile(_regex(pattern.rstrip("/")))


def _matches(path: str, rules: Sequence[tuple[bool, re.Pattern[str]]]) -> bool:
    """The last rule that fits decides. A rule that fits a directory fits everything in it."""
    matched = False
    places = [path, *(str(each) for each in Path(path).parents if str(each) != ".")]
    for negated, rule in rules:
        if any(rule.fullmatch(each) for each in places):
            matched = not negated
    return matched


_PARTS = re.compile(r"\*\*/|/\*\*$|\*\*|\*|\?|\[[^\]/]+\]|.", re.DOTALL)


def _regex(pattern: str) -> str:
    """The pattern as a regular expression: `*` and `?` stay within a name, `**` does not."""
    said = {"**/": "(?:.*/)?", "/**": "(?:/.*)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = []
    for part in _PARTS.findall(pattern):
        if part in said:
            parts.append(said[part])
        elif part.startswith("[") and len(part) > 1:
            parts.append("[" + part[1:-1].replace("\\", r"\\").replace("!", "^", 1 if part[1] == "!" else 0) + "]")
        else:
            parts.append(re.escape(part))
    return "".join(parts)
