"""Comparing one value of a request with the values of a policy.

A comparison answers True or False, or None when it cannot be made: a number is asked for and the request has a text, or
a variable has no value. What cannot be compared never helps anybody in: in an Allow statement it does not fit, in a
Deny statement it does (`conditions` sees to that).
"""

import operator
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias

from alphaswarm_core.identity.iam.operators import VARIABLE_FAMILIES, Comparison, Family
from alphaswarm_core.identity.iam.templates import (
    Context,
    Token,
    Wildcard,
    literal_text,
    pattern,
    resolved,
    split_fields,
    tokenize,
    variable_free,
)
from alphaswarm_core.identity.iam.values import address, binary, folded, is_arn, moment, network, number

Comparer: TypeAlias = Callable[[str, Context], bool | None]
"""Whether a request's value fits one of the policy's values, negation left out."""
Predicate: TypeAlias = Callable[[str], bool | None]
Texts: TypeAlias = Sequence[tuple[Token, ...]]

RELATIONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ARN_FIELDS = 6


def comparer(comparison: Comparison, values: Sequence[str], *, variables: bool) -> Comparer:
    """The comparison of one request value with `values`: any of them may fit.

    Raises:
        ValueError: a value is not of the operator's type; `parsing` lets no such policy through.
    """
    in_use = variables and comparison.family in VARIABLE_FAMILIES
    wildcards = comparison.family in (Family.STRING_PATTERN, Family.ARN)
    texts = [tokenize(value, wildcards=wildcards, variables=in_use) for value in values]
    if all(variable_free(tokens) for tokens in texts):
        fixed = _predicate(comparison, texts, values)
        return lambda value, _: fixed(value)
    return lambda value, context: _with_context(comparison, texts, value, context)


def _with_context(comparison: Comparison, texts: Texts, value: str, context: Context) -> bool | None:
    known = [found for tokens in texts if (found := resolved(tokens, context)) is not None]
    fits = _predicate(comparison, known, ())(value) if known else False
    return None if len(known) < len(texts) and fits is False else fits


def _predicate(comparison: Comparison, texts: Texts, values: Sequence[str]) -> Predicate:
    return _MAKERS[comparison.family](comparison, texts, values)


def _equality(_: Comparison, texts: Texts, __: Sequence[str]) -> Predicate:
    return frozenset(map(_literal, texts)).__contains__


def _folded_equality(_: Comparison, texts: Texts, __: Sequence[str]) -> Predicate:
    wanted = frozenset(folded(_literal(tokens)) for tokens in texts)
    return lambda value: folded(value) in wanted


def _truth(_: Comparison, texts: Texts, __: Sequence[str]) -> Predicate:
    truths = frozenset(_literal(tokens).lower() for tokens in texts)
    return lambda value: value.lower() in truths if value.lower() in ("true", "false") else None


def _same_bytes(_: Comparison, __: Texts, values: Sequence[str]) -> Predicate:
    data = frozenset(_required(binary(value), value) for value in values)
    return lambda value: None if (found := binary(value)) is None else found in data


def _literal(tokens: tuple[Token, ...]) -> str:
    text = literal_text(tokens)
    if text is None:
        raise ValueError("a wildcard where there is none")
    return text


def _likeness(_: Comparison, texts: Texts, __: Sequence[str]) -> Predicate:
    words = frozenset(text for tokens in texts if (text := literal_text(tokens)) is not None)
    patterns = [pattern(tokens).match for tokens in texts if literal_text(tokens) is None]
    if not patterns:
        return words.__contains__
    return lambda value: value in words or any(match(value) for match in patterns)


def arn_patterns(tokens: tuple[Token, ...], *, complete: bool = False) -> list[tuple[Token, ...]] | None:
    """An ARN pattern cut into its six fields; wildcards stay inside their field.

    With `complete`, missing fields are taken as `*`, as identity policies do. None when there are too few.
    """
    fields = split_fields(tokens, _ARN_FIELDS)
    if complete and len(fields) < _ARN_FIELDS:
        fields += [(Wildcard.RUN,)] * (_ARN_FIELDS - len(fields))
    return fields if len(fields) == _ARN_FIELDS else None


def arn_fits(fields: Sequence[tuple[Token, ...]], arn: str) -> bool:
    """Whether an ARN fits a pattern, field by field."""
    parts = arn.split(":", _ARN_FIELDS - 1)
    return len(parts) == len(fields) and all(
        pattern(tokens).match(part) is not None for tokens, part in zip(fields, parts, strict=True)
    )


def _arn_likeness(_: Comparison, texts: Texts, __: Sequence[str]) -> Predicate:
    cut = [fields for tokens in texts if (fields := arn_patterns(tokens)) is not None]
    return lambda value: any(arn_fits(fields, value) for fields in cut) if is_arn(value) else None


def _ordering(comparison: Comparison, _: Texts, values: Sequence[str]) -> Predicate:
    relation = RELATIONS[comparison.relation]
    read: Callable[[str], Decimal | datetime | None] = number if comparison.family is Family.NUMERIC else moment
    bounds = [_required(read(value), value) for value in values]

    def fits(value: str) -> bool | None:
        found = read(value)
        return None if found is None else any(relation(found, bound) for bound in bounds)

    return fits


def _in_networks(_: Comparison, __: Texts, values: Sequence[str]) -> Predicate:
    networks = [_required(network(value), value) for value in values]

    def fits(value: str) -> bool | None:
        found = address(value)
        return None if found is None else any(found in each for each in networks)

    return fits


def _required(found: Any, text: str) -> Any:
    if found is None:
        raise ValueError(f"{text[:80]!r} is not of the operator's type")
    return found


_MAKERS: dict[Family, Callable[[Comparison, Texts, Sequence[str]], Predicate]] = {
    Family.STRING: _equality,
    Family.STRING_FOLDED: _folded_equality,
    Family.STRING_PATTERN: _likeness,
    Family.NUMERIC: _ordering,
    Family.DATE: _ordering,
    Family.BOOL: _truth,
    Family.BINARY: _same_bytes,
    Family.IP: _in_networks,
    Family.ARN: _arn_likeness,
}
