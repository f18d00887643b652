"""The units of a job: the job itself, or the combinations of its matrix, and what holds them together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Semaphore, Thread

from alphaswarm_local.actions.engine.matrix import Combination, combinations, label
from alphaswarm_local.actions.engine.results import JobOutcome, merged_outputs, together
from alphaswarm_local.actions.engine.truth import holds, is_true
from alphaswarm_local.actions.expressions import Scope
from alphaswarm_local.actions.expressions.values import Value, to_number
from alphaswarm_local.actions.seam.cancellation import Cancellation
from alphaswarm_local.actions.seam.events import Conclusion
from alphaswarm_local.actions.workflow.model import Job


@dataclass(frozen=True, slots=True)
class Unit:
    """A job, or one combination of its matrix.

    Attributes:
        key: `ID`, or `ID (VALUES)`.
        name: What people see.
        contexts: With `strategy` and `matrix`.
        continue_on_error: Its failure counts as success.
    """

    job: Job
    key: str
    name: str
    contexts: Mapping[str, Value]
    cancellation: Cancellation
    continue_on_error: bool


@dataclass(frozen=True, slots=True)
class UnitGroup:
    """All units of a job. `limit`: how many run at the same time."""

    units: tuple[Unit, ...]
    limit: int
    fail_fast: bool
    cancellation: Cancellation

    def run(self, execute: Callable[[Unit], JobOutcome]) -> JobOutcome:
        """Run all units, each in a thread, and put their outcomes together."""
        outcomes: dict[str, JobOutcome] = {}
        places = Semaphore(self.limit)

        def run(unit: Unit) -> None:
            with places:
                outcomes[unit.key] = execute(unit)
            if self.fail_fast and outcomes[unit.key].result is Conclusion.FAILURE:
                self.cancellation.request(f'The strategy configuration was canceled because "{unit.name}" failed')

        threads = [Thread(target=run, args=(unit,), daemon=True) for unit in self.units[1:]]
        for thread in threads:
            thread.start()
        run(self.units[0])
        for thread in threads:
            thread.join()
        self.cancellation.close()
        ended = [outcomes[unit.key] for unit in self.units]
        return JobOutcome(together(each.result for each in ended), merged_outputs(ended))


def units_of(job: Job, scope: Scope, cancellation: Cancellation) -> UnitGroup:
    """The units of a job that may run.

    Args:
        job: The job.
        scope: What its strategy sees: with `needs`.
        cancellation: Of the graph.

    Raises:
        WorkflowFileError: its matrix is none.
        ExpressionError: an expression cannot be evaluated.
    """
    strategy = job.strategy
    if strategy is None:
        found: list[Combination] = [{}]
        fail_fast, most = True, 0.0
    else:
        found = combinations(strategy.matrix.value(scope))
        fail_fast = strategy.fail_fast is None or is_true(strategy.fail_fast.value(scope))
        most = to_number(strategy.max_parallel.value(scope)) if strategy.max_parallel is not None else 0.0
    limit = int(min(most, len(found))) if most >= 1 else len(found)
    group = Cancellation(cancellation)
    told = {"fail-fast": fail_fast, "job-total": len(found), "max-parallel": limit}
    units = [
        _unit(job, each, Scope({**scope.contexts, "strategy": {**told, "job-index": index}, "matrix": each}), group)
        for index, each in enumerate(found)
    ]
    return UnitGroup(tuple(units), limit, fail_fast and strategy is not None, group)


def _unit(job: Job, combination: Combination, scope: Scope, group: Cancellation) -> Unit:
    allowed = holds(job.continue_on_error, scope)
    key = f"{job.id} ({label(combination)})" if combination else job.id
    return Unit(job, key, _name(job, combination, scope), scope.contexts, Cancellation(group), allowed)


def _name(job: Job, combination: Combination, scope: Scope) -> str:
    """The values of a matrix stand behind the name, unless it has expressions of its own."""
    name = job.name.text(scope) if job.name is not None else job.id
    own = job.name is not None and not job.name.is_plain
    return name if own or not combination else f"{name} ({label(combination)})"
