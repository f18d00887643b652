"""Runs: from a request to its end, in a thread of their own."""

import threading
from collections.abc import Mapping

from alphaswarm_core.errors import AlphaSwarmError
from alphaswarm_local.actions.engine.calls import Called, check_permissions, find_calls
from alphaswarm_local.actions.engine.contexts import github_context
from alphaswarm_local.actions.engine.graphs import Graph
from alphaswarm_local.actions.engine.results import JobOutcome, RunResult, together
from alphaswarm_local.actions.engine.run_state import GraphPlace, RunState
from alphaswarm_local.actions.engine.settings import RunnerSettings
from alphaswarm_local.actions.engine.turns import Groups, Waiting, turn
from alphaswarm_local.actions.errors import WorkflowFileError
from alphaswarm_local.actions.expressions import Scope
from alphaswarm_local.actions.expressions.values import Value
from alphaswarm_local.actions.seam.cancellation import Cancellation
from alphaswarm_local.actions.seam.control_plane import ControlPlane
from alphaswarm_local.actions.seam.events import Conclusion, RunChanged, Status
from alphaswarm_local.actions.seam.requests import RunRequest
from alphaswarm_local.actions.workflow import Workflow, parse_workflow


class RunHandle:
    """A run that was started."""

    def __init__(self, request: RunRequest) -> None:
        self.request = request
        self.cancellation = Cancellation()
        self._ended = threading.Event()
        self._result: RunResult | None = None

    def cancel(self, reason: str) -> None:
        """Cancel it: steps are interrupted, jobs that have not started do not, `always()` still runs."""
        self.cancellation.request(reason)

    def wait(self, seconds: float | None = None) -> RunResult | None:
        """How it ended; None when it still runs after `seconds`."""
        self._ended.wait(seconds)
        return self._result

    def end(self, result: RunResult) -> None:
        """It is over; called by the engine."""
        self._result = result
        self._ended.set()


class Engine:
    """Executes runs. Safe to use from many threads; all its runs share the places for jobs.

    Args:
        plane: GitHub.
        settings: This machine.
    """

    def __init__(self, plane: ControlPlane, settings: RunnerSettings) -> None:
        self._plane, self._settings = plane, settings
        self._slots = threading.Semaphore(settings.most_jobs)

    def start(self, request: RunRequest) -> RunHandle:
        """Begin a run; it goes on in a thread of its own."""
        handle = RunHandle(request)
        threading.Thread(target=self._run, args=(handle,), daemon=True, name=f"run-{request.run_id}").start()
        return handle

    def execute(self, request: RunRequest) -> RunResult:
        """Run to the end."""
        handle = RunHandle(request)
        self._run(handle)
        result = handle.wait()
        if result is None:
            raise RuntimeError("a run ended without a result")
        return result

    def _run(self, handle: RunHandle) -> None:
        """Never raises: a run that cannot start, or in which we fail, has an end too."""
        execution = _RunExecution(self._plane, self._settings, self._slots, handle)
        try:
            result = execution.result()
        except AlphaSwarmError as error:
            message = f"{error.what} ({error.why})" if error.why else error.what
            result = RunResult(Conclusion.STARTUP_FAILURE, {}, message)
        except Exception as error:  # noqa: BLE001 - a defect, the control plane's or ours, must not leave a run without end
            result = RunResult(Conclusion.FAILURE, {}, f"The runner failed: {type(error).__name__}: {error}")
        execution.changed(Status.COMPLETED, result.conclusion, result.message)
        handle.end(result)


class _RunExecution:
    def __init__(
        self, plane: ControlPlane, settings: RunnerSettings, slots: threading.Semaphore, handle: RunHandle
    ) -> None:
        self._plane, self._settings, self._slots, self._handle = plane, settings, slots, handle
        self._run = handle.request
        self._name = self._run.workflow_path

    def changed(self, status: Status, conclusion: Conclusion | None = None, message: str = "") -> None:
        self._plane.report(RunChanged(self._run, self._plane.now(), status, conclusion, self._name, message))

    def result(self) -> RunResult:
        self.changed(Status.QUEUED)
        workflow = self._workflow()
        calls = find_calls(self._plane, self._run, workflow)
        check_permissions(workflow, calls, self._run.default_permissions, called=False)
        scope = self._scope(workflow)
        self._name = workflow.run_name.text(scope) if workflow.run_name is not None else workflow.name
        cancellation = self._handle.cancellation
        waiting = Waiting(self._run.repository.name, scope, cancellation, pending=lambda: self.changed(Status.PENDING))
        with turn(self._plane, workflow.concurrency, waiting) as groups:
            if groups is None or cancellation.requested:
                return RunResult(Conclusion.CANCELLED, {}, cancellation.reason)
            return self._executed(workflow, calls, scope, groups)

    def _workflow(self) -> Workflow:
        run = self._run
        source = self._plane.source_file(run.repository.name, run.workflow_sha, run.workflow_path)
        if source is None:
            raise WorkflowFileError(f"There is no such file at {run.workflow_sha[:12]}", path=run.workflow_path)
        return parse_workflow(source.text, run.workflow_path)

    def _scope(self, workflow: Workflow) -> Scope:
        inputs: Mapping[str, Value] = dict(self._run.inputs)
        variables: Mapping[str, Value] = dict(self._plane.variables(self._run))
        github = github_context(self._run, self._settings, workflow.name)
        return Scope({"github": github, "inputs": inputs, "vars": variables})

    def _executed(self, workflow: Workflow, calls: Mapping[str, Called], scope: Scope, groups: Groups) -> RunResult:
        self.changed(Status.IN_PROGRESS)
        run, cancellation = self._run, self._handle.cancellation
        state = RunState(self._plane, self._settings, run, self._slots, cancellation)
        place = GraphPlace("", run.default_permissions, dict(run.inputs), groups=groups)
        outcomes = Graph(
            state, workflow=workflow, calls=calls, place=place, contexts=scope.contexts, cancellation=cancellation
        ).run()
        conclusion = self._concluded(outcomes)
        return RunResult(conclusion, dict(state.outcomes), cancellation.reason)

    def _concluded(self, outcomes: Mapping[str, JobOutcome]) -> Conclusion:
        conclusion = together(each.result for each in outcomes.values())
        cancelled = self._handle.cancellation.requested and conclusion is not Conclusion.FAILURE
        return Conclusion.CANCELLED if cancelled else conclusion
