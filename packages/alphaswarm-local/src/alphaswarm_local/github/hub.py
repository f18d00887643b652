"""The embedded GitHub as one object: state, commits, tokens, addresses. What acts on it takes it as an argument."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alphaswarm_core.identity.github.repositories import Repository as Identity
from alphaswarm_core.identity.github.repositories import Visibility
from alphaswarm_core.identity.github.subjects import SubjectFormat
from alphaswarm_core.identity.github.templates import DEFAULT_TEMPLATE, SubjectTemplate
from alphaswarm_local.github.authority.principals import Tokens
from alphaswarm_local.github.git import BareRepository
from alphaswarm_local.github.oidc import GithubOidc
from alphaswarm_local.github.state.repositories import Repository
from alphaswarm_local.github.state.runs import Run
from alphaswarm_local.github.state.store import Store

if TYPE_CHECKING:
    from alphaswarm_local.github.runs.launching import Launcher
    from alphaswarm_local.github.webhooks import Deliveries


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where things are. `root`: `http://127.0.0.1:PORT/_alphaswarm/github`."""

    root: str

    @property
    def api(self) -> str:
        """The REST API."""
        return f"{self.root}/api/v3"

    def repository(self, repository: Repository) -> str:
        """A repository in the REST API."""
        return f"{self.api}/repos/{repository.full_name}"

    def page(self, repository: Repository) -> str:
        """Its page for people; there is none behind it."""
        return f"{self.root}/{repository.full_name}"

    def clone(self, repository: Repository) -> str:
        """What git clones from and pushes to."""
        return f"{self.root}/git/{repository.full_name}.git"

    def run(self, repository: Repository, run: Run) -> str:
        """A run's page for people."""
        return f"{self.page(repository)}/actions/runs/{run.id}"


@dataclass(slots=True)
class Hub:
    """Everything of one GitHub.

    Attributes:
        directory: Where commits, artifacts and the work of jobs lie; emptied at each start.
        issuer: Mints the tokens of jobs.
        job_environment: What every step of a job is told besides GitHub's own variables.
        store_key: Signs the addresses of logs and artifacts.
        notify: Delivers a webhook in the background: URL, secret, event, document.
        deliveries: What was delivered.
    """

    addresses: Addresses
    directory: Path
    issuer: GithubOidc
    store: Store = field(default_factory=Store)
    tokens: Tokens = field(default_factory=Tokens)
    job_environment: dict[str, str] = field(default_factory=dict)
    store_key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    notify: Callable[[str, str, str, dict[str, Any]], None] = lambda *_: None
    deliveries: "Deliveries | None" = None
    _launcher: "Launcher | None" = None

    @property
    def launcher(self) -> "Launcher":
        """What executes runs."""
        if self._launcher is None:
            raise RuntimeError("the hub has no launcher yet")
        return self._launcher

    @launcher.setter
    def launcher(self, launcher: "Launcher") -> None:
        self._launcher = launcher

    def git(self, repository: Repository) -> BareRepository:
        """Its commits; copied from where they come from when they are first needed."""
        found = BareRepository(self.directory / "git" / f"{repository.id}.git")
        if not found.path.exists():
            with self.store.changed:
                if not found.path.exists():
                    self._copy(repository, found)
        return found

    @staticmethod
    def _copy(repository: Repository, made: BareRepository) -> None:
        source = Path(repository.source) if repository.source else None
        branch = BareRepository.head_branch(source) if source and BareRepository.is_repository(source) else ""
        made.create(source, repository.default_branch)
        if branch and made.resolve(f"refs/heads/{repository.default_branch}") is None:
            repository.default_branch = branch  # a checkout without that branch: the one that it is on

    def identity(self, repository: Repository) -> Identity:
        """The repository as tokens describe it."""
        custom = repository.oidc
        keys = custom.include_claim_keys
        return Identity(
            name=repository.full_name,
            id=repository.id,
            owner_id=repository.owner.id,
            subject_format=SubjectFormat.IMMUTABLE if custom.use_immutable_subject else SubjectFormat.LEGACY,
            visibility=Visibility.PRIVATE if repository.private else Visibility.PUBLIC,
            default_branch=repository.default_branch,
            template=DEFAULT_TEMPLATE if custom.use_default or not keys else SubjectTemplate(keys),
        )

    def by_id(self, number: int) -> Repository:
        """A repository that is known to be there."""
        return self.store.records.repositories[number]
