"""Concurrency groups: in each, one holder, and one that waits; a newcomer takes the place of the one that waits.

Source: docs.github.com, "Control the concurrency of workflows and jobs". `queue: max` keeps up to 100 waiting instead.
Names compare without regard to case. Runs and jobs share the groups of their repository.
"""

import threading
from collections import deque
from dataclasses import dataclass, field

from alphaswarm_local.actions.seam.cancellation import Cancellation

LONGEST_QUEUE = 100


@dataclass(eq=False)
class Ticket:
    """A place in a group: waiting, then holding, then gone."""

    group: str
    cancellation: Cancellation
    _groups: "ConcurrencyGroups"
    _key: tuple[str, str]
    _changed: threading.Event = field(default_factory=threading.Event)
    _held: bool = False

    @property
    def held(self) -> bool:
        """Whether it is this one's turn."""
        return self._held

    def wait(self) -> bool:
        """Wait for the turn; False when cancelled while waiting (the place is then given up)."""
        listener = self.cancellation.listen(self._changed.set)
        self._changed.wait()
        self.cancellation.forget(listener)
        if self.cancellation.requested:
            self.leave()
            return False
        return True

    def leave(self) -> None:
        """Let the next one in. More than once does no harm."""
        self._groups._leave(self._key, self)  # noqa: SLF001 - the two are one thing

    def take(self) -> None:
        """It is this one's turn; called by the groups."""
        self._held = True
        self._changed.set()


@dataclass
class _Group:
    holder: Ticket | None = None
    waiting: deque[Ticket] = field(default_factory=deque)


class ConcurrencyGroups:
    """All groups of all repositories."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._groups: dict[tuple[str, str], _Group] = {}

    def enter(
        self,
        repository: str,
        group: str,
        cancellation: Cancellation,
        *,
        cancel_in_progress: bool = False,
        keep_waiting: bool = False,
    ) -> Ticket:
        """Ask for a place.

        Args:
            repository: Whose group.
            group: Its name.
            cancellation: Of the run or job that asks: also how it is told that it lost its place.
            cancel_in_progress: Cancel the holder, and wait for it to end.
            keep_waiting: `queue: max`: those that wait already stay.
        """
        key = (repository.lower(), group.lower())
        ticket = Ticket(group, cancellation, self, key)
        with self._lock:
            lost = self._place(key, ticket, cancel_in_progress=cancel_in_progress, keep_waiting=keep_waiting)
        for each in lost:
            each.cancellation.request(f"Canceling since a higher priority waiting request for '{group}' exists")
        return ticket

    def _place(
        self, key: tuple[str, str], ticket: Ticket, *, cancel_in_progress: bool, keep_waiting: bool
    ) -> list[Ticket]:
        """Who loses a place to the newcomer."""
        found = self._groups.setdefault(key, _Group())
        if found.holder is None:
            found.holder = ticket
            ticket.take()
            return []
        kept = LONGEST_QUEUE - 1 if keep_waiting else 0
        lost = [found.waiting.popleft() for _ in range(len(found.waiting) - kept)]
        found.waiting.append(ticket)
        return [*lost, found.holder] if cancel_in_progress else lost

    def _leave(self, key: tuple[str, str], ticket: Ticket) -> None:
        with self._lock:
            found = self._groups.get(key)
            if found is None:
                return
            if ticket in found.waiting:
                found.waiting.remove(ticket)
            if found.holder is not ticket:
                return
            found.holder = found.waiting.popleft() if found.waiting else None
            if found.holder is not None:
                found.holder.take()
            else:
                del self._groups[key]
