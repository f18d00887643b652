"""Version wishes of set-up actions: exact, `3.11`, `3.x`, `>=1.10 <2`, `~> 1.10`, `latest`."""

import re
from collections.abc import Callable, Mapping

from alphaswarm_local.actions.errors import InputRefusedError

Version = tuple[int, ...]
_NUMBER = re.compile(r"v?(\d+(?:\.\d+)*)")
_WISH = re.compile(r"(>=|<=|~>|!=|>|<|=|\^|~)?\s*v?(\d+(?:\.(?:\d+|[xX*]))*|[xX*])")
_COMPARE: Mapping[str, Callable[[Version, Version], bool]] = {
    ">=": lambda have, want: have >= want,
    "<=": lambda have, want: have <= want,
    ">": lambda have, want: have > want,
    "<": lambda have, want: have < want,
    "!=": lambda have, want: have != want,
    "^": lambda have, want: have >= want and have[:1] == want[:1],
    "~>": lambda have, want: have >= want and have[: max(len(want) - 1, 1)] == want[: max(len(want) - 1, 1)],
    "~": lambda have, want: have >= want and have[:2] == want[:2],
}


def version_of(text: str) -> Version:
    """The first version in a text; empty where there is none."""
    found = _NUMBER.search(text)
    return tuple(int(each) for each in found[1].split(".")) if found else ()


def satisfies(have: str, wish: str) -> bool:
    """Whether a version is as wished. A wish without a comparison holds for what begins with it.

    Raises:
        InputRefusedError: the wish cannot be read.
    """
    wish = wish.strip()
    if wish in ("", "latest", "*", "x"):
        return True
    parts = list(_WISH.finditer(wish))
    if not parts or _WISH.sub("", wish).strip(" ,"):
        raise InputRefusedError(f"The version {wish[:60]!r} cannot be read")
    return all(_one(version_of(have), found[1] or "", found[2]) for found in parts)


def _one(have: Version, how: str, text: str) -> bool:
    known = [each for each in text.split(".") if each not in ("x", "X", "*")]
    want = tuple(int(each) for each in known)
    if how in ("", "="):
        return have[: len(want)] == want
    if how == "<=" and len(want) < len(have):
        return have[: len(want)] <= want
    if how == ">" and len(want) < len(have):
        return have[: len(want)] > want
    return _COMPARE[how](have, want)
