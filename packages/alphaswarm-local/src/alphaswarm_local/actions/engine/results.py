"""How jobs and runs end."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from alphaswarm_local.actions.expressions.values import Value
from alphaswarm_local.actions.seam.events import Conclusion


@dataclass(frozen=True, slots=True)
class JobOutcome:
    """What other jobs see of a job.

    Attributes:
        result: With `continue-on-error` a failure counts as success here.
    """

    result: Conclusion
    outputs: Mapping[str, str] = field(default_factory=dict)

    def context(self) -> dict[str, Value]:
        """Its entry in `needs` and `jobs`."""
        return {"result": self.result.value, "outputs": dict(self.outputs)}


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a run ended.

    Attributes:
        jobs: By key, matrix combinations and jobs of called workflows one by one.
        message: Why it could not start or was cancelled.
    """

    conclusion: Conclusion
    jobs: Mapping[str, JobOutcome] = field(default_factory=dict)
    message: str = ""


def together(results: Iterable[Conclusion]) -> Conclusion:
    """The result of several: of a matrix, of a called workflow, of a run."""
    found = list(results)
    for worst in (Conclusion.FAILURE, Conclusion.CANCELLED):
        if worst in found:
            return worst
    if found and all(each is Conclusion.SKIPPED for each in found):
        return Conclusion.SKIPPED
    return Conclusion.SUCCESS


def merged_outputs(outcomes: Iterable[JobOutcome]) -> dict[str, str]:
    """The outputs of a matrix: of each name the last value that is not empty."""
    merged: dict[str, str] = {}
    for outcome in outcomes:
        merged.update({name: value for name, value in outcome.outputs.items() if value or name not in merged})
    return merged
