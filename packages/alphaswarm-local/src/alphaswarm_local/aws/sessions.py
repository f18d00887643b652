"""Temporary credentials: what a session is, and the memory of those that were issued.

They are ours and not moto's: nobody has one whom the exchange did not give it, and all are gone with the process.
"""

import heapq
import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from alphaswarm_local.aws.faults import AwsFault

KEY_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
MOST_SESSIONS = 20_000
REMEMBERED_SECONDS = 3600
"""How long an expired session is still known, so that its owner is told that it expired and not that it never was."""


@dataclass(frozen=True, slots=True)
class Session:
    """What a session of a role is, besides its identity.

    Attributes:
        role_arn: The role with its path.
        role_id: `AROA…`; another role of the same name has another one.
        name: The role session name, which the caller chose.
        issued_at: Seconds since the epoch, as `expires_at`.
        policies: Session policies as JSON texts; None means that there are none.
        facts: Condition keys that the session carries from its token.
    """

    role_arn: str
    role_id: str
    name: str
    issued_at: float
    expires_at: float
    policies: tuple[str, ...] | None = None
    facts: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Identity:
    """A caller whose signature was verified. `arn` and `user_id` are what `GetCallerIdentity` answers."""

    account_id: str
    arn: str
    user_id: str
    access_key_id: str
    session: Session | None = None


@dataclass(frozen=True, slots=True)
class Credential:
    """A key that the local cloud knows, and whom it stands for. `session_token` is None for a bootstrap key."""

    secret_access_key: str
    identity: Identity
    session_token: str | None = None

    def __repr__(self) -> str:
        return f"Credential({self.identity.access_key_id})"


def new_key_id(prefix: str) -> str:
    """An access key id in AWS's form: `AKIA…` for a bootstrap key, `ASIA…` for a session."""
    return prefix + "".join(secrets.choice(KEY_LETTERS) for _ in range(16))


class SessionStore:
    """The sessions of this process, safe for threads, and bounded.

    A full store refuses: to forget a session that lives would end somebody's Terraform run half way.

    Args:
        now: Seconds since the epoch.
        capacity: How many sessions, expired ones that are still remembered included.
    """

    def __init__(self, now: Callable[[], float] = time.time, capacity: int = MOST_SESSIONS) -> None:
        self._now, self._capacity = now, capacity
        self._lock = threading.Lock()
        self._by_key: dict[str, Credential] = {}
        self._by_end: list[tuple[float, str]] = []

    def __len__(self) -> int:
        return len(self._by_key)

    def issue(self, account_id: str, arn: str, user_id: str, session: Session) -> Credential:
        """Make credentials for `session`.

        Raises:
            AwsFault: Throttling, when the store is full.
        """
        identity = Identity(account_id, arn, user_id, new_key_id("ASIA"), session)
        credential = Credential(secrets.token_urlsafe(30), identity, secrets.token_urlsafe(240))
        with self._lock:
            self._forget(self._now() - REMEMBERED_SECONDS)
            if len(self._by_key) >= self._capacity:
                self._forget(self._now())
            if len(self._by_key) >= self._capacity:
                raise AwsFault("Throttling", 400, "Rate exceeded: too many sessions of the local cloud are alive")
            self._by_key[identity.access_key_id] = credential
            heapq.heappush(self._by_end, (session.expires_at, identity.access_key_id))
        return credential

    def find(self, access_key_id: str) -> Credential | None:
        """The credential of that key, expired or not."""
        return self._by_key.get(access_key_id)

    def _forget(self, ended_before: float) -> None:
        while self._by_end and self._by_end[0][0] <= ended_before:
            self._by_key.pop(heapq.heappop(self._by_end)[1], None)
