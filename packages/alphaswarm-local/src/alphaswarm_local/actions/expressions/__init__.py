"""GitHub's expression language: compiled once a text, evaluated against a scope.

Source: docs.github.com, "Evaluate expressions in workflows and actions"; where that is silent, the behaviour of the
public runner (github.com/actions/runner, `Expressions2`).
"""

from alphaswarm_local.actions.expressions.compiling import Expression, compile_expression
from alphaswarm_local.actions.expressions.scope import Scope
from alphaswarm_local.actions.expressions.templates import Condition, Template, condition, template

__all__ = ["Condition", "Expression", "Scope", "Template", "compile_expression", "condition", "template"]
