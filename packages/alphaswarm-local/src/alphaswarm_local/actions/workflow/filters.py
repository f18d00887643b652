"""Whether an event passes a workflow's filters. Source: docs.github.com, "Workflow syntax", filter patterns."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from alphaswarm_local.actions.workflow.triggers import DEFAULT_TYPES, EventFilter


def passes(event: str, found: EventFilter, *, ref: str, activity: str = "", paths: Iterable[str] | None = None) -> bool:
    """Whether an event starts a workflow.

    Args:
        event: Its name.
        found: The workflow's filters for it.
        ref: The full ref that was pushed; for pull requests `refs/heads/` and the branch that they go to.
        activity: The activity type, or the type of a repository dispatch.
        paths: The changed files; None where GitHub cannot tell, which lets everything through.
    """
    if not _activity_passes(event, found, activity):
        return False
    kind, _, name = ref.removeprefix("refs/").partition("/")
    if not (_ref_passes(kind, name, found) if kind in ("heads", "tags") else True):
        return False
    if paths is None or kind == "tags":
        return True
    changed = list(paths)
    if found.paths is not None:
        return any(matches(found.paths, each) for each in changed)
    if found.paths_ignore is not None:
        return any(not matches(found.paths_ignore, each) for each in changed)
    return True


def _activity_passes(event: str, found: EventFilter, activity: str) -> bool:
    wanted = found.types if found.types is not None else DEFAULT_TYPES.get(event)
    return wanted is None or activity in wanted


def _ref_passes(kind: str, name: str, found: EventFilter) -> bool:
    branches = (found.branches, found.branches_ignore)
    tags = (found.tags, found.tags_ignore)
    (only, ignored), others = (branches, tags) if kind == "heads" else (tags, branches)
    if only is not None:
        return matches(only, name)
    if ignored is not None:
        return not matches(ignored, name)
    return all(each is None for each in others)  # filtering one kind of ref keeps the other kind out


def matches(patterns: Sequence[str], name: str) -> bool:
    """Whether a name is let through: the last pattern that fits decides, `!` in front takes out."""
    through = False
    for pattern in patterns:
        negated = pattern.startswith("!")
        if _compiled(pattern.removeprefix("!")).fullmatch(name):
            through = not negated
    return through


_SYMBOLS = re.compile(r"\*\*/|\*\*|\*|\?|\+|\[[^\]]*\]|\\.|.", re.DOTALL)
_SAID = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*"}


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    """`*` stays within a segment; `?` and `+` repeat what is before them; `[]` is a set."""
    parts: list[str] = []
    for symbol in _SYMBOLS.findall(pattern):
        if symbol in _SAID:
            parts.append(_SAID[symbol])
        elif symbol in ("?", "+") and parts:
            parts[-1] = f"(?:{parts[-1]}){symbol}"
        elif symbol.startswith("[") and len(symbol) > 2:  # noqa: PLR2004 - brackets with something in them
            parts.append("[" + re.sub(r"[\\^]", r"\\\g<0>", symbol[1:-1]) + "]")
        else:
            parts.append(re.escape(symbol.removeprefix("\\") or symbol))
    return re.compile("".join(parts), re.DOTALL)
