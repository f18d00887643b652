"""Runs are begun, cancelled, run again and ended here."""

import threading
from datetime import timedelta
from http import HTTPStatus

from alphaswarm_local.actions.engine import Engine, RunHandle, RunnerSettings
from alphaswarm_local.actions.seam.requests import FinishedJob, RepositoryFacts, RunRequest
from alphaswarm_local.actions.workflow.permissions import SCOPES
from alphaswarm_local.github.events import firing
from alphaswarm_local.github.hub import Hub
from alphaswarm_local.github.rest.answers import Refusal
from alphaswarm_local.github.rulesets import is_protected
from alphaswarm_local.github.runs.plane import HubControlPlane
from alphaswarm_local.github.state.accounts import Account
from alphaswarm_local.github.state.repositories import Repository
from alphaswarm_local.github.state.runs import Run
from alphaswarm_local.github.views.runs import run_document

RERUN_DAYS = 30
MOST_ATTEMPTS = 50
_STOP_SECONDS = 15.0
_READ = {"contents": "read", "packages": "read"}


class Launcher:
    """Executes the runs of one hub.

    Args:
        settings: Of the runner.
    """

    def __init__(self, hub: Hub, settings: RunnerSettings) -> None:
        self._hub = hub
        self._engine = Engine(HubControlPlane(hub, self._ended), settings)
        self._lock = threading.Lock()
        self._handles: dict[int, RunHandle] = {}
        self._stopped = False

    def launch(self, run: Run) -> None:
        """Begin a run, or the next attempt of one."""
        request = self._request(run)
        with self._lock:
            if self._stopped:
                return
            self._handles[run.id] = self._engine.start(request)
        if run.attempt == 1:
            self._tell(run, "requested")

    def cancel(self, run: Run, who: Account) -> None:
        """Ask a run to stop.

        Raises:
            Refusal: 409: it is over.
        """
        with self._lock:
            handle = self._handles.get(run.id)
        if handle is None or run.status == "completed":
            raise Refusal(HTTPStatus.CONFLICT, "Cannot cancel a workflow run that is completed.")
        handle.cancel(f"The run was canceled by @{who.login}.")

    def rerun(self, run: Run, who: Account, *, keep: frozenset[str]) -> None:
        """Run it again; jobs whose key is in `keep` are not, and count with their result.

        Raises:
            Refusal: 403: it still runs, is too old, or was run again too often.
        """
        now = self._hub.store.now()
        if run.status != "completed":
            raise Refusal(HTTPStatus.FORBIDDEN, "The workflow run containing this job is already running")
        if now - run.created_at > timedelta(days=RERUN_DAYS):
            raise Refusal(
                HTTPStatus.FORBIDDEN,
                "Unable to retry this workflow run because it was created over a month ago",
            )
        if run.attempt >= MOST_ATTEMPTS:
            raise Refusal(HTTPStatus.FORBIDDEN, f"Unable to retry a workflow run more than {MOST_ATTEMPTS} times")
        before = run_document(self._hub, self._hub.by_id(run.repository), run)
        with self._hub.store:
            run.attempts.append(before)
            run.kept = {key: each for key, each in run.finished.items() if key in keep}
            run.attempt += 1
            run.triggering_actor, run.status, run.conclusion, run.message = who, "queued", None, ""
            run.attempt_started_at = run.updated_at = now
        self.launch(run)

    def stop(self) -> None:
        """Cancel all runs and wait, not for ever, until their processes are gone."""
        with self._lock:
            self._stopped = True
            handles = list(self._handles.values())
        for handle in handles:
            handle.cancel("The local cloud stops.")
        for handle in handles:
            handle.wait(_STOP_SECONDS)

    def _request(self, run: Run) -> RunRequest:
        repository = self._hub.by_id(run.repository)
        return RunRequest(
            run_id=run.id,
            run_number=run.number,
            run_attempt=run.attempt,
            repository=RepositoryFacts(
                repository.full_name, repository.id, repository.owner.id, repository.default_branch, repository.private
            ),
            event_name=run.event,
            event=run.payload,
            ref=run.ref,
            sha=run.sha,
            workflow_path=run.workflow_path,
            workflow_sha=run.workflow_sha,
            head_ref=run.head_ref,
            base_ref=run.base_ref,
            actor=run.actor.login,
            actor_id=run.actor.id,
            triggering_actor=run.triggering_actor.login,
            ref_protected=is_protected(repository, run.ref),
            inputs=run.inputs,
            from_fork=run.from_fork,
            default_permissions=default_permissions(repository),
            finished={key: FinishedJob(result, outputs) for key, (result, outputs) in run.kept.items()},
        )

    def _ended(self, run: Run) -> None:
        with self._lock:
            self._handles.pop(run.id, None)
            if self._stopped:
                return
        self._tell(run, "completed")

    def _tell(self, run: Run, action: str) -> None:
        repository = self._hub.by_id(run.repository)
        firing.workflow_run(self._hub, repository, run, run_document(self._hub, repository, run), action)


def default_permissions(repository: Repository) -> dict[str, str]:
    """What a job's token may whose workflow says nothing: the repository's setting. Never `id-token`."""
    if repository.actions.default_workflow_permissions == "write":
        return {name: "write" for name in SCOPES if "write" in SCOPES[name] and name != "id-token"}
    return dict(_READ)
