"""Time limits, of steps and of jobs."""

import math

from alphaswarm_local.actions.engine.step_results import StepFailed
from alphaswarm_local.actions.expressions import Scope, Template
from alphaswarm_local.actions.expressions.values import to_number

LONGEST_MINUTES = 5 * 24 * 60
"""What a job may take on GitHub: five days. Clocks take no number whatever."""


def minutes_of(template: Template, scope: Scope) -> float:
    """`timeout-minutes`.

    Raises:
        StepFailed: it is not a positive number.
        ExpressionError: it cannot be evaluated.
    """
    minutes = to_number(template.value(scope))
    if math.isnan(minutes) or minutes <= 0:
        raise StepFailed(f"timeout-minutes is {template.text(scope)[:40]!r}, not a positive number")
    return min(minutes, LONGEST_MINUTES)
