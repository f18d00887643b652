"""Leases: who drives a run now. No evidence, so they are not chained: a beat every few seconds proves nothing later."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import orjson

from alphaswarm_core.canonical import Json
from alphaswarm_core.ledger.chain import canonical_text
from alphaswarm_core.ledger.errors import LedgerError, LedgerLockedError, StackBusyError
from alphaswarm_core.ledger.liveness import IsAlive, is_dead, this_process
from alphaswarm_core.ledger.records import Lease, Run, stack_name
from alphaswarm_core.ledger.store import run_rows, statements
from alphaswarm_core.ledger.store.appending import Transaction
from alphaswarm_core.ledger.store.database import Database
from alphaswarm_core.ledger.times import parse_time


def take(transaction: Transaction, run: Run, *, exclusive: bool) -> None:
    """Give the run to this process.

    Raises:
        UniqueViolationError: another run took the stack at the same moment.
    """
    process = this_process()
    lease: dict[str, str | int | None] = {
        "run_id": run.id,
        "stack": run.stack,
        "exclusive": int(exclusive),
        "host": process.host,
        "pid": process.pid,
        "process_started": process.started,
        "beat_at": transaction.now,
        "acquired_at": transaction.now,
        "terraform_lock": None,
    }
    transaction.database.execute(statements.INSERT_LEASE, lease)


def require_free(database: Database, tree: str, environment: str) -> None:
    """Check that no run holds the stack exclusively.

    Raises:
        StackBusyError: one does.
    """
    found = database.rows(statements.EXCLUSIVE_LEASE, {"stack": stack_name(tree, environment)})
    if found:
        lease = _lease(found[0])
        raise StackBusyError(run_rows.find(database, lease.run_id), lease.host, lease.pid, lease.acquired_at)


def taken_meanwhile(database: Database, tree: str, environment: str) -> LedgerError:
    """The error for losing the race for a stack (on PostgreSQL, where two writers get that far)."""
    return LedgerLockedError(
        f"Another run took {stack_name(tree, environment)} at the same moment",
        why=f"both asked the ledger at {database.place} at once",
        fix="Try again: the message will then name the run that holds it",
    )


def release(database: Database, run_id: str) -> None:
    """Let the stack go; harmless when nobody holds it."""
    database.execute(statements.DELETE_LEASE, {"run_id": run_id})


def beat(transaction: Transaction, run_id: str) -> bool:
    """Say that the run's process lives. False if the run has no lease any more."""
    return transaction.database.execute(statements.BEAT, {"run_id": run_id, "at": transaction.now}) == 1


def set_terraform_lock(transaction: Transaction, run_id: str, lock: Json) -> bool:
    """Remember the state lock that the run's engine holds. False if the run has no lease any more."""
    text = None if lock is None else canonical_text(lock)
    parameters = {"run_id": run_id, "terraform_lock": text}
    return transaction.database.execute(statements.SET_TERRAFORM_LOCK, parameters) == 1


def of_run(database: Database, run_id: str) -> Lease | None:
    """The run's lease."""
    found = database.rows(statements.LEASE_OF_RUN, {"run_id": run_id})
    return _lease(found[0]) if found else None


def all_leases(database: Database) -> list[Lease]:
    """All leases, in the order of their runs."""
    return [_lease(row) for row in database.rows(statements.LEASES, {})]


def dead_now(transaction: Transaction, lease: Lease, host: str, is_alive: IsAlive, remote_timeout: timedelta) -> bool:
    """Whether the lease's process is gone at the time of the transaction."""
    now = parse_time(transaction.now)
    return is_dead(lease, host=host, now=now, is_alive=is_alive, remote_timeout=remote_timeout)


def _lease(row: Sequence[Any]) -> Lease:
    run_id, stack, exclusive, host, pid, process_started, beat_at, acquired_at, lock = row
    parsed = None if lock is None else orjson.loads(lock)
    return Lease(run_id, stack, bool(exclusive), host, pid, process_started, beat_at, acquired_at, parsed)
