"""A control plane without GitHub: everything in memory, environments open or closed as told. For tests and trials."""

import hashlib
import secrets as random_secrets
import shutil
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from alphaswarm_local.actions.errors import ArtifactExistsError
from alphaswarm_local.actions.seam.cancellation import Cancellation
from alphaswarm_local.actions.seam.concurrency import ConcurrencyGroups
from alphaswarm_local.actions.seam.control_plane import (
    Admission,
    Artifact,
    GitSource,
    IdentityRequest,
    JobGrant,
    Material,
    SourceFile,
)
from alphaswarm_local.actions.seam.events import LogLine, RunEvent
from alphaswarm_local.actions.seam.requests import JobFacts, RunRequest

Tree = Mapping[str, str]
"""Path → text."""


class MemoryArtifacts:
    """Artifacts as bytes in memory."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stored: dict[tuple[int, str], tuple[Artifact, bytes]] = {}

    def save(self, job: JobFacts, name: str, archive: Path, *, overwrite: bool, days: int | None) -> Artifact:  # noqa: ARG002
        """Take in an archive."""
        content = archive.read_bytes()
        key = (job.run.run_id, name)
        with self._lock:
            if key in self._stored and not overwrite:
                raise ArtifactExistsError(f"An artifact with the name {name} exists already in this run")
            digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
            artifact = Artifact(len(self._stored) + 1, name, len(content), digest)
            self._stored[key] = (artifact, content)
        return artifact

    def of_run(self, job: JobFacts, repository: str, run_id: int) -> Sequence[Artifact]:  # noqa: ARG002
        """The artifacts of a run."""
        with self._lock:
            return [artifact for (run, _), (artifact, _) in self._stored.items() if run == run_id]

    def fetch(self, job: JobFacts, artifact: Artifact, destination: Path) -> None:  # noqa: ARG002
        """Write the archive out."""
        with self._lock:
            content = next(content for each, content in self._stored.values() if each.id == artifact.id)
        destination.write_bytes(content)


class InMemoryControlPlane:
    """One repository's GitHub in memory.

    Args:
        repositories: `OWNER/REPO` → path → text; the same at every ref.
        environments: Name → what decides whether a job comes in. One that is not there lets everybody in.
        material: What jobs get, by environment; None: jobs without one.
        git: `OWNER/REPO` → where `actions/checkout` fetches from.
        environment: Variables for every step.
        identity: Where jobs with `id-token: write` ask for tokens.
    """

    def __init__(
        self,
        repositories: Mapping[str, Tree] | None = None,
        *,
        environments: Mapping[str, Callable[[JobFacts, Cancellation], Admission]] | None = None,
        material: Mapping[str | None, Material] | None = None,
        git: Mapping[str, GitSource] | None = None,
        environment: Mapping[str, str] | None = None,
        identity: IdentityRequest | None = None,
    ) -> None:
        self.concurrency = ConcurrencyGroups()
        self.artifacts = MemoryArtifacts()
        self.events: list[RunEvent] = []
        self.opened: list[JobFacts] = []
        self.closed: list[JobFacts] = []
        self._repositories = dict(repositories or {})
        self._environments = dict(environments or {})
        self._material = dict(material or {})
        self._git, self._environment, self._identity = dict(git or {}), dict(environment or {}), identity
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """The machine's time."""
        return datetime.now(UTC)

    def report(self, event: RunEvent) -> None:
        """Keep it in `events`."""
        with self._lock:
            self.events.append(event)

    def log(self, job: str | None = None) -> list[str]:
        """The lines that jobs wrote, of all or of the one with this key."""
        return [each.text for each in self.events if isinstance(each, LogLine) and job in (None, each.job.key)]

    def source_file(self, repository: str, ref: str, path: str) -> SourceFile | None:
        """A file."""
        text = self._repositories.get(repository, {}).get(path)
        return None if text is None else SourceFile(text, ref, _commit(ref))

    def export_tree(self, repository: str, ref: str, destination: Path) -> str | None:
        """Write the files of a repository."""
        tree = self._repositories.get(repository)
        if tree is None:
            return None
        shutil.rmtree(destination, ignore_errors=True)
        for path, text in tree.items():
            (destination / path).parent.mkdir(parents=True, exist_ok=True)
            (destination / path).write_text(text)
        return _commit(ref)

    def git_source(self, job: JobFacts, repository: str, token: str) -> GitSource | None:  # noqa: ARG002
        """Where it was told."""
        return self._git.get(repository)

    def admit(self, job: JobFacts, cancellation: Cancellation) -> Admission:
        """As the environment was told."""
        decide = self._environments.get(job.environment or "")
        return Admission(admitted=True) if decide is None else decide(job, cancellation)

    def variables(self, run: RunRequest) -> Mapping[str, str]:  # noqa: ARG002
        """Those of jobs without environment."""
        return self._material.get(None, Material()).variables

    def material(self, job: JobFacts) -> Material:
        """That of the job's environment; a fork gets no secrets."""
        found = self._material.get(job.environment, self._material.get(None, Material()))
        return Material(variables=found.variables) if job.run.from_fork else found

    def open_job(self, job: JobFacts) -> JobGrant:
        """A random token, and the identity that it was told."""
        with self._lock:
            self.opened.append(job)
        identity = self._identity if job.may_have_identity_token else None
        return JobGrant(f"ghs_{random_secrets.token_hex(18)}", identity, self._environment)

    def close_job(self, job: JobFacts) -> None:
        """Remember it."""
        with self._lock:
            self.closed.append(job)


def _commit(ref: str) -> str:
    return ref if len(ref) == 40 else hashlib.sha1(ref.encode(), usedforsecurity=False).hexdigest()  # noqa: PLR2004
