"""The values of expressions and how GitHub turns one kind into another: JavaScript's rules, texts without case."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias, TypeGuard

Value: TypeAlias = "bool | int | float | str | Mapping[str, Value] | Sequence[Value] | None"

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_HEXADECIMAL = re.compile(r"0x([0-9a-fA-F]{1,8})")
_OCTAL = re.compile(r"0o([0-7]{1,11})")
_SPECIAL = {"Infinity": math.inf, "-Infinity": -math.inf}
_SIGN_BIT, _WORD = 1 << 31, 1 << 32
_EXACT = 1 << 53


class ExactDict(dict[str, Value]):
    """An object whose keys differ by case: `env` on Linux. All other objects are read without regard to it."""


def is_number(value: Value) -> TypeGuard[int | float]:
    """Whether it is a number; booleans are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_array(value: Value) -> TypeGuard[Sequence[Value]]:
    """Whether it is an array; texts are not."""
    return isinstance(value, Sequence) and not isinstance(value, str)


def is_primitive(value: Value) -> bool:
    """Whether it is null, a boolean, a number or a text."""
    return value is None or isinstance(value, bool | int | float | str)


def truthy(value: Value) -> bool:
    """What counts as true: everything but null, false, 0, NaN and the empty text."""
    if isinstance(value, float):
        return value != 0 and not math.isnan(value)
    return True if isinstance(value, Mapping | list | tuple) else bool(value)


def to_text(value: Value) -> str:
    """As GitHub puts it into a text; arrays and objects become `Array` and `Object`."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(value)
    return "Object" if isinstance(value, Mapping) else "Array"


def number_text(value: float) -> str:
    """Fifteen significant digits, as .NET's format G15 writes them."""
    if isinstance(value, int) and abs(value) < 10**15:
        return str(value)
    number = _double(value)
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    if number == 0:
        return "-0" if math.copysign(1, number) < 0 else "0"
    text = f"{number:.15G}"
    mantissa, mark, exponent = text.partition("E")
    if not mark:
        return text
    return f"{mantissa}E{exponent[0]}{exponent[1:].zfill(2)}"


def to_number(value: Value) -> float:
    """As JavaScript's `Number()`: null is 0, the empty text is 0, everything that is no number is NaN."""
    if value is None:
        return 0
    if isinstance(value, bool | int | float):
        return _double(value)
    return parse_number(value) if isinstance(value, str) else math.nan


def _double(value: float) -> float:
    """What a double makes of it: an integer may be beyond its precision, or beyond all of them."""
    if isinstance(value, int) and abs(value) <= _EXACT:
        return value + 0
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def parse_number(text: str) -> float:
    """The number in a text. Hexadecimal and octal numbers have 32 bits and a sign, as on GitHub."""
    text = text.strip()
    if not text:
        return 0
    if _NUMBER.fullmatch(text):
        return float(text)
    if (found := _HEXADECIMAL.fullmatch(text)) is not None:
        return _signed(int(found[1], 16))
    if (found := _OCTAL.fullmatch(text)) is not None and int(found[1], 8) < _WORD:
        return _signed(int(found[1], 8))
    return _SPECIAL.get(text, math.nan)


def _signed(number: int) -> int:
    return number - _WORD if number >= _SIGN_BIT else number


def folded(text: str) -> str:
    """A text for comparing without regard to case, letter by letter: no letter becomes two."""
    if text.isascii():
        return text.upper()
    return "".join(upper if len(upper := letter.upper()) == 1 else letter for letter in text)


def equal(left: Value, right: Value) -> bool:
    """`==`: texts without regard to case, different kinds as numbers, arrays and objects only if they are the same."""
    if isinstance(left, str) and isinstance(right, str):
        return left == right or folded(left) == folded(right)
    if left is None and right is None:
        return True
    if is_primitive(left) and is_primitive(right):
        return to_number(left) == to_number(right)
    return left is right


def less(left: Value, right: Value) -> bool:
    """`<`."""
    if isinstance(left, str) and isinstance(right, str):
        return folded(left) < folded(right)
    if is_primitive(left) and is_primitive(right) and not (left is None and right is None):
        return to_number(left) < to_number(right)
    return False
