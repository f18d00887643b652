"""The control plane that the Actions engine asks: this GitHub, as `actions.seam.control_plane` wants it."""

import base64
import re
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from alphaswarm_core.identity.github import names
from alphaswarm_core.identity.github.claims import NoToken
from alphaswarm_local.actions.seam.cancellation import Cancellation
from alphaswarm_local.actions.seam.concurrency import ConcurrencyGroups
from alphaswarm_local.actions.seam.control_plane import (
    Admission,
    GitSource,
    IdentityRequest,
    JobGrant,
    Material,
    SourceFile,
)
from alphaswarm_local.actions.seam.events import RunEvent
from alphaswarm_local.actions.seam.requests import JobFacts, RunRequest
from alphaswarm_local.github.authority.permissions import granted, read
from alphaswarm_local.github.authority.principals import Kind, Principal
from alphaswarm_local.github.hub import Hub
from alphaswarm_local.github.runs.artifacts import RunArtifacts
from alphaswarm_local.github.runs.gate import Gate, environment_named
from alphaswarm_local.github.runs.identity import workflow_job
from alphaswarm_local.github.runs.recording import Recorder
from alphaswarm_local.github.state.accounts import GITHUB_ACTIONS
from alphaswarm_local.github.state.repositories import Repository
from alphaswarm_local.github.state.runs import Job, Run

_NAME = re.compile(r"([^/]+)/([^/]+)")


class HubControlPlane:
    """GitHub for the engine.

    Args:
        ended: Called when a run is over.
    """

    def __init__(self, hub: Hub, ended: Callable[[Run], None]) -> None:
        self.concurrency = ConcurrencyGroups()
        self.artifacts = RunArtifacts(hub)
        self._hub, self._recorder = hub, Recorder(hub, ended)
        self._lock = threading.Lock()
        self._registered: dict[int, str] = {}

    def now(self) -> datetime:
        """The time in UTC, moved on as the store's clock is, with what the store leaves out."""
        return self._hub.store.now().replace(microsecond=datetime.now(UTC).microsecond)

    def report(self, event: RunEvent) -> None:
        """Record what happens."""
        self._recorder.take(event)

    def source_file(self, repository: str, ref: str, path: str) -> SourceFile | None:
        """A file of a hosted repository."""
        found = self._repository(repository)
        sha = self._hub.git(found).resolve(ref) if found else None
        if found is None or sha is None:
            return None
        content = self._hub.git(found).read(sha, path)
        if content is None:
            return None
        return SourceFile(content.decode("utf-8", "replace"), self._shown(found, ref, sha), sha)

    def export_tree(self, repository: str, ref: str, destination: Path) -> str | None:
        """All files of a hosted repository."""
        found = self._repository(repository)
        sha = self._hub.git(found).resolve(ref) if found else None
        if found is None or sha is None:
            return None
        self._hub.git(found).export(sha, destination)
        return sha

    def git_source(self, job: JobFacts, repository: str, token: str) -> GitSource | None:
        """Over HTTP, so that what a job pushes back is held to the rules like anybody's push."""
        del job
        found = self._repository(repository)
        by = self._hub.tokens.find(token, self._hub.store.now())
        if found is None or by is None or not by.sees(found) or not by.may(found, read("contents")):
            return None
        encoded = base64.b64encode(f"x-access-token:{token}".encode()).decode()
        return GitSource(self._hub.addresses.clone(found), f"basic {encoded}")

    def admit(self, job: JobFacts, cancellation: Cancellation) -> Admission:
        """Ask its environment."""
        repository, run, record = self._records(job)
        return Gate(self._hub, repository, run, record).admit(job.environment or "", cancellation)

    def variables(self, run: RunRequest) -> Mapping[str, str]:
        """Those of the repository."""
        repository = self._hub.by_id(run.repository.id)
        with self._hub.store:
            return {name: each.value for name, each in repository.variables.items()}

    def material(self, job: JobFacts) -> Material:
        """Secrets and variables; a fork's pull request gets no secret of any kind."""
        repository = self._hub.by_id(job.run.repository.id)
        with self._hub.store:
            environment = environment_named(self._hub, repository, job.environment) if job.environment else None
            variables = {name: each.value for name, each in repository.variables.items()}
            if environment is not None:
                variables |= {name: each.value for name, each in environment.variables.items()}
            if job.run.from_fork:
                return Material(variables=variables)
            own = {name: each.value for name, each in repository.secrets.items()}
            nearer = {name: each.value for name, each in environment.secrets.items()} if environment else {}
            return Material(own, nearer, variables)

    def open_job(self, job: JobFacts) -> JobGrant:
        """Its `GITHUB_TOKEN`, and where it asks for OIDC tokens if it may."""
        repository, run, record = self._records(job)
        principal = Principal(
            GITHUB_ACTIONS, Kind.JOB, granted(job.permissions), frozenset({repository.id}),
            run_id=run.id, job_id=record.id,
        )  # fmt: skip
        token = self._hub.tokens.add(principal, "ghs")
        return JobGrant(token, self._identity(repository, run, record, job), self._hub.job_environment)

    def close_job(self, job: JobFacts) -> None:
        """Its tokens give nothing more."""
        record = self._recorder.job_of(job)
        self._hub.tokens.end_job(record.id)
        with self._lock:
            registered = self._registered.pop(record.id, None)
        if registered is not None:
            self._hub.issuer.end_job(registered)

    def _identity(self, repository: Repository, run: Run, record: Job, facts: JobFacts) -> IdentityRequest | None:
        if not facts.may_have_identity_token:
            return None
        place = self._hub.issuer.register_job(workflow_job(self._hub, repository, run, record, facts))
        if isinstance(place, NoToken):
            return None
        with self._lock:
            self._registered[record.id] = place.job_id
        return IdentityRequest(place.url, place.token)

    def _records(self, job: JobFacts) -> tuple[Repository, Run, Job]:
        with self._hub.store as records:
            run = records.runs[job.run.run_id]
            return self._hub.by_id(run.repository), run, self._recorder.job_of(job)

    def _repository(self, name: str) -> Repository | None:
        match = _NAME.fullmatch(name)
        with self._hub.store:
            return self._hub.store.repository(match[1], match[2]) if match else None

    def _shown(self, repository: Repository, ref: str, sha: str) -> str:
        """What tokens show of a callee: the full ref, or the commit if that is what the caller wrote."""
        if names.is_sha(ref) or ref.startswith("refs/"):
            return ref
        git = self._hub.git(repository)
        return f"refs/heads/{ref}" if git.resolve(f"refs/heads/{ref}") == sha else f"refs/tags/{ref}"
