"""What the engine tells becomes records: runs, jobs, steps, logs, checks, deployment statuses."""

from collections.abc import Callable

from alphaswarm_local.actions.seam.events import (
    Annotated,
    JobChanged,
    LogLine,
    RunChanged,
    RunEvent,
    Status,
    StepChanged,
    Summarised,
)
from alphaswarm_local.actions.seam.requests import JobFacts
from alphaswarm_local.github.hub import Hub
from alphaswarm_local.github.state.accounts import GITHUB_ACTIONS_APP_ID
from alphaswarm_local.github.state.repositories import CheckRun, Repository
from alphaswarm_local.github.state.runs import DeploymentStatus, Job, Run, Step

_MOST_LINES = 200_000
"""Of one job: a step that prints without end fills no memory."""

_DEPLOYED = {"success": "success", "failure": "failure", "cancelled": "error", "skipped": "inactive"}


class Recorder:
    """Keeps what happens in runs.

    Args:
        ended: Called when a run is over, outside the lock.
    """

    def __init__(self, hub: Hub, ended: Callable[[Run], None]) -> None:
        self._hub, self._ended = hub, ended

    def take(self, event: RunEvent) -> None:
        """Record it."""
        match event:
            case RunChanged():
                self._run_changed(event)
            case JobChanged():
                self._job_changed(event)
            case StepChanged():
                self._step_changed(event)
            case LogLine():
                self._line(event)
            case Annotated():
                self._annotated(event)
            case Summarised():
                with self._hub.store:
                    self.job_of(event.job).summaries[event.step] = event.markdown

    def job_of(self, facts: JobFacts) -> Job:
        """The record of a job of the current attempt; made when the engine first speaks of it."""
        with self._hub.store as records:
            run = records.runs[facts.run.run_id]
            attempt = facts.run.run_attempt
            found = next(
                (each for each in run.jobs.values() if each.key == facts.key and each.attempt == attempt), None
            )
            return found or self._new_job(run, facts)

    def _new_job(self, run: Run, facts: JobFacts) -> Job:
        now = self._hub.store.now()
        job = Job(
            id=self._hub.store.new_id("job"), key=facts.key, name=facts.name, run_id=run.id,
            attempt=facts.run.run_attempt, created_at=now, labels=facts.labels, environment=facts.environment,
        )  # fmt: skip
        run.jobs[job.id] = job
        repository = self._hub.by_id(run.repository)
        repository.check_runs[job.id] = CheckRun(
            id=job.id, name=job.name, head_sha=run.head_sha, app_id=GITHUB_ACTIONS_APP_ID, status="queued",
            started_at=now, details_url=f"{self._hub.addresses.run(repository, run)}/job/{job.id}",
        )  # fmt: skip
        return job

    def _run_changed(self, event: RunChanged) -> None:
        with self._hub.store as records:
            run = records.runs[event.run.run_id]
            run.status, run.updated_at = event.status.value, event.at
            run.message = event.message or run.message
            if event.name and event.name not in {run.workflow_path, run.workflow_name}:
                run.title = event.name
            if event.conclusion is not None:
                run.conclusion = event.conclusion.value
                run.finished = {each.key: (each.conclusion or "", dict(each.outputs)) for each in run.latest_jobs()}
        if event.status is Status.COMPLETED:
            self._ended(run)

    def _job_changed(self, event: JobChanged) -> None:
        with self._hub.store as records:
            run, job = records.runs[event.job.run.run_id], self.job_of(event.job)
            job.status, job.message = event.status.value, event.message or job.message
            if event.status is Status.IN_PROGRESS:
                job.started_at = event.at
            if event.status is Status.COMPLETED:
                job.conclusion = event.conclusion.value if event.conclusion else None
                job.completed_at, job.outputs = event.at, dict(event.outputs)
            _update_run(run)
            repository = self._hub.by_id(run.repository)
            self._update_check(repository, job)
            self._update_deployment(repository, run, job, event.environment_url)

    def _update_check(self, repository: Repository, job: Job) -> None:
        check = repository.check_runs[job.id]
        check.status = job.status if job.status in {"queued", "in_progress", "completed"} else "queued"
        check.conclusion, check.completed_at = job.conclusion, job.completed_at
        check.started_at = job.started_at or check.started_at

    def _update_deployment(self, repository: Repository, run: Run, job: Job, url: str) -> None:
        deployment = self._hub.store.records.deployments.get(job.deployment_id or 0)
        if deployment is None:
            return
        states = {"waiting": "waiting", "in_progress": "in_progress", "completed": _DEPLOYED.get(job.conclusion or "")}
        state = states.get(job.status)
        if state is None or (deployment.statuses and deployment.statuses[-1].state == state):
            return
        now = self._hub.store.now()
        log = f"{self._hub.addresses.run(repository, run)}/job/{job.id}"
        deployment.updated_at = now
        deployment.statuses.append(
            DeploymentStatus(
                id=self._hub.store.new_id("deployment_status"), state=state, description="",
                environment=deployment.environment, creator=deployment.creator, created_at=now, environment_url=url,
                log_url=log,
            )
        )  # fmt: skip

    def _step_changed(self, event: StepChanged) -> None:
        with self._hub.store:
            job = self.job_of(event.job)
            step = job.steps.setdefault(event.number, Step(event.number, event.name))
            step.name, step.status = event.name, event.status.value
            if event.status is Status.IN_PROGRESS:
                step.started_at = event.at
            if event.status is Status.COMPLETED:
                step.completed_at = event.at
                step.conclusion = event.conclusion.value if event.conclusion else None

    def _line(self, event: LogLine) -> None:
        with self._hub.store:
            job = self.job_of(event.job)
            if len(job.log) < _MOST_LINES:
                job.log.append((event.step, event.at, event.text))
            elif len(job.log) == _MOST_LINES:
                job.log.append((event.step, event.at, f"##[warning]The log ends here: more than {_MOST_LINES} lines"))

    def _annotated(self, event: Annotated) -> None:
        with self._hub.store:
            job = self.job_of(event.job)
            job.annotations.append(
                {
                    "path": event.path or ".github",
                    "start_line": event.line or 1,
                    "end_line": event.end_line or event.line or 1,
                    "start_column": event.column,
                    "end_column": event.end_column,
                    "annotation_level": event.level.value,
                    "title": event.title,
                    "message": event.message,
                    "raw_details": "",
                }
            )


def _update_run(run: Run) -> None:
    """A run whose jobs all wait for environments is itself `waiting`."""
    if run.status == "completed":
        return
    states = {each.status for each in run.latest_jobs()}
    if "in_progress" in states or "queued" in states:
        run.status = "in_progress"
    elif "waiting" in states:
        run.status = "waiting"
