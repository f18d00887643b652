"""The condition operators of IAM, as one table.

Source: IAM User Guide, "Condition operators" and "Multivalued context keys". `IfExists` goes onto every operator but
`Null`; a set operator goes before every operator but `Null`. Names are case-sensitive here: a name that differs in case
from the documented one is unknown, and what is unknown denies.
"""

from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from functools import cache


class Family(StrEnum):
    """What kind of value an operator compares."""

    STRING = "string"
    STRING_FOLDED = "string-ignoring-case"
    STRING_PATTERN = "string-pattern"
    NUMERIC = "numeric"
    DATE = "date"
    BOOL = "bool"
    BINARY = "binary"
    IP = "ip"
    ARN = "arn"
    NULL = "null"


class Quantifier(StrEnum):
    """How the several values of one request key are taken together."""

    PLAIN = ""
    ALL = "ForAllValues"
    ANY = "ForAnyValue"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One row of the table: the family, whether the operator is a negation, and the relation for ordered families."""

    family: Family
    negated: bool = False
    relation: str = "=="


@dataclass(frozen=True, slots=True)
class Operator:
    """A condition operator as written, taken apart. `comparison` is None for a name that IAM does not know."""

    name: str
    quantifier: Quantifier
    comparison: Comparison | None
    if_exists: bool


_ORDERINGS = {"LessThan": "<", "LessThanEquals": "<=", "GreaterThan": ">", "GreaterThanEquals": ">="}

COMPARISONS: dict[str, Comparison] = {
    "StringEquals": Comparison(Family.STRING),
    "StringNotEquals": Comparison(Family.STRING, negated=True),
    "StringEqualsIgnoreCase": Comparison(Family.STRING_FOLDED),
    "StringNotEqualsIgnoreCase": Comparison(Family.STRING_FOLDED, negated=True),
    "StringLike": Comparison(Family.STRING_PATTERN),
    "StringNotLike": Comparison(Family.STRING_PATTERN, negated=True),
    "Bool": Comparison(Family.BOOL),
    "BinaryEquals": Comparison(Family.BINARY),
    "IpAddress": Comparison(Family.IP),
    "NotIpAddress": Comparison(Family.IP, negated=True),
    "ArnEquals": Comparison(Family.ARN),
    "ArnLike": Comparison(Family.ARN),
    "ArnNotEquals": Comparison(Family.ARN, negated=True),
    "ArnNotLike": Comparison(Family.ARN, negated=True),
    "Null": Comparison(Family.NULL),
    **{
        f"{prefix}{suffix}": Comparison(family, relation=relation)
        for prefix, family in (("Numeric", Family.NUMERIC), ("Date", Family.DATE))
        for suffix, relation in {"Equals": "==", **_ORDERINGS}.items()
    },
    "NumericNotEquals": Comparison(Family.NUMERIC, negated=True),
    "DateNotEquals": Comparison(Family.DATE, negated=True),
}
"""Every base operator that IAM documents."""

VARIABLE_FAMILIES = frozenset({Family.STRING, Family.STRING_FOLDED, Family.STRING_PATTERN, Family.ARN, Family.BOOL})
"""Families in whose values policy variables are replaced (IAM User Guide, "Policy variables" of each operator)."""


@cache
def parse_operator(name: str) -> Operator:
    """Take an operator's name apart; an unknown name comes back with no comparison and never raises."""
    prefix, colon, rest = name.partition(":")
    if not colon:
        return _unquantified(name, Quantifier.PLAIN, name)
    if prefix in (Quantifier.ALL, Quantifier.ANY):
        operator = _unquantified(name, Quantifier(prefix), rest)
        if operator.comparison is not None and operator.comparison.family is not Family.NULL:
            return operator
    return Operator(name, Quantifier.PLAIN, None, if_exists=False)


def closest_operator(name: str) -> str | None:
    """The documented operator that `name` probably means."""
    base = name.rpartition(":")[2].removesuffix("IfExists")
    folded = {known.lower(): known for known in COMPARISONS}
    found = get_close_matches(base[:64].lower(), folded, n=1)
    return folded[found[0]] if found else None


def _unquantified(name: str, quantifier: Quantifier, base: str) -> Operator:
    comparison = COMPARISONS.get(base)
    if comparison is not None:
        return Operator(name, quantifier, comparison, if_exists=False)
    comparison = COMPARISONS.get(base.removesuffix("IfExists")) if base.endswith("IfExists") else None
    if comparison is not None and comparison.family is Family.NULL:
        comparison = None  # AWS: IfExists goes onto any operator except Null
    return Operator(name, quantifier, comparison, if_exists=comparison is not None)
