"""Faults on demand: GitHub is down, limits the rate, or is slow. For rehearsing what that does to its clients."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from alphaswarm_local.github.rest.answers import Answer, Refusal

KINDS = ("down", "rate_limited", "secondary_rate_limited", "slow")
LONGEST_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault.

    Attributes:
        kind: One of `KINDS`.
        path: Only requests whose path, below the API's address, starts with this.
        times: How many requests it is for; None: all until it is cleared.
        seconds: Of `slow`, how long; of the limits, when they end.
    """

    kind: str
    path: str = "/"
    times: int | None = None
    seconds: float = 1.0


class Faults:
    """The fault that is on, if any."""

    def __init__(self, sleep: Callable[[float], None] = time.sleep) -> None:
        self._lock, self._sleep = threading.Lock(), sleep
        self._fault: Fault | None = None
        self._left = 0

    def inject(self, fault: Fault | None) -> None:
        """Switch it on; None: off."""
        with self._lock:
            self._fault, self._left = fault, fault.times or 0 if fault else 0

    def strike(self, path: str, now: float) -> Answer | None:
        """The answer that a request gets instead of its own."""
        fault = self._next(path)
        if fault is None:
            return None
        if fault.kind == "slow":
            self._sleep(min(fault.seconds, LONGEST_SECONDS))
            return None
        if fault.kind == "down":
            return Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "No server is currently available").answer()
        if fault.kind == "secondary_rate_limited":
            message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
            return Refusal(HTTPStatus.FORBIDDEN, message, headers={"Retry-After": f"{fault.seconds:.0f}"}).answer()
        limited = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": f"{now + fault.seconds:.0f}"}
        return Refusal(HTTPStatus.FORBIDDEN, "API rate limit exceeded", headers=limited).answer()

    def _next(self, path: str) -> Fault | None:
        with self._lock:
            fault = self._fault
            if fault is None or not path.startswith(fault.path):
                return None
            if fault.times is not None:
                self._left -= 1
                if self._left <= 0:
                    self._fault = None
            return fault
