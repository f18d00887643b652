"""The memory of used tokens."""

import hashlib
import heapq
import threading
from typing import Protocol

from alphaswarm_core.identity.tokens.errors import ReplayMemoryFullError


class ReplayStore(Protocol):
    """Remembers tokens for as long as they could be accepted."""

    def remember(self, issuer: str, jti: str, *, until: float, now: float) -> bool:
        """Remember a token until `until`; False if it may have been seen before. One step, for all callers.

        Raises:
            ReplayMemoryFullError: there is no room; the token must not be accepted.
        """


class MemoryReplayStore:
    """Within one process.

    A full memory refuses: to forget a token that still lives would accept it twice, and that is what an attacker who
    floods the memory wants. Only verified tokens get here, so only the issuer can fill it.

    Args:
        capacity: Tokens, each about 200 bytes.
    """

    def __init__(self, capacity: int = 100_000) -> None:
        self._capacity = capacity
        self._lock = threading.Lock()
        self._seen: set[bytes] = set()
        self._by_end: list[tuple[float, bytes]] = []
        self._latest = float("-inf")

    def __len__(self) -> int:
        return len(self._seen)

    def remember(self, issuer: str, jti: str, *, until: float, now: float) -> bool:
        """As `ReplayStore.remember`.

        A slow caller can come with a `now` from before the token was forgotten; what ends before the latest `now` of
        any caller may have been forgotten, and is not taken for new.
        """
        key = hashlib.sha256(b"\0".join((issuer.encode(), jti.encode()))).digest()
        with self._lock:
            self._latest = max(self._latest, now)
            self._forget()
            if key in self._seen or until <= self._latest:
                return False
            if len(self._seen) >= self._capacity:
                raise ReplayMemoryFullError(
                    f"All {self._capacity} places of the memory of used tokens are taken",
                    why="a token that cannot be remembered could be used twice",
                    fix="Wait until tokens expire, or give the memory more places",
                )
            self._seen.add(key)
            heapq.heappush(self._by_end, (until, key))
            return True

    def _forget(self) -> None:
        while self._by_end and self._by_end[0][0] <= self._latest:
            self._seen.discard(heapq.heappop(self._by_end)[1])
