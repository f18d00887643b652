"""What the engine needs of GitHub: one protocol, asked from many threads at once.

Every answer is given at the moment it is needed: secrets of an environment are asked for after it let the job in, and
the job's token exists from `open_job` to `close_job`. A method that raises fails the job with the error's words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from alphaswarm_local.actions.seam.cancellation import Cancellation
from alphaswarm_local.actions.seam.concurrency import ConcurrencyGroups
from alphaswarm_local.actions.seam.events import RunEvent
from alphaswarm_local.actions.seam.requests import JobFacts, RunRequest


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of a repository at a commit; `ref` as `CalledFile.ref` has it."""

    text: str
    ref: str
    sha: str


@dataclass(frozen=True, slots=True)
class GitSource:
    """Where `actions/checkout` fetches from.

    Attributes:
        url: A directory, `file://` or `http://127.0.0.1…`: the remote `origin`.
        authorization: The value of the HTTP header that git shows there; None where none is needed.
    """

    url: str
    authorization: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class IdentityRequest:
    """Where a job's steps ask for OIDC tokens: GitHub's two variables."""

    url: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class JobGrant:
    """What a job that starts is given.

    Attributes:
        token: `GITHUB_TOKEN`, good for the job's permissions until `close_job`.
        identity: Only if `JobFacts.may_have_identity_token`.
        environment: Variables that every step gets besides GitHub's own, such as `AWS_ENDPOINT_URL`.
    """

    token: str = field(repr=False)
    identity: IdentityRequest | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Material:
    """What a job reads from GitHub's settings; for a fork's pull request the secrets are empty.

    Attributes:
        secrets: Of the organisation and the repository, the latter winning.
        environment_secrets: Of the job's environment; they win over all others.
        variables: Of all three levels, the nearest winning.
    """

    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    environment_secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Admission:
    """What the environment of a job says. Refused: the job fails, with the reason."""

    admitted: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Artifact:
    """A stored artifact. `digest` is `sha256:…` of the archive."""

    id: int
    name: str
    size: int
    digest: str


class ArtifactStore(Protocol):
    """The artifacts of runs, as zip archives: a name is taken once a run, and what is stored does not change."""

    def save(self, job: JobFacts, name: str, archive: Path, *, overwrite: bool, days: int | None) -> Artifact:
        """Take in the zip file `archive` (the store copies or moves it).

        Raises:
            ArtifactExistsError: the name is taken, and `overwrite` is false.
        """
        ...

    def of_run(self, job: JobFacts, repository: str, run_id: int) -> Sequence[Artifact]:
        """The artifacts of a run; its own or, where the job's token may read it, another."""
        ...

    def fetch(self, job: JobFacts, artifact: Artifact, destination: Path) -> None:
        """Write its archive to the file `destination`."""
        ...


class ControlPlane(Protocol):
    """GitHub, as the engine sees it."""

    @property
    def concurrency(self) -> ConcurrencyGroups:
        """The groups of all runs of all repositories."""
        ...

    @property
    def artifacts(self) -> ArtifactStore:
        """The artifacts."""
        ...

    def now(self) -> datetime:
        """The time, in UTC."""
        ...

    def report(self, event: RunEvent) -> None:
        """Something happened. Must not block for long: log lines come this way."""
        ...

    def source_file(self, repository: str, ref: str, path: str) -> SourceFile | None:
        """A file of a hosted repository at a branch, tag, full ref or commit; None: no such repository, ref or file."""
        ...

    def export_tree(self, repository: str, ref: str, destination: Path) -> str | None:
        """Write all files of a hosted repository at `ref` into `destination`; the commit, or None as above.

        Actions of `uses: OWNER/REPO[/PATH]@REF` come from here first.
        """
        ...

    def git_source(self, job: JobFacts, repository: str, token: str) -> GitSource | None:
        """Where `job` may fetch `repository` from with `token`; None: there is none, or the token may not read it."""
        ...

    def admit(self, job: JobFacts, cancellation: Cancellation) -> Admission:
        """Ask the environment of `job` to let it in; blocks until people and rules have decided.

        Called only for jobs with `environment:`, after their concurrency group let them in. Returns as soon as
        `cancellation` is requested; what it returns then does not count.
        """
        ...

    def variables(self, run: RunRequest) -> Mapping[str, str]:
        """The variables of the organisation and the repository, which a run reads before its jobs are known."""
        ...

    def material(self, job: JobFacts) -> Material:
        """Secrets and variables of a job that its environment, if it has one, has let in."""
        ...

    def open_job(self, job: JobFacts) -> JobGrant:
        """`job` starts now: register it for tokens."""
        ...

    def close_job(self, job: JobFacts) -> None:
        """`job` is over: its tokens give nothing more. Called once for each `open_job`."""
        ...
