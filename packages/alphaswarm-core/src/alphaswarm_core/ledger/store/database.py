"""What the store asks of a database: one connection, transactions, snapshots; errors already translated."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, ClassVar, TypeAlias

Parameters: TypeAlias = "Mapping[str, str | int | None]"
Row: TypeAlias = Sequence[Any]


class UniqueViolationError(Exception):
    """A unique constraint refused a row. The caller knows what that means and says it in the words of the ledger."""


class Database(ABC):
    """A connection to a ledger's database, used by one thread at a time.

    SQL is written once, with `:name` parameters and `{lock}` where a row that will be written is read; each
    database's class translates.
    """

    name: ClassVar[str]
    appends_at_once: ClassVar[bool] = False
    """Whether the database can compute an entry's hash itself, so that appending is one statement."""

    def __init__(self, place: str) -> None:
        self.place = place
        """Where the database is, for messages; without a password."""
        self._guard = threading.RLock()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One transaction that writes: durable when this returns, undone when anything at all is raised."""
        with self._guard:
            self._run(self._begin)
            try:
                yield
                self._run(self._commit)
            except BaseException:
                self._abandon()
                raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Reads that all see the same moment."""
        with self._guard:
            self._run(self._begin_reading)
            try:
                yield
            finally:
                self._abandon()

    @property
    @abstractmethod
    def _begin(self) -> str: ...

    @property
    @abstractmethod
    def _begin_reading(self) -> str: ...

    _commit: ClassVar[str] = "COMMIT"

    def _run(self, sql: str) -> None:
        self.execute(sql, {})

    @abstractmethod
    def execute(self, sql: str, parameters: Parameters) -> int:
        """Run a statement; the number of rows it changed."""

    @abstractmethod
    def rows(self, sql: str, parameters: Parameters) -> list[Row]:
        """All rows of a query."""

    @abstractmethod
    def stream(self, sql: str) -> AbstractContextManager[Iterator[Row]]:
        """The rows of a query one after the other, in constant memory, inside a snapshot; closed with the block.

        Text that is not UTF-8 comes with lone surrogates instead of raising.
        """

    @abstractmethod
    def fault(self, error: BaseException) -> Exception:
        """Our error for one of the driver's."""

    @abstractmethod
    def _abandon(self) -> None:
        """Undo the open transaction, if there is one; never raises."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the connection. Harmless when repeated."""
