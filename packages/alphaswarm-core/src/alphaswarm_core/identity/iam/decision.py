"""A decision and its explanation: which statement decided, and which condition."""

from dataclasses import dataclass

from alphaswarm_core.identity.iam.document import Effect

_SHOWN = 5
_LONGEST = 160


@dataclass(frozen=True, slots=True)
class Miss:
    """One part of a statement that the request does not fit.

    Args:
        element: `Principal`, `Action`, `Resource`, or the condition as `StringEquals key`.
        expected: The policy's values.
        found: The request's values; None when the request has no such key.
    """

    element: str
    expected: tuple[str, ...]
    found: tuple[str, ...] | None

    @property
    def is_condition(self) -> bool:
        """Whether it is a condition, and not who, what or where."""
        return self.element not in ("Principal", "Action", "Resource")

    def __str__(self) -> str:
        found = "the request has no such key" if self.found is None else f"found {_listed(self.found)}"
        return f"{self.element}: expected {_listed(self.expected)}, {found}"


@dataclass(frozen=True, slots=True)
class StatementTrace:
    """How one statement met the request: it applies when `misses` is empty."""

    policy: str
    statement: str
    effect: Effect
    misses: tuple[Miss, ...]
    conditions: tuple[str, ...] = ()
    """The statement's conditions, as `operator key`."""

    @property
    def applies(self) -> bool:
        """Whether the statement is about this request."""
        return not self.misses

    @property
    def distance(self) -> tuple[int, int]:
        """How far the statement is from applying: misses of who, what and where first, then missed conditions."""
        conditions = sum(miss.is_condition for miss in self.misses)
        return (len(self.misses) - conditions, conditions)


@dataclass(frozen=True, slots=True)
class Decision:
    """What policies say about one request.

    Args:
        allowed: True only when something allows and nothing denies.
        reason: One sentence for a person.
        statement: The statement that decided, or that came nearest; None when there is none.
        condition: The condition that decided: the first one that the nearest statement misses, or the conditions
            under which the deciding statement applied.
        trace: How the statements met the request.
    """

    allowed: bool
    reason: str
    statement: str | None = None
    condition: str | None = None
    trace: tuple[StatementTrace, ...] = ()

    def __bool__(self) -> bool:
        return self.allowed

    def as_document(self) -> dict[str, str | None]:
        """The decision as JSON data: `decision`, `reason`, `statement`, `condition`."""
        return {
            "decision": "allow" if self.allowed else "deny",
            "reason": self.reason,
            "statement": self.statement,
            "condition": self.condition,
        }


def _listed(values: tuple[str, ...]) -> str:
    shown = [repr(value if len(value) <= _LONGEST else f"{value[:_LONGEST]}…") for value in values[:_SHOWN]]
    more = f" and {len(values) - _SHOWN} more" if len(values) > _SHOWN else ""
    return " or ".join(shown) + more


def nearest(traces: tuple[StatementTrace, ...]) -> StatementTrace | None:
    """The allowing statement that misses least."""
    candidates = [trace for trace in traces if trace.effect is Effect.ALLOW and trace.misses]
    return min(candidates, key=lambda trace: trace.distance, default=None)
