"""Answers GitHub behind the endpoint: each request as soon as it came, and the open ones again from time to time.

What waits is in the ledger, so nothing is lost when the process ends: the next one finds it.
"""

import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from alphaswarm_core.errors import AlphaSwarmError
from alphaswarm_core.gates.protection_rule import ProtectionRule
from alphaswarm_core.ledger.records import Delivery

_LOG = logging.getLogger("alphaswarm_core.protection")
_MOST_QUEUED = 1000
_FIRST_DELAY, _LONGEST_DELAY = 15.0, 600.0


@dataclass(frozen=True, slots=True)
class _Later:
    at: float
    delay: float


class AnsweringWorker:
    """A thread that settles requests one after the other.

    Args:
        rule: Decides and answers.
        poll_seconds: How often it looks for open requests: approvals may come from elsewhere.
        clock: Monotonic seconds.
    """

    def __init__(
        self, rule: ProtectionRule, *, poll_seconds: float = 15.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rule, self._poll, self._clock = rule, poll_seconds, clock
        self._queue: queue.Queue[Delivery | None] = queue.Queue(_MOST_QUEUED)
        self._later: dict[str, _Later] = {}
        self._thread = threading.Thread(target=self._work, name="protection-rule", daemon=True)
        self._stopped = threading.Event()

    def start(self) -> None:
        """Begin; open requests of an earlier process come first."""
        self._thread.start()

    def stop(self, seconds: float = 30.0) -> None:
        """End after the request that is being answered."""
        self._stopped.set()
        with contextlib.suppress(queue.Full):  # then it does not wait for one either
            self._queue.put_nowait(None)
        self._thread.join(seconds)

    def submit(self, delivery: Delivery) -> None:
        """Answer this one next. Where too many wait, it is found among the open ones later."""
        try:
            self._queue.put_nowait(delivery)
        except queue.Full:
            _LOG.warning("%d requests wait; %s is answered later", _MOST_QUEUED, delivery.delivery_id)

    def look_again(self) -> None:
        """Settle the open requests that are due."""
        due = [each for each in self._rule.open_requests() if self._is_due(each)]
        for delivery in due:
            if self._stopped.is_set():
                return
            self._settle(delivery)

    def _work(self) -> None:
        looked = self._clock() - self._poll
        while not self._stopped.is_set():
            try:
                if self._clock() - looked >= self._poll:
                    looked = self._clock()
                    self.look_again()
                delivery = self._queue.get(timeout=max(0.05, self._poll - (self._clock() - looked)))
                if delivery is not None:
                    self._settle(delivery)
            except queue.Empty:
                continue
            except AlphaSwarmError as error:  # the ledger: nothing can be decided until it answers again
                _LOG.error("[%s] %s", error.code, error.what)
                self._stopped.wait(self._poll)
            except Exception:  # noqa: BLE001 - the thread outlives a defect; the request stays open
                _LOG.exception("a request could not be settled")

    def _is_due(self, delivery: Delivery) -> bool:
        later = self._later.get(delivery.body_digest)
        return later is None or self._clock() >= later.at

    def _settle(self, delivery: Delivery) -> None:
        """Settle one; where it stays open, look at it again after a while that grows."""
        try:
            outcome = self._rule.settle(delivery)
        except AlphaSwarmError as error:
            _LOG.warning("%s stays open: [%s] %s", delivery.delivery_id, error.code, error.what)
            outcome = None
        if outcome is None:
            before = self._later.get(delivery.body_digest)
            delay = min(before.delay * 2, _LONGEST_DELAY) if before else _FIRST_DELAY
            self._later[delivery.body_digest] = _Later(self._clock() + delay, delay)
            return
        self._later.pop(delivery.body_digest, None)
        _LOG.info("%s, run %d of %s: %s", delivery.environment, delivery.github_run, delivery.repository, outcome)
