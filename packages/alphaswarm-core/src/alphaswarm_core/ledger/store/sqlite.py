"""SQLite as the ledger's database: a private file, write-ahead log, every commit flushed to disk."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from functools import lru_cache, partial
from pathlib import Path

from alphaswarm_core.ledger.errors import LedgerError, LedgerMissingError, LedgerReadOnlyError, LedgerUnavailableError
from alphaswarm_core.ledger.store.database import Database, Parameters, Row, UniqueViolationError
from alphaswarm_core.ledger.store.faults import sqlite_fault

_SETTINGS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # the entry is on disk before the engine starts, also when the power fails
    "PRAGMA foreign_keys = ON",
)
_lenient_text = partial(str, encoding="utf-8", errors="surrogateescape")


@lru_cache(maxsize=256)
def _translated(sql: str) -> str:
    return sql.replace("{lock}", "")  # BEGIN IMMEDIATE already keeps every other writer out


class SqliteDatabase(Database):
    """A ledger in an SQLite file.

    Raises:
        LedgerMissingError: there is no file and `create` is false.
        LedgerError: any other reason, translated by `sqlite_fault`.
    """

    name = "sqlite"
    _begin = "BEGIN IMMEDIATE"
    _begin_reading = "BEGIN"

    def __init__(self, path: Path, *, create: bool, busy_timeout: timedelta) -> None:
        super().__init__(str(path))
        _prepare_file(path, create=create)
        try:
            self.connection = sqlite3.connect(
                path, timeout=busy_timeout.total_seconds(), isolation_level=None, check_same_thread=False
            )
        except sqlite3.Error as error:
            raise sqlite_fault(error, self.place) from error
        try:
            for setting in _SETTINGS:
                self.execute(setting, {})
        except LedgerError:
            self.close()
            raise

    def execute(self, sql: str, parameters: Parameters) -> int:
        """See `Database.execute`."""
        try:
            return self.connection.execute(_translated(sql), parameters).rowcount
        except sqlite3.Error as error:
            raise self.fault(error) from error

    def rows(self, sql: str, parameters: Parameters) -> list[Row]:
        """See `Database.rows`."""
        try:
            return self.connection.execute(_translated(sql), parameters).fetchall()
        except sqlite3.Error as error:
            raise self.fault(error) from error

    @contextmanager
    def stream(self, sql: str) -> Iterator[Iterator[Row]]:
        """See `Database.stream`."""
        self.connection.text_factory = _lenient_text
        try:
            with closing(self.connection.cursor()) as cursor:
                yield cursor.execute(_translated(sql))
        except sqlite3.Error as error:
            raise self.fault(error) from error
        finally:
            self.connection.text_factory = str

    def fault(self, error: BaseException) -> Exception:
        """See `Database.fault`."""
        if getattr(error, "sqlite_errorcode", None) in {
            sqlite3.SQLITE_CONSTRAINT_UNIQUE,
            sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY,
        }:
            return UniqueViolationError(str(error))
        return sqlite_fault(error, self.place)

    def _abandon(self) -> None:
        with suppress(sqlite3.Error):
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")

    def close(self) -> None:
        """See `Database.close`."""
        with suppress(sqlite3.Error):
            self.connection.close()


def _prepare_file(path: Path, *, create: bool) -> None:
    """See to it that a private file is there, before SQLite makes one with the umask's mode."""
    try:
        if path.is_dir():
            what = f"The ledger {path} is a directory"
            raise LedgerUnavailableError(what, fix="Name a file in the ledger's URL: sqlite:///path/to/ledger.db")
        if path.exists():
            _require_writable(path)
            return
        if not create:
            raise LedgerMissingError(f"There is no ledger at {path}", fix="The first plan makes it")
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with suppress(FileExistsError):  # another process was faster: then it is the same ledger
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except PermissionError as error:
        raise LedgerReadOnlyError(
            f"The ledger {path} cannot be written", why=str(error), fix="Give this user the right to write there"
        ) from error
    except OSError as error:
        raise LedgerUnavailableError(
            f"The ledger {path} cannot be opened", why=str(error), fix="Check the path in the ledger's URL"
        ) from error


def _require_writable(path: Path) -> None:
    """SQLite opens what it may not write as read-only and complains only at the first write: too late for a run."""
    if not os.access(path, os.W_OK):
        raise LedgerReadOnlyError(
            f"The ledger {path} cannot be written",
            why="the file is read-only for this user",
            fix="Give this user the right to write it: a run that cannot be recorded is not started",
        )
