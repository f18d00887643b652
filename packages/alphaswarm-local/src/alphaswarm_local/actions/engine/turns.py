"""Waiting for one's turn in a concurrency group: runs, jobs, and calls of reusable workflows do it alike."""

from collections.abc import Callable

from alphaswarm_local.actions.engine.truth import holds
from alphaswarm_local.actions.expressions import Scope
from alphaswarm_local.actions.seam.cancellation import Cancellation
from alphaswarm_local.actions.seam.concurrency import Ticket
from alphaswarm_local.actions.seam.control_plane import ControlPlane
from alphaswarm_local.actions.workflow.model import Concurrency


def wait_for_turn(
    plane: ControlPlane,
    repository: str,
    wanted: Concurrency | None,
    scope: Scope,
    cancellation: Cancellation,
    *,
    pending: Callable[[], None],
) -> Ticket | None:
    """Enter the group and wait; None where there is none to enter.

    Args:
        plane: Whose groups.
        repository: Whose groups there.
        wanted: `concurrency`.
        scope: For its expressions.
        cancellation: Of what waits.
        pending: Called if the group is taken.

    Returns:
        The place, which has to be left; not held if it was cancelled before its turn came.
    """
    if wanted is None:
        return None
    ticket = plane.concurrency.enter(
        repository,
        wanted.group.text(scope),
        cancellation,
        cancel_in_progress=holds(wanted.cancel_in_progress, scope),
        keep_waiting=wanted.queue_all,
    )
    if not ticket.held:
        pending()
    ticket.wait()
    return ticket
