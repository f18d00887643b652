"""A condition as a set: which values of its key fit, and whether an absent key fits.

For what automata cannot express (numbers, dates, addresses, variables) the set is taken too large in an Allow and empty
in a Deny. That keeps "proved" true; a witness found that way counts only when the evaluator allows it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from alphaswarm_core.identity.iam.comparing import arn_patterns
from alphaswarm_core.identity.iam.conditions import missing_fits
from alphaswarm_core.identity.iam.document import Condition, Effect
from alphaswarm_core.identity.iam.operators import VARIABLE_FAMILIES, Comparison, Family, Quantifier
from alphaswarm_core.identity.iam.templates import Token, literal_text, tokenize, variable_free
from alphaswarm_core.identity.iam.values import network
from alphaswarm_core.identity.proof.languages import (
    ANYTHING,
    EMPTY_TEXT,
    NOTHING,
    Language,
    Part,
    any_case,
    literal,
    of_parts,
    of_words,
    pattern_parts,
)

_FIELD = Part(frozenset(":"), excluded=True, repeated=True)
_COLON = literal(":")
_ANY_REST = Part(frozenset(), excluded=True, repeated=True)
_ARNS = of_parts((*literal("arn"), *(part for _ in range(4) for part in (*_COLON, _FIELD)), *_COLON, _ANY_REST))
_SAMPLES = ("1970-01-01T00:00:00Z", "2999-01-01T00:00:00Z", "0", "999999999", "192.0.2.1", "2001:db8::1", "true", "x")


@dataclass(frozen=True, slots=True)
class Constraint:
    """The values of a key that fit a condition.

    Args:
        alternatives: Their union is the fitting values; apart, because patterns are small one by one.
        absent: Whether the condition fits a request without the key.
        exact: False when the set is too large.
        hints: Values worth trying where the set is too large.
    """

    alternatives: tuple[Language, ...]
    absent: bool
    exact: bool = True
    hints: tuple[str, ...] = ()

    @property
    def shown(self) -> Language:
        """The fitting values."""
        return reduce(lambda one, other: one | other, self.alternatives, NOTHING)


def constraint_of(condition: Condition, effect: Effect, *, variables: bool, several: bool) -> Constraint | None:
    """The set of `condition`; None when it cannot be told and the statement denies: such a denial is not relied on.

    Args:
        condition: The condition.
        effect: The statement's effect.
        variables: Whether `${…}` is a variable.
        several: Whether the key may have several values in a request. A token's claims have one.
    """
    comparison, quantifier = condition.operator.comparison, condition.operator.quantifier
    if comparison is None:  # an unknown operator: never allows, always denies
        everything = effect is Effect.DENY
        return Constraint((ANYTHING,) if everything else (), absent=everything)
    if comparison.family is Family.NULL:
        wanted = {value.lower() for value in condition.values}
        return Constraint((ANYTHING,) if "false" in wanted else (), absent="true" in wanted)
    absent = missing_fits(condition)
    mixed = several and quantifier is (Quantifier.ANY if effect is Effect.ALLOW else Quantifier.ALL)
    fitting = None if mixed else _fitting(comparison, condition.values, effect, variables=variables)
    if fitting is None:
        return None if effect is Effect.DENY else Constraint((ANYTHING,), absent, exact=False, hints=_hints(condition))
    if quantifier is not Quantifier.PLAIN:  # to a set operator an empty text is no value at all
        rest = tuple(each - EMPTY_TEXT for each in fitting)
        fitting = (*rest, EMPTY_TEXT) if absent else rest
    return Constraint(tuple(each for each in fitting if not each.is_empty), absent)


def _fitting(
    comparison: Comparison, values: Sequence[str], effect: Effect, *, variables: bool
) -> tuple[Language, ...] | None:
    """The values that fit, as alternatives; None when no automaton can tell."""
    in_use = variables and comparison.family in VARIABLE_FAMILIES
    wildcards = comparison.family in (Family.STRING_PATTERN, Family.ARN)
    try:
        texts = [tokenize(value, wildcards=wildcards, variables=in_use) for value in values]
    except ValueError:
        return None
    if not all(variable_free(tokens) for tokens in texts):
        return None
    matched = _matched(comparison.family, texts)
    if matched is None:
        return None
    domain = _DOMAINS.get(comparison.family, ANYTHING)
    fits = (_complement(domain, matched),) if comparison.negated else matched
    incomparable = ANYTHING - domain
    return (*fits, incomparable) if effect is Effect.DENY else fits


def _complement(domain: Language, matched: Sequence[Language]) -> Language:
    return reduce(lambda rest, each: rest - each, matched, domain)


def _matched(family: Family, texts: Sequence[tuple[Token, ...]]) -> tuple[Language, ...] | None:
    if family is Family.STRING:
        return (of_words(literal_text(tokens) or "" for tokens in texts),)
    if family is Family.STRING_FOLDED:
        return (of_parts(*(any_case(literal_text(tokens) or "") for tokens in texts)),)
    if family is Family.BOOL:
        return (of_parts(*(_truth((literal_text(tokens) or "").lower()) for tokens in texts)),)
    if family is Family.STRING_PATTERN:
        words = of_words(text for tokens in texts if (text := literal_text(tokens)) is not None)
        return (words, *(of_parts(pattern_parts(tokens)) for tokens in texts if literal_text(tokens) is None))
    return tuple(map(_arn, texts)) if family is Family.ARN else None


def _truth(text: str) -> tuple[Part, ...]:
    return tuple(Part(frozenset({letter, letter.upper()})) for letter in text)


def _arn(tokens: tuple[Token, ...]) -> Language:
    fields = arn_patterns(tokens)
    if fields is None:
        return NOTHING
    parts: list[Part] = []
    for number, field in enumerate(fields):
        last = number == len(fields) - 1
        parts += [*(_COLON if number else ()), *pattern_parts(field, without="" if last else ":")]
    return of_parts(tuple(parts)) & _ARNS


_DOMAINS = {Family.BOOL: of_parts(_truth("true"), _truth("false")), Family.ARN: _ARNS}


def _hints(condition: Condition) -> tuple[str, ...]:
    """Values that may fit a condition of which only the operator knows."""
    own = [text for value in condition.values for text in (value, _first_address(value), _next(value))]
    return tuple(text for text in (*own, *_SAMPLES) if text)


def _first_address(value: str) -> str:
    found = network(value)
    return str(found.network_address) if found is not None else ""


def _next(value: str) -> str:
    return str(int(value) + 1) if value.isdecimal() and value.isascii() and len(value) < len("99999999999999") else ""
