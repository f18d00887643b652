"""Conditions as tests of a request's context, made once per policy.

Source: IAM User Guide, "Condition operators", "Multivalued context keys". For a key that the request does not have:

| operator | result |
| --- | --- |
| positive | does not fit |
| negated | fits |
| `…IfExists`, `ForAllValues:` | fits |
| `ForAnyValue:` | does not fit |
| `Null` | fits `true` |

Two things that AWS leaves open are closed here. A key with several values under an operator without a set operator fits
an Allow only with all of them, and a Deny with any. What cannot be compared fits no Allow and every Deny.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from alphaswarm_core.identity.iam.comparing import Comparer, comparer
from alphaswarm_core.identity.iam.decision import Miss
from alphaswarm_core.identity.iam.document import Condition, Effect
from alphaswarm_core.identity.iam.operators import Family, Quantifier
from alphaswarm_core.identity.iam.templates import Context

Test: TypeAlias = Callable[[Context], bool]


@dataclass(frozen=True, slots=True)
class CompiledCondition:
    """A condition and its test."""

    condition: Condition
    key: str
    label: str
    """How explanations call it: `StringEquals aws:key`."""
    test: Test

    def miss(self, context: Context) -> Miss | None:
        """Why the request does not fit; None when it does."""
        if self.test(context):
            return None
        found = context.get(self.key)
        return Miss(self.label, self.condition.values, tuple(found) if found else None)


def compile_condition(condition: Condition, effect: Effect, *, variables: bool) -> CompiledCondition:
    """Make the test of `condition` in a statement of `effect`. An unknown operator never allows and always denies."""
    label = f"{condition.operator.name} {condition.key}"
    return CompiledCondition(condition, condition.key.lower(), label, _test(condition, effect, variables=variables))


def _test(condition: Condition, effect: Effect, *, variables: bool) -> Test:
    key, comparison = condition.key.lower(), condition.operator.comparison
    unknown = effect is Effect.DENY
    if comparison is None or not condition.values:
        return lambda _: unknown
    if comparison.family is Family.NULL:
        return _null_test(key, condition.values)
    try:
        compare = comparer(comparison, condition.values, variables=variables)
    except ValueError:  # a value that is none of the operator's; parsing refuses it, hand-made statements may have it
        return lambda _: unknown
    general = _value_test(condition, key, compare, effect)
    if condition.operator.quantifier is not Quantifier.PLAIN:
        return general
    return _single_value_test(key, compare, general, negated=comparison.negated, unknown=unknown)


def _single_value_test(key: str, compare: Comparer, general: Test, *, negated: bool, unknown: bool) -> Test:
    """The same as `general`, faster for the usual case of one value."""

    def test(context: Context) -> bool:
        values = context.get(key)
        if values is None or len(values) != 1:
            return general(context)
        found = compare(values[0], context)
        return unknown if found is None else found is not negated

    return test


def _null_test(key: str, values: Sequence[str]) -> Test:
    wanted = frozenset(value.lower() for value in values)
    return lambda context: ("false" if context.get(key) else "true") in wanted


def missing_fits(condition: Condition) -> bool:
    """Whether the condition holds when the request does not have the key."""
    operator, comparison = condition.operator, condition.operator.comparison
    if comparison is None:
        return False
    if operator.if_exists or operator.quantifier is Quantifier.ALL:
        return True
    return comparison.negated and operator.quantifier is Quantifier.PLAIN


def _value_test(condition: Condition, key: str, compare: Comparer, effect: Effect) -> Test:
    operator = condition.operator
    negated = operator.comparison is not None and operator.comparison.negated
    missing, unknown = missing_fits(condition), effect is Effect.DENY
    every = operator.quantifier is Quantifier.ALL or (
        operator.quantifier is Quantifier.PLAIN and effect is Effect.ALLOW
    )
    ignores_empty = (
        operator.quantifier is not Quantifier.PLAIN
    )  # IAM: an empty text is a null data set to a set operator

    def test(context: Context) -> bool:
        values = context.get(key)
        if ignores_empty and values:
            values = [value for value in values if value]
        if not values:
            return missing
        fits = (unknown if (found := compare(value, context)) is None else found is not negated for value in values)
        return all(fits) if every else any(fits)

    return test
