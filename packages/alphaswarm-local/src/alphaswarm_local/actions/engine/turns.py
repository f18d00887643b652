"""Waiting for one's turn in a concurrency group: runs, jobs, and calls of reusable workflows do it alike."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from alphaswarm_local.actions.engine.truth import holds
from alphaswarm_local.actions.errors import DeadlockError
from alphaswarm_local.actions.expressions import Scope
from alphaswarm_local.actions.seam.cancellation import Cancellation
from alphaswarm_local.actions.seam.concurrency import Ticket
from alphaswarm_local.actions.seam.control_plane import ControlPlane
from alphaswarm_local.actions.workflow.model import Concurrency

Groups = frozenset[str]
"""Names of groups, in lower case."""

NO_GROUPS: Groups = frozenset()


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits.

    Attributes:
        repository: Whose groups.
        scope: For the expressions of `concurrency`.
        cancellation: Of what waits.
        above: The groups that are held already by what this is a part of.
        pending: Called if the group is taken.
    """

    repository: str
    scope: Scope
    cancellation: Cancellation
    above: Groups = NO_GROUPS
    pending: Callable[[], None] = lambda: None


@contextmanager
def turn(plane: ControlPlane, wanted: Concurrency | None, waiting: Waiting) -> Iterator[Groups | None]:
    """Enter the group, wait, and leave it at the end.

    Yields:
        The groups that are held now, those above too; None: it was cancelled before its turn came.

    Raises:
        DeadlockError: what it is a part of holds the group: its turn would never come.
    """
    if wanted is None:
        yield waiting.above
        return
    ticket = _entered(plane, wanted, waiting)
    try:
        if not ticket.held:
            waiting.pending()
        yield waiting.above | {ticket.group.lower()} if ticket.wait() else None
    finally:
        ticket.leave()


def _entered(plane: ControlPlane, wanted: Concurrency, waiting: Waiting) -> Ticket:
    group = wanted.group.text(waiting.scope)
    if group.lower() in waiting.above:
        raise DeadlockError(
            f"The concurrency group {group[:60]!r} is held already by what this is a part of",
            why="it would wait for its own end",
            fix="Give the two different groups",
        )
    return plane.concurrency.enter(
        waiting.repository,
        group,
        waiting.cancellation,
        cancel_in_progress=holds(wanted.cancel_in_progress, waiting.scope),
        keep_waiting=wanted.queue_all,
    )
