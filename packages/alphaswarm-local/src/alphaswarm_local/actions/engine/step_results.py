"""How steps end, and the failure by which they do."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from alphaswarm_local.actions.expressions.values import Value
from alphaswarm_local.actions.seam.events import Conclusion


class StepFailed(Exception):  # noqa: N818 - an outcome, not a fault
    """A step failed, and has said why in its log."""

    def __init__(self, message: str, outputs: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.outputs = dict(outputs or {})


class StepCancelled(Exception):  # noqa: N818 - an outcome, not a fault
    """A step was stopped because its job was cancelled."""


@dataclass(frozen=True, slots=True)
class StepResult:
    """What `steps.ID` becomes."""

    outcome: Conclusion
    conclusion: Conclusion
    outputs: Mapping[str, str] = field(default_factory=dict)

    def context(self) -> dict[str, Value]:
        """Its entry in `steps`."""
        return {"outputs": dict(self.outputs), "outcome": self.outcome.value, "conclusion": self.conclusion.value}
