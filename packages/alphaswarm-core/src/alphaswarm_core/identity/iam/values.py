"""Values that conditions compare: numbers, dates, addresses, binary data. None means: not such a value."""

import base64
import binascii
import ipaddress
import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import TypeAlias

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_LONGEST = 64
"""Characters of the longest number, date or address that is looked at: anything longer is none."""
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?\Z")
_EPOCH = re.compile(r"[0-9]{1,11}(\.[0-9]+)?\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}(-[0-9]{2}.*)?\Z|[0-9]{4}\Z", re.DOTALL)
_ARN_FIELDS = 6


def number(text: str) -> Decimal | None:
    """An integer or decimal value."""
    if len(text) > _LONGEST or not _NUMBER.match(text):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:  # pragma: no cover - the pattern admits only what Decimal reads
        return None


def moment(text: str) -> datetime | None:
    """A W3C ISO 8601 date, or seconds since 1970. Without an offset it is UTC. A bare year is read as epoch seconds."""
    if len(text) > _LONGEST:
        return None
    try:
        if _EPOCH.match(text):
            return datetime.fromtimestamp(float(text), UTC)
        if not _DATE.match(text):
            return None
        found = datetime.fromisoformat(f"{text}-01" if text.count("-") == 1 and len(text) == len("2020-01") else text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


@lru_cache(maxsize=1024)
def network(text: str) -> Network | None:
    """An address range in CIDR form; without a prefix length it is the one address. Zone ids are refused."""
    if len(text) > _LONGEST or "%" in text:
        return None
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def address(text: str) -> Address | None:
    """One IPv4 or IPv6 address. Zone ids are refused."""
    if len(text) > _LONGEST or "%" in text:
        return None
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def binary(text: str) -> bytes | None:
    """Base64 data."""
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        return None


def is_arn(text: str) -> bool:
    """Whether `text` has the shape of an ARN: `arn` and five more fields."""
    return text.startswith("arn:") and text.count(":") >= _ARN_FIELDS - 1


@lru_cache(maxsize=1)
def _fold_table() -> dict[str, str]:
    """Letters of the basic plane and the lower case of their upper case, where that is another single letter."""
    table: dict[str, str] = {}
    for code in range(0x80, 0x10000):
        letter = chr(code)
        upper = letter.upper()
        lower = (upper if len(upper) == 1 else letter).lower()
        if lower != letter and len(lower) == 1:
            table[letter] = lower
    return table


def folded(text: str) -> str:
    """The form in which two texts are equal when they differ in case only, character by character.

    IAM's documentation says "ignoring case" and no more. Folding one character into one keeps the relation regular, so
    that what is evaluated is also what is proved.
    """
    if text.isascii():
        return text.lower()
    table = _fold_table()
    return "".join(letter.lower() if letter.isascii() else table.get(letter, letter) for letter in text)


@lru_cache(maxsize=1024)
def case_variants(letter: str) -> frozenset[str]:
    """All characters that fold to what `letter` folds to."""
    target = folded(letter)
    upper = {target.upper()} if target.isascii() else set()
    return frozenset({target, *upper, *_unfolded().get(target, ())})


@lru_cache(maxsize=1)
def _unfolded() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for letter, lower in _fold_table().items():
        found.setdefault(lower, []).append(letter)
    return found
