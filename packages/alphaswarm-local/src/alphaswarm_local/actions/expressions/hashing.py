"""`hashFiles`: SHA-256 over the SHA-256 of each file that patterns match in the workspace, in the order of a walk."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from alphaswarm_local.actions.globs import matching_files, read_patterns

FOLLOW_LINKS = "--follow-symbolic-links"


def hash_files(workspace: Path, arguments: Sequence[str]) -> str:
    """The hash in hexadecimal digits; empty when no file matches.

    Args:
        workspace: Files outside it are left out.
        arguments: Patterns, several in one text by lines; `!` excludes, `#` is a comment.
    """
    follow = bool(arguments) and arguments[0].lower() == FOLLOW_LINKS
    lines = [line for each in arguments[int(follow) :] for line in each.splitlines()]
    inside = [each for each in read_patterns(workspace, lines) if each.negated or each.root.is_relative_to(workspace)]
    found = matching_files(inside, follow=follow)
    total = hashlib.sha256()
    for path in found:
        with path.open("rb") as file:
            total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest() if found else ""
