"""The ledger as everybody uses it: open it, record, read, verify."""

import socket
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO
from urllib.parse import urlsplit, urlunsplit

from alphaswarm_core.canonical import Json
from alphaswarm_core.errors import AlphaSwarmError
from alphaswarm_core.ledger.errors import LedgerAddressError
from alphaswarm_core.ledger.export import export_lines
from alphaswarm_core.ledger.liveness import REMOTE_TIMEOUT, IsAlive, process_is_alive
from alphaswarm_core.ledger.records import (
    Actor,
    Entry,
    Halt,
    Lease,
    NewRun,
    Run,
    RunKind,
    RunStatus,
    SpecRecord,
    SpecVersion,
    VerificationReport,
)
from alphaswarm_core.ledger.redaction import Redactor
from alphaswarm_core.ledger.store import (
    decisions,
    leases,
    privileges,
    run_rows,
    runs,
    schema,
    statements,
    verification,
)
from alphaswarm_core.ledger.store.database import Database, UniqueViolationError
from alphaswarm_core.ledger.store.image_records import ImageRecords
from alphaswarm_core.ledger.store.postgres import PostgresDatabase
from alphaswarm_core.ledger.store.sqlite import SqliteDatabase
from alphaswarm_core.ledger.times import Clock, format_time, utc_now

BUSY_TIMEOUT = timedelta(seconds=10)
_PAGE = 100
_BEYOND = 2**62
"""More than any sequence."""


class Ledger(ImageRecords):
    """An open ledger. Every method that records commits before it returns, or raises: nothing is ever swallowed.

    May be used from several threads; a process that forks opens its own. Every database error leaves as one of
    `alphaswarm_core.ledger.errors`.
    """

    @classmethod
    def open(
        cls,
        url: str,
        *,
        clock: Clock = utc_now,
        create: bool = True,
        busy_timeout: timedelta = BUSY_TIMEOUT,
        known_secrets: Iterable[str] = (),
    ) -> "Ledger":
        """Open the ledger at `url`.

        Args:
            url: `sqlite:///path` (made and migrated as needed, private to its owner) or `postgresql://…`.
            clock: Tells the time of what is recorded.
            create: Whether an SQLite ledger may be made where there is none.
            busy_timeout: How long to wait for another writer.
            known_secrets: Values that are taken out of everything that is recorded.

        Raises:
            LedgerUnavailableError: it cannot be reached, written, or understood by this version.
            LedgerCorruptError: what is there is damaged or no database.
        """
        database = _connect(url, create=create, busy_timeout=busy_timeout)
        try:
            schema.require_current_schema(database)
        except BaseException:
            database.close()
            raise
        return cls(database, clock, Redactor(known_secrets))

    @staticmethod
    def migrate(url: str) -> None:
        """Make or migrate the tables at `url`; nothing happens if they are current.

        Raises:
            LedgerTooNewError: they are from a newer version.
        """
        database = _connect(url, create=True, busy_timeout=BUSY_TIMEOUT)
        try:
            schema.migrate(database)
        finally:
            database.close()

    @staticmethod
    def grant(url: str) -> tuple[str, ...]:
        """Make the roles of a ledger in PostgreSQL and give each its rights; see `privileges`.

        Args:
            url: The address with the owner's name and password.

        Returns:
            The roles' names; none for SQLite, whose rights are those of the file.

        Raises:
            LedgerError: the caller is not the owner, or may not make roles.
        """
        database = _connect(url, create=False, busy_timeout=BUSY_TIMEOUT)
        try:
            return privileges.grant(database) if isinstance(database, PostgresDatabase) else ()
        finally:
            database.close()

    @staticmethod
    def runtime_url(owner_url: str) -> str:
        """The address for the runtime, with a new password; the one that it had opens nothing any more.

        Args:
            owner_url: The address of a ledger in PostgreSQL, with the owner's name and password.

        Raises:
            LedgerError: it is no such address, or the runtime's role was not made: see `grant`.
        """
        database = _connect(owner_url, create=False, busy_timeout=BUSY_TIMEOUT)
        try:
            if not isinstance(database, PostgresDatabase):
                raise LedgerAddressError("Only a ledger in PostgreSQL has roles", fix="Name a postgresql:// address")
            role, password = privileges.let_in(database, privileges.RUNTIME)
        finally:
            database.close()
        parts = urlsplit(owner_url)
        return urlunsplit(parts._replace(netloc=f"{role}:{password}@{parts.netloc.rpartition('@')[2]}"))

    def close(self) -> None:
        """Let go of the database. Harmless when repeated."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @property
    def place(self) -> str:
        """Where the ledger is, for messages; without a password."""
        return self._database.place

    def learn_secrets(self, secrets: Iterable[str]) -> None:
        """Take these values out of everything that is recorded from now on."""
        self._redactor = self._redactor.with_secrets(secrets)

    # Recording

    def register_spec(self, spec: SpecRecord) -> SpecVersion:
        """The version of a stack spec; a new one, and an entry, only if the stack never had that hash."""
        for last_try in (False, True):
            try:
                with self._writing() as transaction:
                    return decisions.register_spec(transaction, spec)
            except UniqueViolationError:  # PostgreSQL: another writer registered one at the same moment
                if last_try:
                    raise
        raise AssertionError

    def open_run(self, new: NewRun, *, exclusive: bool) -> Run:
        """Record that a run is about to start: its row (`queued`), this process's lease and the first entry.

        Args:
            new: What is known of it.
            exclusive: Whether it keeps every other exclusive run off its stack until it is over.

        Raises:
            StackBusyError: another run holds the stack.
        """
        try:
            with self._writing() as transaction:
                return runs.open_run(transaction, new, exclusive=exclusive)
        except UniqueViolationError as error:
            raise self._busy(new) from error

    def claim_plan(self, plan_run_id: str, new: NewRun, *, decided_on: frozenset[str] | None = None) -> Run:
        """Take an approved plan, once and for all, and open the exclusive run (apply or destroy) that applies it.

        The plan becomes `applying` and the new run `queued`, in one transaction.

        Args:
            plan_run_id: The plan.
            new: The run that applies it.
            decided_on: The ids of the approvals that the gate has seen; None where it did not ask for any.

        Raises:
            ApprovalsChangedError: somebody has approved or rejected since the gate decided.
            PlanAlreadyUsedError: it has been claimed before.
            IllegalTransitionError: it is not approved.
            StackBusyError: another run holds the stack; the plan stays approved.
        """
        try:
            with self._writing() as transaction:
                return runs.claim_plan(transaction, plan_run_id, new, decided_on)
        except UniqueViolationError as error:
            raise self._busy(new) from error

    def _busy(self, new: NewRun) -> AlphaSwarmError:
        """The error for losing the race for a stack; by now the winner can be named."""
        with self._reading() as database:
            leases.require_free(database, new.tree, new.environment)
            return leases.taken_meanwhile(database, new.tree, new.environment)

    def transition(self, run_id: str, to: RunStatus, *, changes: Mapping[str, Json] | None = None) -> Run:
        """Move a run along, with whatever columns became known; releases its lease when no process drives it any more.

        `started_at` and `finished_at` are set by themselves.

        Raises:
            IllegalTransitionError: the run's present status does not lead there.
            LedgerRecordError: `changes` names a column that does not change.
        """
        with self._writing() as transaction:
            return runs.transition(transaction, run_id, to, changes or {})

    def note(self, kind: str, subject: str, body: Json) -> Entry:
        """Record a free-standing event, such as a refusal. `kind` is `domain:action` or `domain:subject:action`."""
        with self._writing() as transaction:
            return transaction.event(kind, subject, body)

    def set_halt(self, on: bool, reason: str, actor: Actor) -> Halt:  # noqa: FBT001
        """Stop applies and destroys, or let them go on."""
        with self._writing() as transaction:
            return decisions.set_halt(transaction, on=on, reason=reason, actor=actor)

    # Who is alive

    def beat(self, run_id: str) -> bool:
        """Say that this run's process lives. False if the run has no lease any more: others think it dead or done."""
        with self._writing() as transaction:
            return leases.beat(transaction, run_id)

    def set_terraform_lock(self, run_id: str, info: Json) -> bool:
        """Remember the state lock that the run's engine took, for who comes after if its process dies."""
        with self._writing() as transaction:
            return leases.set_terraform_lock(transaction, run_id, info)

    def leases(self) -> list[Lease]:
        """Who drives which run now, oldest run first."""
        with self._reading() as database:
            return leases.all_leases(database)

    def interrupt_dead_runs(
        self,
        *,
        host: str | None = None,
        is_alive: IsAlive = process_is_alive,
        remote_timeout: timedelta = REMOTE_TIMEOUT,
    ) -> list[Run]:
        """Declare runs whose process is gone `interrupted`, and release their stacks.

        Args:
            host: This host's name; its runs are judged by their processes.
            is_alive: Whether a process (id, start) lives here.
            remote_timeout: How long a run on another host may be silent.

        Returns:
            The runs that were changed, the plans that they were applying included.
        """
        here = host if host is not None else socket.gethostname()
        ended: list[Run] = []
        for lease in self.leases():
            with self._writing() as transaction:
                ended += runs.interrupt_dead(
                    transaction, lease.run_id, host=here, is_alive=is_alive, remote_timeout=remote_timeout
                )
        return ended + self._settle_plans(format_time(self._clock() - remote_timeout))

    def _settle_plans(self, before: str) -> list[Run]:
        with self._reading() as database:
            unsettled = runs.unsettled_plans(database, before)
        settled: list[Run] = []
        for plan_run_id in unsettled:
            with self._writing() as transaction:
                settled += runs.settle_plan(transaction, plan_run_id)
        return settled

    # Reading

    def run(self, run_id: str) -> Run:
        """The run with that id or with the only id that begins so.

        Raises:
            RunNotFoundError: there is none, or more than one.
        """
        with self._reading() as database:
            return run_rows.by_prefix(database, run_id)

    def runs(
        self,
        *,
        tree: str | None = None,
        environment: str | None = None,
        kind: RunKind | None = None,
        status: RunStatus | None = None,
        limit: int = 50,
        before: str | None = None,
    ) -> list[Run]:
        """Runs, newest first. `before` is the id of the last run of the page before."""
        conditions = {"tree": tree, "environment": environment, "run_kind": kind, "status": status}
        with self._reading() as database:
            return run_rows.select(database, conditions, before=before, limit=limit)

    def latest_applied(self, tree: str, environment: str) -> Run | None:
        """The last completed apply or destroy of a stack."""
        with self._reading() as database:
            found = [
                run
                for kind in (RunKind.apply, RunKind.destroy)
                for run in run_rows.select(
                    database,
                    {"tree": tree, "environment": environment, "run_kind": kind, "status": RunStatus.completed},
                    before=None,
                    limit=1,
                )
            ]
        return max(found, key=lambda run: run.finished_at or "", default=None)

    def spec_document(self, spec_version_id: str) -> str | None:
        """The canonical JSON text of a registered spec."""
        with self._reading() as database:
            return decisions.spec_document(database, spec_version_id)

    def halt(self) -> Halt:
        """Whether applies and destroys are stopped, by whom and why."""
        with self._reading() as database:
            return decisions.halt(database)

    def entries(self, after: int = 0, limit: int = _PAGE) -> list[Entry]:
        """Entries after a sequence, in order."""
        with self._reading() as database:
            rows = database.rows(statements.ENTRIES_AFTER, {"after": after, "limit": limit})
        return [Entry(*row) for row in rows]

    def entries_before(self, before: int | None = None, limit: int = _PAGE, *, kind: str | None = None) -> list[Entry]:
        """Entries before a sequence (None: the last ones), the newest first.

        Args:
            before: The sequence of the last entry of the page before.
            limit: How many at the most.
            kind: Only this kind, and those that continue it: `run` for all about runs, `run:plan` for those of plans.
        """
        values: dict[str, str | int | None] = {"before": before if before is not None else _BEYOND, "limit": limit}
        if kind is not None:
            values |= {"kind": kind, "first": f"{kind}:", "last": f"{kind};"}  # ';' is the character after ':'
        sql = statements.ENTRIES_BEFORE if kind is None else statements.ENTRIES_OF_KIND_BEFORE
        with self._reading() as database:
            return [Entry(*row) for row in database.rows(sql, values)]

    def entries_for(self, run_id: str) -> list[Entry]:
        """The entries that speak of a run (its exact id), in order: its own, its approvals, its apply run's."""
        with self._reading() as database:
            rows = database.rows(statements.ENTRIES_ABOUT, {"pattern": verification.about(run_id)})
        return [Entry(*row) for row in rows]

    def head(self) -> tuple[int, str]:
        """The (sequence, hash) of the last entry, to be noted outside of the ledger."""
        with self._reading() as database:
            rows = database.rows(statements.HEADS, {})
        return (rows[0][0], rows[0][1])

    # Proof

    def verify(self, *, expected_head: tuple[int, str] | None = None) -> VerificationReport:
        """Compute the chain and all rows again and compare. Finds, and names, whatever was altered.

        Args:
            expected_head: A (sequence, hash) noted earlier; it also catches a ledger that was rewritten as a whole.
        """
        return verification.verify(self._database, expected_head)

    def export(self, stream: TextIO) -> None:
        """Write the chain as JSON lines, which `ledger.export.verify_export` checks without a database."""
        with self._reading() as database, database.stream(statements.ALL_ENTRIES) as entries:
            stream.writelines(export_lines(entries, format_time(self._clock())))


def _connect(url: str, *, create: bool, busy_timeout: timedelta) -> Database:
    scheme, separator, rest = url.partition(":///") if url.startswith("sqlite") else url.partition("://")
    if scheme == "sqlite" and separator and rest and rest != ":memory:":
        return SqliteDatabase(Path(rest.partition("?")[0]), create=create, busy_timeout=busy_timeout)
    if scheme in {"postgresql", "postgres", "postgresql+psycopg"} and separator:
        return PostgresDatabase(url, lock_timeout=busy_timeout)
    raise LedgerAddressError(
        f"The ledger's URL names no database that can hold it: '{scheme}'",
        why="a ledger lives in an SQLite file or in PostgreSQL; it is never kept in memory",
        fix="Write sqlite:///path/to/ledger.db or postgresql://user@host/database",
    )
