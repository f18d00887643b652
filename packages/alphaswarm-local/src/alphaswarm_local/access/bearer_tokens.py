"""Tokens that AWS gives out beside sessions (of CodeArtifact, of ECR): ours, bounded, gone with the process."""

import hashlib
import heapq
import secrets
import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from alphaswarm_local.aws.faults import AwsFault

MOST_TOKENS = 20_000


class Ending(Protocol):
    """What a token stands for ends: `expires_at` is in seconds since the epoch."""

    @property
    def expires_at(self) -> float:
        """When it ends."""


GrantT = TypeVar("GrantT", bound=Ending)


class BearerTokens(Generic[GrantT]):
    """The tokens that were given out; only their digests are kept.

    Args:
        now: Seconds since the epoch.
        capacity: How many live ones there may be; a full store refuses.
    """

    def __init__(self, now: Callable[[], float], capacity: int = MOST_TOKENS) -> None:
        self._now, self._capacity = now, capacity
        self._lock = threading.Lock()
        self._grants: dict[bytes, GrantT] = {}
        self._by_end: list[tuple[float, bytes]] = []

    def issue(self, grant: GrantT) -> str:
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

    def find(self, token: str) -> GrantT | None:
        """What `token` stands for; None if it never was one, or has expired."""
        grant = self._grants.get(_digest(token))
        return grant if grant is not None and self._now() < grant.expires_at else None


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
