"""JSON that can be read in one way only: what is checked is what is used later."""

import json
from typing import Any

from alphaswarm_core.supply.errors import BrokenImageError


def strict_object(content: bytes, what: str) -> dict[str, Any]:
    """The JSON object in `content`.

    Raises:
        BrokenImageError: it is none, or has a name twice: two readers could take different values for it.
    """
    try:
        document = json.loads(content.decode(), object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise BrokenImageError(f"{what} cannot be read", why=str(error)[:200]) from error
    if not isinstance(document, dict):
        raise BrokenImageError(f"{what} cannot be read", why="it is not a JSON object")
    return document


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is there twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")
