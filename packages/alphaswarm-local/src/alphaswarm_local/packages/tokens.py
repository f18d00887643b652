"""Authorization tokens: who may come to a domain's repositories, until when. They are ours and gone with the process.

Lifetime as AWS has it: 12 hours if nothing else is asked for, 15 minutes to 12 hours, or 0 for as long as the caller's
session lasts. A token lives on when its session has ended; what it may do is still decided by the session's policies.
"""

import hashlib
import heapq
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from alphaswarm_local.aws.faults import AwsFault
from alphaswarm_local.aws.sessions import Identity
from alphaswarm_local.packages.calls import Call, Document, Operation
from alphaswarm_local.packages.faults import invalid
from alphaswarm_local.packages.names import DomainKey
from alphaswarm_local.packages.store import PackageStore, domain_of

DEFAULT_SECONDS = 43_200
_SHORTEST = 900
_MOST_TOKENS = 20_000


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token stands for. `expires_at` is in seconds since the epoch."""

    identity: Identity
    key: DomainKey
    expires_at: float


class TokenStore:
    """The tokens that were given out; only their digests are kept.

    Args:
        now: Seconds since the epoch.
        capacity: How many live ones there may be; a full store refuses.
    """

    def __init__(self, now: Callable[[], float], capacity: int = _MOST_TOKENS) -> None:
        self._now, self._capacity = now, capacity
        self._lock = threading.Lock()
        self._grants: dict[bytes, Grant] = {}
        self._by_end: list[tuple[float, bytes]] = []

    def issue(self, grant: Grant) -> str:
        """A new token for `grant`.

        Raises:
            AwsFault: ThrottlingException, when too many are alive.
        """
        token = secrets.token_urlsafe(256)
        with self._lock:
            while self._by_end and self._by_end[0][0] <= self._now():
                self._grants.pop(heapq.heappop(self._by_end)[1], None)
            if len(self._grants) >= self._capacity:
                raise AwsFault("ThrottlingException", 429, "Too many authorization tokens of the local cloud are alive")
            self._grants[_digest(token)] = grant
            heapq.heappush(self._by_end, (grant.expires_at, _digest(token)))
        return token

    def find(self, token: str) -> Grant | None:
        """What `token` stands for; None if it never was one, or has expired."""
        grant = self._grants.get(_digest(token))
        return grant if grant is not None and self._now() < grant.expires_at else None


class TokenOperations:
    """GetAuthorizationToken.

    Args:
        store: All domains.
        tokens: Where tokens are kept.
    """

    def __init__(self, store: PackageStore, tokens: TokenStore) -> None:
        self._store, self._tokens = store, tokens

    @property
    def table(self) -> Mapping[str, Operation]:
        """Operation's name → what answers it."""
        return {"GetAuthorizationToken": self.give}

    def give(self, call: Call) -> Document:
        """`GetAuthorizationToken`."""
        with self._store.reading() as domains:
            domain_of(domains, call.key)
        ends = _end(call)
        token = self._tokens.issue(Grant(call.identity, call.key, ends))
        return {"authorizationToken": token, "expiration": ends}


def _end(call: Call) -> float:
    seconds = call.given.get("durationSeconds", DEFAULT_SECONDS)
    if seconds == 0:
        if call.identity.session is None:
            raise invalid("durationSeconds: 0 means the rest of the caller's session, and the caller has none")
        return call.identity.session.expires_at
    if seconds < _SHORTEST:
        raise invalid(f"durationSeconds: must be 0 or between {_SHORTEST} and {DEFAULT_SECONDS}")
    return float(call.now + seconds)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
