"""`a.b`, `a[b]`, `a.*`: what is not there is null, and a filtered array is indexed item by item."""

import math
from collections.abc import Mapping

from alphaswarm_local.actions.expressions.values import (
    ExactDict,
    Value,
    folded,
    is_array,
    is_primitive,
    to_number,
    to_text,
)


class Filtered(list[Value]):
    """What `*` gives: the next index goes into each of its items."""


def index(left: Value, key: Value) -> Value:
    """`left[key]`."""
    if isinstance(left, Filtered):
        found = (_one(item, key) for item in left if isinstance(item, Mapping) or is_array(item))
        return Filtered(value for there, value in found if there)
    return _one(left, key)[1]


def every(left: Value) -> Filtered:
    """`left.*`: the values of an object, the items of an array; of a filtered array, those of each of its items."""
    if isinstance(left, Filtered):
        return Filtered(value for item in left for value in every(list(item) if isinstance(item, Filtered) else item))
    if isinstance(left, Mapping):
        return Filtered(left.values())
    return Filtered(left) if is_array(left) else Filtered()


def member(left: Mapping[str, Value], name: str) -> tuple[bool, Value]:
    """Whether an object has a key, and its value."""
    if name in left:
        return True, left[name]
    if isinstance(left, ExactDict):
        return False, None
    wanted = folded(name)
    return next(((True, value) for key, value in left.items() if folded(key) == wanted), (False, None))


def _one(left: Value, key: Value) -> tuple[bool, Value]:
    if isinstance(left, Mapping):
        return member(left, to_text(key)) if is_primitive(key) else (False, None)
    if is_array(left):
        number = to_number(key)
        if not math.isnan(number) and 0 <= number < len(left):
            return True, left[math.floor(number)]
    return False, None
