"""One job from its place in the queue to its end."""

import json
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from alphaswarm_core.errors import AlphaSwarmError
from alphaswarm_local.actions.engine.contexts import runner_context
from alphaswarm_local.actions.engine.extra_steps import run_post_steps, run_pre_steps
from alphaswarm_local.actions.engine.frames import Frame
from alphaswarm_local.actions.engine.layout import Layout
from alphaswarm_local.actions.engine.leftovers import kill_leftovers
from alphaswarm_local.actions.engine.limits import minutes_of
from alphaswarm_local.actions.engine.masks import Masks
from alphaswarm_local.actions.engine.preparing import refuse_other_systems, set_up_job
from alphaswarm_local.actions.engine.processes import Grace, JobProcesses
from alphaswarm_local.actions.engine.reporting import Reporter
from alphaswarm_local.actions.engine.results import JobOutcome
from alphaswarm_local.actions.engine.session import JobSession
from alphaswarm_local.actions.engine.settings import RunnerSettings
from alphaswarm_local.actions.engine.step_results import StepFailed
from alphaswarm_local.actions.engine.stepping import run_steps
from alphaswarm_local.actions.engine.turns import NO_GROUPS, Groups, Waiting, turn
from alphaswarm_local.actions.expressions import Scope
from alphaswarm_local.actions.expressions.values import Value
from alphaswarm_local.actions.seam.cancellation import Cancellation
from alphaswarm_local.actions.seam.control_plane import ControlPlane, JobGrant, Material
from alphaswarm_local.actions.seam.events import Conclusion, JobChanged, Status
from alphaswarm_local.actions.seam.requests import JobFacts
from alphaswarm_local.actions.workflow.model import Defaults, Job, Templates

DEFAULT_MINUTES = 360
_PASSWORD = re.compile(r"://[^/@\s:]*:([^/@\s]+)@")


@dataclass(frozen=True, slots=True)
class JobPlan:
    """A job as its workflow and its place in the run determine it.

    Attributes:
        contexts: `github`, `inputs`, `needs`, `strategy`, `matrix`.
        workflow_env: `env` of its workflow.
        secrets: What a caller passed to the workflow of the job; None: those of the repository.
        groups: The concurrency groups that its run, and what calls its workflow, hold.
    """

    job: Job
    facts: JobFacts
    contexts: Mapping[str, Value]
    workflow_env: Templates
    workflow_defaults: Defaults
    secrets: Mapping[str, str] | None = None
    groups: Groups = NO_GROUPS


class JobExecution:
    """Executes one job.

    Args:
        slots: How many jobs run at the same time.
        cancellation: Of this job alone.
    """

    def __init__(
        self,
        plan: JobPlan,
        plane: ControlPlane,
        settings: RunnerSettings,
        slots: threading.Semaphore,
        cancellation: Cancellation,
    ) -> None:
        self._plan, self._plane, self._settings, self._slots = plan, plane, settings, slots
        self._cancellation = cancellation
        self._masks = Masks()
        self._reporter = Reporter(plane, plan.facts, self._masks)
        self._message = ""

    def run(self) -> JobOutcome:
        """Execute it; never raises."""
        self._changed(Status.QUEUED)
        try:
            refuse_other_systems(self._plan.facts.labels, self._plan.job.line)
            with turn(self._plane, self._plan.job.concurrency, self._waiting()) as groups:
                conclusion, outputs, url = self._admitted() if groups is not None else _CANCELLED
        except (AlphaSwarmError, StepFailed) as error:
            conclusion, outputs, url = Conclusion.FAILURE, {}, ""
            why = error.why if isinstance(error, AlphaSwarmError) else None
            self._say_failure(f"{error} ({why})" if why else str(error))
        except Exception as error:  # noqa: BLE001 - a defect of the control plane or of ours fails the job, not the server
            conclusion, outputs, url = Conclusion.FAILURE, {}, ""
            self._say_failure(f"The runner failed: {type(error).__name__}: {error}")
        finally:
            self._cancellation.close()
        if conclusion is Conclusion.CANCELLED:
            self._message = self._message or self._cancellation.reason
        self._changed(Status.COMPLETED, conclusion, outputs, url)
        return JobOutcome(conclusion, outputs)

    def _waiting(self) -> Waiting:
        run, variables = self._plan.facts.run, dict(self._plane.variables(self._plan.facts.run))
        return Waiting(
            run.repository.name,
            Scope({**self._plan.contexts, "vars": variables}),
            self._cancellation,
            self._plan.groups,
            pending=lambda: self._changed(Status.PENDING),
        )

    def _admitted(self) -> "_Ended":
        """Ask the environment, then run in a slot of the runner's."""
        if self._plan.facts.environment is not None and not self._cancellation.requested:
            self._changed(Status.WAITING)
            admission = self._plane.admit(self._plan.facts, self._cancellation)
            if not admission.admitted and not self._cancellation.requested:
                self._say_failure(admission.reason or "The environment does not let the job in")
                return Conclusion.FAILURE, {}, ""
        with _slot(self._slots, self._cancellation) as got:
            return self._opened() if got else _CANCELLED

    def _opened(self) -> "_Ended":
        material = self._plane.material(self._plan.facts)
        grant = self._plane.open_job(self._plan.facts)
        layout = Layout.create(self._settings.work, self._plan.facts.run.repository.name)
        processes = JobProcesses(Grace(self._settings.interrupt_seconds, self._settings.terminate_seconds))
        try:
            self._changed(Status.IN_PROGRESS)
            session = self._session(material, grant, layout, processes)
            return self._worked(session)
        finally:
            processes.close()
            kill_leftovers(layout.home)
            if not self._settings.keep_work:
                layout.remove()
            self._plane.close_job(self._plan.facts)

    def _session(self, material: Material, grant: JobGrant, layout: Layout, processes: JobProcesses) -> JobSession:
        plan, facts = self._plan, self._plan.facts
        own = material.secrets if plan.secrets is None else plan.secrets
        secrets: dict[str, Value] = {**own, **material.environment_secrets, "GITHUB_TOKEN": grant.token}
        self._hide([str(each) for each in secrets.values()], grant)
        github = plan.contexts["github"]
        told = {"job": facts.id, "token": grant.token, "workspace": str(layout.workspace)}
        contexts: dict[str, Value] = {
            **plan.contexts,
            "github": {
                **(github if isinstance(github, dict) else {}),
                **told,
                "event_path": _event_file(layout, facts),
            },
            "secrets": secrets,
            "vars": dict(material.variables),
            "runner": runner_context(layout, self._settings),
        }
        session = JobSession(
            facts=facts,
            plane=self._plane,
            settings=self._settings,
            layout=layout,
            masks=self._masks,
            reporter=self._reporter,
            processes=processes,
            cancellation=self._cancellation,
            grant=grant,
            contexts=contexts,
        )
        for templates in (plan.workflow_env, plan.job.env):
            session.env.update({name: each.text(Frame(session).scope()) for name, each in templates.items()})
        return session

    def _hide(self, secrets: Sequence[str], grant: JobGrant) -> None:
        """Hide what the job is given and nobody may read: also the passwords of proxies and indexes in addresses."""
        passwords = [found[1] for value in grant.environment.values() for found in _PASSWORD.finditer(value)]
        tokens = [grant.identity.token] if grant.identity is not None else []
        for value in (*secrets, *tokens, *passwords):
            self._masks.add(value)

    def _worked(self, session: JobSession) -> "_Ended":
        job = self._plan.job
        frame = Frame(session, _defaults(job.defaults, self._plan.workflow_defaults))
        timer = self._timer(frame)
        try:
            number = self._ran(frame)
            outputs = self._outputs(frame, number)
        finally:
            timer.cancel()
        url = job.environment.url.text(frame.scope()) if job.environment is not None and job.environment.url else ""
        return session.status, outputs, self._masks.hide(url)

    def _ran(self, frame: Frame) -> int:
        """Run all steps, listed or not; the number after the last one."""
        session, steps = frame.session, self._plan.job.steps
        set_up_job(session, steps)
        if session.failed:
            return 2
        number = run_pre_steps(frame, steps, 2)
        number = run_steps(frame, steps, number)
        return run_post_steps(frame, number)

    def _timer(self, frame: Frame) -> threading.Timer:
        template = self._plan.job.timeout_minutes
        minutes = DEFAULT_MINUTES if template is None else minutes_of(template, frame.scope())
        reason = f"The job has exceeded the maximum execution time of {minutes:g} minutes"
        timer = threading.Timer(minutes * 60, self._cancellation.request, (reason,))
        timer.daemon = True
        timer.start()
        return timer

    def _outputs(self, frame: Frame, number: int) -> dict[str, str]:
        """The job's outputs, of one that failed too. As on GitHub, one that holds a secret or nothing is left out."""
        said = {name: each.text(frame.scope()) for name, each in self._plan.job.outputs.items()}
        found = {name: value for name, value in said.items() if value}
        secret = [name for name, value in found.items() if self._masks.hide(value) != value]
        for name in secret:
            self._reporter.say(number, f"##[warning]Skip output '{name}' since it may contain secret.")
        return {name: value for name, value in found.items() if name not in secret}

    def _say_failure(self, message: str) -> None:
        self._message = self._masks.hide(message)
        self._reporter.error(0, message)

    def _changed(
        self,
        status: Status,
        conclusion: Conclusion | None = None,
        outputs: Mapping[str, str] | None = None,
        url: str = "",
    ) -> None:
        now = self._plane.now()
        message = self._message if status is Status.COMPLETED else ""
        self._plane.report(JobChanged(self._plan.facts, now, status, conclusion, outputs or {}, url, message))


_Ended = tuple[Conclusion, dict[str, str], str]
_CANCELLED: _Ended = (Conclusion.CANCELLED, {}, "")


class _slot:  # noqa: N801 - used as a statement
    """A place among the jobs that run at the same time; False when cancelled while waiting for one."""

    def __init__(self, slots: threading.Semaphore, cancellation: Cancellation) -> None:
        self._slots, self._cancellation, self._got = slots, cancellation, False

    def __enter__(self) -> bool:
        while not self._cancellation.requested:
            if self._slots.acquire(timeout=0.2):
                self._got = True
                return True
        return False

    def __exit__(self, *_: object) -> None:
        if self._got:
            self._slots.release()


def _defaults(own: Defaults, workflow: Defaults) -> Defaults:
    return Defaults(own.shell or workflow.shell, own.working_directory or workflow.working_directory)


def _event_file(layout: Layout, facts: JobFacts) -> str:
    path = layout.temp / "_github_workflow" / "event.json"
    path.parent.mkdir()
    path.write_text(json.dumps(facts.run.event), encoding="utf-8")
    return str(path)
