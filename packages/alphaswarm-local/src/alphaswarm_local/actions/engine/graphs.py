"""The jobs of one workflow file: who may start when, and called workflows as graphs of their own."""

import queue
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace

from alphaswarm_core.errors import AlphaSwarmError
from alphaswarm_local.actions.engine.calls import Called, permissions_of
from alphaswarm_local.actions.engine.jobs import JobExecution, JobPlan
from alphaswarm_local.actions.engine.results import JobOutcome, together
from alphaswarm_local.actions.engine.run_state import GraphPlace, RunState
from alphaswarm_local.actions.engine.turns import Groups, Waiting, turn
from alphaswarm_local.actions.engine.units import Unit, UnitGroup, units_of
from alphaswarm_local.actions.errors import InputRefusedError
from alphaswarm_local.actions.expressions import Scope
from alphaswarm_local.actions.expressions.values import Value
from alphaswarm_local.actions.seam.cancellation import Cancellation
from alphaswarm_local.actions.seam.events import Conclusion
from alphaswarm_local.actions.seam.requests import JobFacts
from alphaswarm_local.actions.workflow import Job, Workflow
from alphaswarm_local.actions.workflow.inputs import call_inputs
from alphaswarm_local.actions.workflow.model import Call
from alphaswarm_local.actions.workflow.permissions import for_fork


class Graph:
    """Executes a workflow's jobs: one thread coordinates, each unit has its own.

    Args:
        calls: The workflows that it calls, by `uses`.
        contexts: `github` and `vars`.
        cancellation: Of the run, or of the job that calls the workflow.
    """

    def __init__(
        self,
        state: RunState,
        *,
        workflow: Workflow,
        calls: Mapping[str, Called],
        place: GraphPlace,
        contexts: Mapping[str, Value],
        cancellation: Cancellation,
    ) -> None:
        self._state, self._workflow, self._calls, self._place = state, workflow, calls, place
        self._contexts: dict[str, Value] = {**contexts, "inputs": place.inputs}
        self._cancellation = cancellation
        self._done: dict[str, JobOutcome] = {}
        self._results: queue.SimpleQueue[tuple[str, JobOutcome]] = queue.SimpleQueue()

    def run(self) -> Mapping[str, JobOutcome]:
        """Execute all jobs: how each ended, by id."""
        waiting, running = dict(self._workflow.jobs), 0
        while waiting or running:
            for job in [each for each in waiting.values() if all(need in self._done for need in each.needs)]:
                del waiting[job.id]
                running += 1
                self._begin(job)
            job_id, outcome = self._results.get()
            self._done[job_id] = outcome
            running -= 1
        return self._done

    def _begin(self, job: Job) -> None:
        """Decide whether a job runs, and start it."""
        scope = self._scope(job)
        try:
            if not job.condition.holds(scope):
                cancelled = self._cancellation.requested
                conclusion = Conclusion.CANCELLED if cancelled else Conclusion.SKIPPED
                self._end(job, conclusion, self._cancellation.reason)
                return
            group = units_of(job, scope, self._cancellation_of_new_jobs())
        except AlphaSwarmError as error:
            self._end(job, Conclusion.FAILURE, _said(error))
            return
        threading.Thread(target=self._run_group, args=(job, group), daemon=True).start()

    def _cancellation_of_new_jobs(self) -> Cancellation:
        """A job that starts although all was cancelled, because of `always()`, is not cancelled by that again."""
        return Cancellation() if self._cancellation.requested else self._cancellation

    def _end(self, job: Job, conclusion: Conclusion, message: str) -> None:
        outcome = self._state.end_unrun(self._plain_facts(job), JobOutcome(conclusion), message)
        self._results.put((job.id, outcome))

    def _run_group(self, job: Job, group: UnitGroup) -> None:
        self._results.put((job.id, group.run(self._run_unit)))

    def _run_unit(self, unit: Unit) -> JobOutcome:
        try:
            outcome = self._called(unit, unit.job.call) if unit.job.call is not None else self._executed(unit)
        except AlphaSwarmError as error:
            outcome = self._failed(unit.job, _said(error))
        except Exception as error:  # noqa: BLE001 - a defect of the control plane or of ours must not leave a run without end
            outcome = self._failed(unit.job, f"The runner failed: {type(error).__name__}: {error}")
        unit.cancellation.close()
        if unit.continue_on_error and outcome.result is Conclusion.FAILURE:
            return JobOutcome(Conclusion.SUCCESS, outcome.outputs)
        return outcome

    def _failed(self, job: Job, message: str) -> JobOutcome:
        return self._state.end_unrun(self._plain_facts(job), JobOutcome(Conclusion.FAILURE), message)

    def _executed(self, unit: Unit) -> JobOutcome:
        state, facts = self._state, self._facts(unit)
        kept = state.finished(facts)
        if kept is not None:
            return state.end_unrun(facts, kept)
        workflow, place = self._workflow, self._place
        plan = JobPlan(unit.job, facts, unit.contexts, workflow.env, workflow.defaults, place.secrets, place.groups)
        outcome = JobExecution(plan, state.plane, state.settings, state.slots, unit.cancellation).run()
        state.keep(facts.key, outcome)
        return outcome

    def _called(self, unit: Unit, call: Call) -> JobOutcome:
        """A reusable workflow, in its turn."""
        facts = self._facts(unit)
        plane, place = self._state.plane, self._called_place(unit, call, facts)
        inside = Scope({**self._contexts, "inputs": place.inputs})
        with turn(plane, unit.job.concurrency, self._waiting(unit, Scope(unit.contexts), place.groups)) as outer:
            if outer is None:
                return self._cancelled(unit, facts)
            wanted = self._calls[call.uses].workflow.concurrency
            with turn(plane, wanted, self._waiting(unit, inside, outer)) as groups:
                if groups is None:
                    return self._cancelled(unit, facts)
                return self._graph_of(unit, call, replace(place, groups=groups))

    def _waiting(self, unit: Unit, scope: Scope, above: Groups) -> Waiting:
        """The call is no job of its own: nobody sees it wait."""
        return Waiting(self._state.run.repository.name, scope, unit.cancellation, above)

    def _cancelled(self, unit: Unit, facts: JobFacts) -> JobOutcome:
        return self._state.end_unrun(facts, JobOutcome(Conclusion.CANCELLED), unit.cancellation.reason)

    def _called_place(self, unit: Unit, call: Call, facts: JobFacts) -> GraphPlace:
        called = self._calls[call.uses]
        scope = self._call_scope(unit, facts)
        given = {name: each.value(scope) for name, each in call.inputs.items()}
        inputs = call_inputs(called.workflow.triggers.call_inputs, given, scope)
        secrets = self._call_secrets(unit, called, scope)
        return GraphPlace(f"{facts.key} / ", facts.permissions, inputs, secrets, called.file, self._place.groups)

    def _graph_of(self, unit: Unit, call: Call, place: GraphPlace) -> JobOutcome:
        """A graph of its own, whose outputs are the job's."""
        called = self._calls[call.uses]
        outcomes = Graph(
            self._state,
            workflow=called.workflow,
            calls=called.calls,
            place=place,
            contexts=self._contexts,
            cancellation=unit.cancellation,
        ).run()
        jobs: dict[str, Value] = {name: each.context() for name, each in outcomes.items()}
        inside = Scope({**self._contexts, "inputs": place.inputs, "jobs": jobs})
        outputs = {name: each.text(inside) for name, each in called.workflow.call_outputs.items()}
        return JobOutcome(together(each.result for each in outcomes.values()), outputs)

    def _call_scope(self, unit: Unit, facts: JobFacts) -> Scope:
        passed = self._place.secrets
        secrets: dict[str, Value] = dict(self._state.plane.material(facts).secrets if passed is None else passed)
        return Scope({**unit.contexts, "secrets": secrets})

    def _call_secrets(self, unit: Unit, called: Called, scope: Scope) -> Mapping[str, str] | None:
        """What the called workflow gets: with `inherit` all of the caller's, else what is named and nothing else."""
        passed = unit.job.call.secrets if unit.job.call is not None else None
        if passed is None:
            return self._place.secrets
        wanted = called.workflow.triggers.call_secrets
        missing = [name for name, required in wanted.items() if required and name not in passed]
        unknown = [name for name in passed if name not in wanted]
        if missing or unknown:
            what = f"needs the secret {', '.join(missing)}" if missing else f"takes no secret {', '.join(unknown)}"
            raise InputRefusedError(f"{called.file.path} {what}")
        return {name: each.text(scope) for name, each in passed.items()}

    def _scope(self, job: Job) -> Scope:
        """What a job's `if` and strategy see."""
        ancestors = self._ancestors(job)
        cancelled = self._cancellation.requested
        needs: dict[str, Value] = {name: self._done[name].context() for name in job.needs}

        def results(names: Sequence[str]) -> list[Conclusion]:
            return [self._done[each].result for each in (names or ancestors) if each in self._done]

        return Scope(
            {**self._contexts, "needs": needs},
            {
                "success": lambda names: not cancelled and all(each is Conclusion.SUCCESS for each in results(names)),
                "failure": lambda names: any(each is Conclusion.FAILURE for each in results(names)),
                "cancelled": lambda _: cancelled,
                "always": lambda _: True,
            },
        )

    def _ancestors(self, job: Job) -> list[str]:
        """All jobs that it needs, directly or through others: GitHub's status functions ask them all."""
        found: dict[str, None] = {}
        waiting = list(job.needs)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found[name] = None
                waiting += self._workflow.jobs[name].needs
        return list(found)

    def _facts(self, unit: Unit) -> JobFacts:
        """A unit that starts."""
        job, scope = unit.job, Scope(unit.contexts)
        environment = job.environment.name.text(scope) if job.environment is not None else ""
        labels = tuple(each.text(scope) for each in job.runs_on)
        return self._described(job, unit.key, unit.name, environment or None, labels)

    def _plain_facts(self, job: Job) -> JobFacts:
        """A job that does not start: of its expressions nothing is known."""
        return self._described(job, job.id, job.name.source if job.name is not None else job.id, None, ())

    def _described(self, job: Job, key: str, name: str, environment: str | None, labels: tuple[str, ...]) -> JobFacts:
        run, prefix = self._state.run, self._place.prefix
        stated = permissions_of(job, self._workflow, self._place.permissions, called=self._place.callee is not None)
        return JobFacts(
            run=run,
            key=prefix + key,
            id=job.id,
            name=prefix + name,
            number=self._state.next_number(),
            environment=environment,
            permissions=for_fork(stated) if run.from_fork else stated,
            callee=self._place.callee,
            labels=labels,
        )


def _said(error: AlphaSwarmError) -> str:
    return f"{error.what} ({error.why})" if error.why else error.what
