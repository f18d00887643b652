"""PostgreSQL as the ledger's database, for where more than one machine writes."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from alphaswarm_core.ledger.errors import LedgerDriverError, LedgerServerError
from alphaswarm_core.ledger.store.database import Database, Parameters, Row, UniqueViolationError
from alphaswarm_core.ledger.store.faults import postgres_fault

_PARAMETER = re.compile(r"(?<!:):([a-z_]+)")
_UNIQUE_VIOLATION = "23505"
_CONNECT_SECONDS = 5
_CHUNK = 2000
# Without statistics the server takes our one-row head for thousands and compiles each append: 200 ms instead of one.
_SESSION = "SET synchronous_commit = on; SET jit = off"


@lru_cache(maxsize=256)
def _translated(sql: str) -> str:
    return _PARAMETER.sub(r"%(\1)s", sql).replace("{lock}", " FOR UPDATE")


class PostgresDatabase(Database):
    """A ledger in a PostgreSQL database.

    A connection that broke is made anew for the next transaction; what was under way when it broke has failed, and is
    never tried again by itself: it may have been committed.

    Raises:
        LedgerDriverError: psycopg is not installed.
        LedgerError: any other reason, translated by `postgres_fault`.
    """

    name = "postgresql"
    appends_at_once = True
    _begin = "BEGIN"
    _begin_reading = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"

    def __init__(self, url: str, *, lock_timeout: timedelta) -> None:
        super().__init__(_place(url))
        self._psycopg = _driver()
        self._url = re.sub(r"^postgres(?:ql)?(?:\+psycopg)?:", "postgresql:", url)
        self._lock_milliseconds = int(lock_timeout.total_seconds() * 1000)
        self.connection = self._connect()

    def _connect(self) -> Any:
        try:
            connection = self._psycopg.connect(self._url, autocommit=True, connect_timeout=_CONNECT_SECONDS)
            connection.execute(f"SET lock_timeout = {self._lock_milliseconds}; {_SESSION}")
        except self._psycopg.Error as error:
            raise postgres_fault(error, self.place) from None  # the driver's own error may carry the whole address
        return connection

    def _run(self, sql: str) -> None:
        if sql != self._commit and self.connection.closed:
            self.connection = self._connect()
        try:
            super()._run(sql)
        except LedgerServerError:
            # Only a use shows that a connection is gone (a failover, a cut). Nothing is under way before BEGIN.
            if sql not in {self._begin, self._begin_reading} or not self.connection.closed:
                raise
            self.connection = self._connect()
            super()._run(sql)

    def execute(self, sql: str, parameters: Parameters) -> int:
        """See `Database.execute`."""
        try:
            return int(self.connection.execute(_translated(sql), parameters or None).rowcount)
        except self._psycopg.Error as error:
            raise self.fault(error) from error

    def rows(self, sql: str, parameters: Parameters) -> list[Row]:
        """See `Database.rows`."""
        try:
            return list(self.connection.execute(_translated(sql), parameters or None).fetchall())
        except self._psycopg.Error as error:
            raise self.fault(error) from error

    @contextmanager
    def stream(self, sql: str) -> Iterator[Iterator[Row]]:
        """See `Database.stream`."""
        try:
            with self.connection.cursor(name="stream") as cursor:
                cursor.itersize = _CHUNK
                yield iter(cursor.execute(_translated(sql)))
        except self._psycopg.Error as error:
            raise self.fault(error) from error

    def fault(self, error: BaseException) -> Exception:
        """See `Database.fault`."""
        if getattr(error, "sqlstate", None) == _UNIQUE_VIOLATION:
            return UniqueViolationError(str(error))
        return postgres_fault(error, self.place)

    def _abandon(self) -> None:
        try:
            if not self.connection.closed:
                self.connection.execute("ROLLBACK")
        except self._psycopg.Error:
            self.close()

    def close(self) -> None:
        """See `Database.close`."""
        with suppress(self._psycopg.Error):
            self.connection.close()


def _driver() -> Any:
    try:
        import psycopg  # noqa: PLC0415 - only who keeps a ledger in PostgreSQL pays for the driver
    except ImportError as error:
        raise LedgerDriverError(
            "The ledger is in PostgreSQL, but its driver is not installed",
            fix="Install it: pip install 'alphaswarm-core[postgresql]'",
        ) from error
    return psycopg


def _place(url: str) -> str:
    """The address for messages: no user, no password, no parameters (they may hold one too)."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "the address in the ledger's URL"
    return f"{parts.hostname or 'the local socket'}{port}{parts.path}"
