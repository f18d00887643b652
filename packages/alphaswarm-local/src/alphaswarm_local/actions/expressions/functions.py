"""The functions that need no run: contains, startsWith, endsWith, format, join, toJSON, fromJSON. `case` is syntax."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from alphaswarm_local.actions.errors import ExpressionError
from alphaswarm_local.actions.expressions.values import (
    Value,
    equal,
    folded,
    is_array,
    is_primitive,
    number_text,
    to_text,
)

MOST_ARGUMENTS = 255
DEEPEST_JSON = 100
_FORMAT = re.compile(r"\{\{|\}\}|\{(\d{1,3})\}|[{}]")


@dataclass(frozen=True, slots=True)
class Arity:
    """How many arguments a function takes."""

    least: int
    most: int


ARITIES: Mapping[str, Arity] = {
    "case": Arity(3, MOST_ARGUMENTS),
    "contains": Arity(2, 2),
    "startswith": Arity(2, 2),
    "endswith": Arity(2, 2),
    "format": Arity(1, MOST_ARGUMENTS),
    "join": Arity(1, 2),
    "tojson": Arity(1, 1),
    "fromjson": Arity(1, 1),
    "hashfiles": Arity(1, MOST_ARGUMENTS),
    "success": Arity(0, MOST_ARGUMENTS),
    "failure": Arity(0, MOST_ARGUMENTS),
    "always": Arity(0, 0),
    "cancelled": Arity(0, 0),
}
STATUS_FUNCTIONS = frozenset({"success", "failure", "always", "cancelled"})
RUN_FUNCTIONS = STATUS_FUNCTIONS | {"hashfiles"}


def contains(arguments: Sequence[Value]) -> Value:
    """Whether a text has a part, or an array an item."""
    where, what = arguments
    if is_array(where):
        return any(equal(item, what) for item in where)
    return is_primitive(where) and is_primitive(what) and folded(to_text(what)) in folded(to_text(where))


def starts_with(arguments: Sequence[Value]) -> Value:
    """Whether a text begins so."""
    where, what = arguments
    return is_primitive(where) and is_primitive(what) and folded(to_text(where)).startswith(folded(to_text(what)))


def ends_with(arguments: Sequence[Value]) -> Value:
    """Whether a text ends so."""
    where, what = arguments
    return is_primitive(where) and is_primitive(what) and folded(to_text(where)).endswith(folded(to_text(what)))


def format_text(arguments: Sequence[Value]) -> Value:
    """`format('{0} of {1}', a, b)`; `{{` and `}}` are braces."""
    pattern, values = to_text(arguments[0]), arguments[1:]

    def replaced(found: re.Match[str]) -> str:
        if found[0] in ("{{", "}}"):
            return found[0][0]
        if found[1] is None:
            raise ExpressionError(f"The format {pattern[:80]!r} has a brace that is neither doubled nor a place")
        if int(found[1]) >= len(values):
            raise ExpressionError(f"The format {pattern[:80]!r} has more places than there are values")
        return to_text(values[int(found[1])])

    return _FORMAT.sub(replaced, pattern)


def join(arguments: Sequence[Value]) -> Value:
    """The items of an array in one text, `,` between them if nothing else is given."""
    items = arguments[0]
    between = to_text(arguments[1]) if len(arguments) > 1 and is_primitive(arguments[1]) else ","
    if is_array(items):
        return between.join(to_text(item) for item in items)
    return to_text(items) if is_primitive(items) else ""


def from_json(arguments: Sequence[Value]) -> Value:
    """The value that a JSON text says."""
    try:
        value: Value = json.loads(to_text(arguments[0]))
    except (ValueError, RecursionError) as error:
        deep = isinstance(error, RecursionError)
        reason = "it is nested too deep" if deep else str(error).partition(";")[0]
        raise ExpressionError(f"fromJSON was given no JSON: {reason}") from None
    return value


def to_json(arguments: Sequence[Value]) -> Value:
    """A value as JSON, indented by two."""
    return _json(arguments[0], 0)


def _json(value: Value, depth: int) -> str:
    if depth > DEEPEST_JSON:
        raise ExpressionError(f"toJSON was given a value that is nested more than {DEEPEST_JSON} levels deep")
    inner, outer = "  " * (depth + 1), "  " * depth
    if isinstance(value, Mapping):
        rows = [
            f"{inner}{json.dumps(key, ensure_ascii=False)}: {_json(each, depth + 1)}" for key, each in value.items()
        ]
        return "{\n" + ",\n".join(rows) + f"\n{outer}}}" if rows else "{}"
    if is_array(value):
        rows = [inner + _json(each, depth + 1) for each in value]
        return "[\n" + ",\n".join(rows) + f"\n{outer}]" if rows else "[]"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number_text(value)
    return json.dumps(value, ensure_ascii=False)


FUNCTIONS: Mapping[str, Callable[[Sequence[Value]], Value]] = {
    "contains": contains,
    "startswith": starts_with,
    "endswith": ends_with,
    "format": format_text,
    "join": join,
    "tojson": to_json,
    "fromjson": from_json,
}
