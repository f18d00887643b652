"""Truth values that may have been written as texts: `continue-on-error: ${{ 'true' }}`."""

from alphaswarm_local.actions.expressions import Scope, Template
from alphaswarm_local.actions.expressions.values import Value, truthy


def is_true(value: Value) -> bool:
    """Whether it is true, or the text `true`."""
    return value == "true" if isinstance(value, str) else truthy(value)


def holds(template: Template | None, scope: Scope) -> bool:
    """The same of an expression; nothing is false."""
    return template is not None and is_true(template.value(scope))
