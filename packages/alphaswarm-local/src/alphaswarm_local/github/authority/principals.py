"""Who a request comes from, and what that one may."""

import hashlib
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from alphaswarm_local.github.authority.permissions import Level, Need, at_least, of_role
from alphaswarm_local.github.state.accounts import Account, App, Role
from alphaswarm_local.github.state.repositories import Repository

_APP_TOKEN_HOURS = 1


class Kind(Enum):
    """What kind of token was shown; the word stands in GitHub's refusals."""

    ANONYMOUS = "anonymous"
    PERSON = "personal access token"
    JOB = "integration"
    INSTALLATION = "integration "
    APP = "app"


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller.

    Attributes:
        scopes: Permission → level; None: all that the person's role gives.
        repositories: The only ones it reaches; None: all that the account reaches.
        job_id: Of a job's `GITHUB_TOKEN`.
    """

    account: Account | None
    kind: Kind
    scopes: Mapping[str, Level] | None = None
    repositories: frozenset[int] | None = None
    app: App | None = None
    run_id: int | None = None
    job_id: int | None = None

    @property
    def is_job(self) -> bool:
        """Whether its deeds are a workflow's: they start no other."""
        return self.kind is Kind.JOB

    @property
    def login(self) -> str:
        """For logs."""
        return self.account.login if self.account else "nobody"

    def role_in(self, repository: Repository) -> Role:
        """The account's role; the owner administers."""
        if self.account is None:
            return Role.NONE
        if self.account.id == repository.owner.id:
            return Role.ADMIN
        return repository.roles.get(self.account.id, Role.NONE)

    def sees(self, repository: Repository) -> bool:
        """Whether it may know that the repository is there."""
        if self.repositories is not None and repository.id not in self.repositories:
            return not repository.private
        return not repository.private or self._base(repository, "metadata") >= Level.READ

    def may(self, repository: Repository, need: Need) -> bool:
        """Whether it has one of the permissions that are needed."""
        if self.kind is Kind.ANONYMOUS and need.level is Level.WRITE:
            return False
        if need.role is not Role.NONE and self._is_person and not at_least(self.role_in(repository), need.role):
            return False
        return any(self.level(repository, name) >= need.level for name in need.permissions)

    def level(self, repository: Repository, permission: str) -> Level:
        """How far it may: what the token says, and never more than the account may."""
        reached = self.repositories is None or repository.id in self.repositories
        base = self._base(repository, permission)
        if not reached:
            return min(base, Level.READ) if not repository.private and permission in _PUBLIC else Level.NONE
        return base

    @property
    def _is_person(self) -> bool:
        return self.kind is Kind.PERSON

    def _base(self, repository: Repository, permission: str) -> Level:
        said = Level.WRITE if self.scopes is None else self.scopes.get(permission, Level.NONE)
        if self.kind in {Kind.JOB, Kind.INSTALLATION}:
            return said
        if self.kind is Kind.APP:
            return Level.NONE
        return min(said, of_role(self.role_in(repository), permission, public=not repository.private))


_PUBLIC = frozenset({"metadata", "contents", "issues", "pull_requests", "actions", "checks", "statuses"})
ANONYMOUS = Principal(None, Kind.ANONYMOUS)


class Tokens:
    """All tokens that are good now, kept as hashes: what this process prints or dumps is worth nothing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[bytes, tuple[Principal, datetime | None]] = {}

    def add(self, principal: Principal, prefix: str, expires_at: datetime | None = None) -> str:
        """A new token. `prefix` as GitHub's: `ghp`, `github_pat`, `ghs`."""
        token = f"{prefix}_{secrets.token_hex(18)}"
        with self._lock:
            self._known[_hash(token)] = principal, expires_at
        return token

    def add_installation(self, app: App, now: datetime, scopes: Mapping[str, Level]) -> tuple[str, datetime]:
        """A token of an app's installation, and when it ends."""
        ends = now + timedelta(hours=_APP_TOKEN_HOURS)
        return self.add(Principal(app.bot, Kind.INSTALLATION, scopes, app=app), "ghs", ends), ends

    def find(self, token: str, now: datetime) -> Principal | None:
        """Whose token it is."""
        with self._lock:
            found = self._known.get(_hash(token))
        if found is None or (found[1] is not None and found[1] <= now):
            return None
        return found[0]

    def end_job(self, job_id: int) -> None:
        """The tokens of a job are good for nothing more."""
        with self._lock:
            self._known = {key: each for key, each in self._known.items() if each[0].job_id != job_id}


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
