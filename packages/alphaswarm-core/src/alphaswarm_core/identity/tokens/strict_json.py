"""JSON as a verifier must read it: one meaning, bounded, or not at all."""

import json
from typing import Any, NoReturn

from alphaswarm_core.identity.tokens.errors import DuplicateMemberError, MalformedTokenError

_DEEPEST = 16
_LARGEST_INTEGER = 2**53 - 1


def strict_object(content: bytes, where: str) -> dict[str, Any]:
    """The JSON object in `content`.

    Refused are members that stand twice (readers differ in which one counts), NaN and infinities, integers beyond
    2^53 - 1 (readers differ in their value), lone surrogates, deep nesting, and anything that is not an object.

    Raises:
        DuplicateMemberError: a member stands twice, at any depth.
        MalformedTokenError: anything else.
    """
    try:
        document = json.loads(
            content.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant, parse_int=_integer
        )
    except (ValueError, RecursionError) as problem:
        raise MalformedTokenError(f"The token's {where} is not JSON in UTF-8") from problem
    if not isinstance(document, dict):
        raise MalformedTokenError(f"The token's {where} is not a JSON object")
    _require_plain(document, where, _DEEPEST)
    return document


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise DuplicateMemberError("The token's JSON names a member twice")
    return document


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _integer(digits: str) -> int:
    if len(digits) > len(str(_LARGEST_INTEGER)) + 1 or abs(int(digits)) > _LARGEST_INTEGER:
        raise ValueError(digits[:20])
    return int(digits)


def _require_plain(value: Any, where: str, depth: int) -> None:
    if depth == 0:
        raise MalformedTokenError(f"The token's {where} is nested too deeply")
    if isinstance(value, str):
        if any("\ud800" <= letter <= "\udfff" for letter in value):
            raise MalformedTokenError(f"The token's {where} holds half a character")
    elif isinstance(value, float):
        if value - value != 0:  # 1e999 is infinite without being spelled so
            raise MalformedTokenError(f"The token's {where} holds a number without a value")
    elif isinstance(value, dict):
        for key, item in value.items():
            _require_plain(key, where, depth - 1)
            _require_plain(item, where, depth - 1)
    elif isinstance(value, list):
        for item in value:
            _require_plain(item, where, depth - 1)
