"""Runs whose process died: found at the next command, called what they are, with a safe way on.

A state lock that such a run left behind is shown and can be removed, but only when the run that took it is surely dead.
"""

from collections.abc import Mapping
from datetime import datetime

from alphaswarm_core.errors import RefusedError
from alphaswarm_core.ledger.errors import StackBusyError
from alphaswarm_core.ledger.records import Run, RunKind, RunStatus
from alphaswarm_core.terraform.context import RuntimeContext
from alphaswarm_core.terraform.dead_runs import mark_dead_runs
from alphaswarm_core.terraform.engines.base import Engine
from alphaswarm_core.terraform.engines.selection import select_engine
from alphaswarm_core.terraform.failures import failure_of
from alphaswarm_core.terraform.initialisation import ensure_initialised
from alphaswarm_core.terraform.recording import recorded
from alphaswarm_core.terraform.rows import new_run
from alphaswarm_core.terraform.spec import StackSpec

_UNLOCK_SECONDS = 120.0


class LockHolderLivesError(RefusedError):
    """The lock belongs to somebody who may still be writing the state."""

    code = "AS-RUN-002"
    summary = "The holder of the state lock is still alive, or is somebody else"


def recover(context: RuntimeContext) -> list[Run]:
    """Mark runs whose process died as `interrupted`; see `mark_dead_runs`."""
    return mark_dead_runs(context.ledger, context.settings.home_path)


def find_lock(context: RuntimeContext, run: Run) -> Mapping[str, str] | None:
    """The state lock of the stack of `run`, as its backend has it now; None when the state is not locked."""
    spec, engine = _spec_and_engine(context, run)
    data = context.stack_data(spec, engine)
    context.artifacts(run.id).create()
    log = context.artifacts(run.id).log
    # Where the backend is, only `init` knows; without it a locked state would look like one that is not locked.
    ensure_initialised(spec, data, engine, context.environment_of(data), context.supervisor(run.id), log=log)
    backend = data.backend()
    return context.read_state_lock(backend, spec.directory) if backend else None


def unlock(context: RuntimeContext, run_id: str) -> tuple[Run, Mapping[str, str]] | None:
    """Remove the state lock that the dead run `run_id` left behind.

    Returns:
        The unlock run and the lock that was removed; None when the state is not locked.

    Raises:
        LockHolderLivesError: the run, its engine, or another run on the stack lives, or the lock is not this run's.
    """
    recover(context)
    dead = context.ledger.run(run_id)
    _refuse_living(context, dead)
    lock = find_lock(context, dead)
    if lock is None:
        return None
    _refuse_foreign(dead, lock)
    spec, engine = _spec_and_engine(context, dead)
    note = f"removes the lock {lock['id']} of {lock.get('who', '?')}, taken at {lock.get('created', '?')}"
    version = dead.spec_version_id
    new = new_run(context, RunKind.unlock, spec, engine.identity, version=version, parent=dead.id, note=note)
    run = context.ledger.open_run(new, exclusive=True)
    with recorded(context.ledger, run):
        context.ledger.transition(run.id, RunStatus.running)
        _force_unlock(context, spec, engine, run, lock["id"])
        return context.ledger.transition(run.id, RunStatus.completed), lock


def _refuse_living(context: RuntimeContext, run: Run) -> None:
    for lease in context.ledger.leases():
        if lease.stack == run.stack:
            holder = context.ledger.run(lease.run_id)
            raise LockHolderLivesError(
                f"{run.stack} is being worked on by the {holder.run_kind} run {holder.id}",
                why=StackBusyError(holder, lease.host, lease.pid, lease.acquired_at).why,
                fix=f"Wait until it is done: alphaswarm runs watch {holder.id}",
            )
    if context.artifacts(run.id).engine_lives():
        raise LockHolderLivesError(
            f"The Terraform process of {run.id} is still finishing",
            why="its command died, but the engine saves the state and releases the lock by itself",
            fix="Wait a minute and try again",
        )


def _refuse_foreign(run: Run, lock: Mapping[str, str]) -> None:
    """A lock that was taken before the run started or after it ended is somebody else's."""
    taken = _moment(lock.get("created", ""))
    started, finished = _moment(run.started_at or ""), _moment(run.finished_at or "")
    if taken and started and finished and started <= taken <= finished:
        return
    raise LockHolderLivesError(
        f"The lock {lock.get('id')} was not taken by {run.id}",
        why=f"{lock.get('who', 'somebody')} took it at {lock.get('created', '?')} for {lock.get('operation', '?')}",
        fix="Name the run that took it (alphaswarm runs list), or ask the person who did",
    )


def _moment(text: str) -> datetime | None:
    """Terraform writes `2025-01-31 08:15:00.123456789 +0000 UTC` or RFC 3339; the ledger RFC 3339."""
    words = text.replace(" UTC", "").replace(" +0000", "+00:00").replace("Z", "+00:00").replace(" ", "T", 1)
    head, dot, tail = words.partition(".")
    digits = tail[: len(tail) - len(tail.lstrip("0123456789"))]
    try:
        return datetime.fromisoformat(f"{head}.{digits[:6]:0<6}{tail[len(digits) :]}" if dot else words)
    except ValueError:
        return None


def _spec_and_engine(context: RuntimeContext, run: Run) -> tuple[StackSpec, Engine]:
    return context.spec(run.environment), select_engine(context.settings.terraform, context.ambient)


def _force_unlock(context: RuntimeContext, spec: StackSpec, engine: Engine, run: Run, lock_id: str) -> None:
    artifacts = context.artifacts(run.id)
    artifacts.create()
    data = context.stack_data(spec, engine)
    environment = context.environment_of(data)
    supervisor = context.supervisor(run.id)
    ensure_initialised(spec, data, engine, environment, supervisor, log=artifacts.log)
    with engine.open(spec.directory, environment) as session:
        arguments = ["force-unlock", "-force", lock_id]
        outcome = supervisor.run(session, arguments, log=artifacts.log, timeout_seconds=_UNLOCK_SECONDS)
    if outcome.exit_code != 0:
        raise failure_of(outcome, step="unlock", log=artifacts.log)
