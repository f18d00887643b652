"""What an expression is evaluated against: contexts by name, and the functions that depend on a run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from alphaswarm_local.actions.expressions.values import Value

RunFunction = Callable[[Sequence[str]], Value]
"""`success`, `failure`, `always`, `cancelled`, `hashFiles`: from the arguments as texts."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Contexts and run functions.

    Attributes:
        contexts: `github`, `env`, … in lower case.
        functions: By name in lower case.
    """

    contexts: Mapping[str, Value] = field(default_factory=dict)
    functions: Mapping[str, RunFunction] = field(default_factory=dict)

    def extended(self, **contexts: Value) -> "Scope":
        """The same with further contexts."""
        return Scope({**self.contexts, **contexts}, self.functions)
