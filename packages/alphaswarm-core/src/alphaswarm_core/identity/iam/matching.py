"""Whether a statement's actions and resources are those of a request."""

from collections.abc import Callable
from typing import TypeAlias

from alphaswarm_core.identity.iam.comparing import arn_fits, arn_patterns
from alphaswarm_core.identity.iam.document import Effect, Patterns
from alphaswarm_core.identity.iam.request import Request
from alphaswarm_core.identity.iam.templates import Context, Token, literal_text, pattern, resolved, tokenize

ActionTest: TypeAlias = Callable[[str], bool]
ResourceTest: TypeAlias = Callable[[Request], bool]


def compile_actions(actions: Patterns) -> ActionTest:
    """A test of an action. Case does not count; `*` and `?` are wildcards anywhere; there are no variables."""
    texts = [tokenize(value.lower(), wildcards=True, variables=False) for value in actions.values]
    words = frozenset(text for tokens in texts if (text := literal_text(tokens)) is not None)
    patterns = [pattern(tokens).match for tokens in texts if literal_text(tokens) is None]
    negated = actions.negated

    def test(action: str) -> bool:
        lowered = action.lower()
        return (lowered in words or any(match(lowered) for match in patterns)) is not negated

    return test


def compile_resources(resources: Patterns | None, effect: Effect, *, variables: bool, complete: bool) -> ResourceTest:
    """A test of a request's resource, as ARN field by field.

    Args:
        resources: The patterns; None, as in trust policies, is about every request that comes to the policy.
        effect: Decides what a variable without a value means: no Allow, every Deny.
        variables: Whether the policy's version has variables.
        complete: Whether an ARN with too few fields is completed with wildcards (identity policies).
    """
    if resources is None:
        return lambda _: True
    texts = [tokenize(value, wildcards=True, variables=variables) for value in resources.values]
    anything = "*" in resources.values
    negated, unknown = resources.negated, effect is Effect.DENY

    def test(request: Request) -> bool:
        if anything:
            return not negated
        fits: bool | None = False
        for tokens in texts:
            one = _fits(tokens, request.resource, request.folded, complete=complete)
            fits = True if one else None if one is None and fits is False else fits
            if fits:
                break
        return unknown if fits is None else fits is not negated

    return test


def _fits(tokens: tuple[Token, ...], resource: str, context: Context, *, complete: bool) -> bool | None:
    known = resolved(tokens, context)
    if known is None:
        return None
    fields = arn_patterns(known, complete=complete)
    return fields is not None and arn_fits(fields, resource)
