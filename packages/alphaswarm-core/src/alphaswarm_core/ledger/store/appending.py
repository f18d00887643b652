"""The one place where evidence is written: an entry, and the row that it projects onto, in one transaction.

A row is never written but through here, from the same values as its entry's body, so that the two cannot differ.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from alphaswarm_core.canonical import Json
from alphaswarm_core.ledger.chain import KIND_PATTERN, canonical_text, entry_hash, hashed_text
from alphaswarm_core.ledger.errors import LedgerCorruptError, LedgerRecordError
from alphaswarm_core.ledger.identifiers import IdentifierSource
from alphaswarm_core.ledger.projection import Projection, event_body, row_body
from alphaswarm_core.ledger.records import Entry
from alphaswarm_core.ledger.redaction import Redactor
from alphaswarm_core.ledger.store import statements
from alphaswarm_core.ledger.store.database import Database, Row, UniqueViolationError
from alphaswarm_core.ledger.times import Clock, format_time

_new_id = IdentifierSource()


class Transaction:
    """An open transaction: what the ledger's operations are written with.

    Attributes:
        database: For reads, and for what is no evidence.
        now: The time of everything that this transaction writes.
    """

    def __init__(self, database: Database, clock: Clock, redactor: Redactor) -> None:
        self.database = database
        self.now = format_time(clock())
        self._redactor = redactor

    def new_id(self) -> str:
        """A time-ordered identifier for a row."""
        return _new_id()

    def insert(self, projection: Projection, kind: str, values: Mapping[str, Json]) -> dict[str, Json]:
        """Make a row, and the entry that says so. Returns the values as they were stored.

        Raises:
            UniqueViolationError: the table has a row like it.
        """
        clean = self._clean(projection, values)
        row = dict(zip(projection.columns, projection.stored_row(clean), strict=True))
        self.database.execute(statements.insert_row(projection), row)
        told = {column: value for column, value in clean.items() if value is not None}
        self._append(kind, row_body(projection, str(clean[projection.key]), told))
        return clean

    def update(self, projection: Projection, row_id: str, kind: str, changes: Mapping[str, Json]) -> dict[str, Json]:
        """Change columns of a row, and append the entry that says so. Returns the changes as they were stored."""
        unknown = changes.keys() - projection.changeable
        if unknown:
            what = f"{projection.table} has no columns to change called {', '.join(sorted(unknown))}"
            raise LedgerRecordError(what, fix="Report this as a defect")
        clean = self._clean(projection, changes)
        columns = tuple(sorted(clean))
        stored = {column: projection.stored(column, clean[column]) for column in columns}
        self.database.execute(statements.update_row(projection, columns), {**stored, "row_key": row_id})
        self._append(kind, row_body(projection, row_id, clean))
        return clean

    def event(self, kind: str, subject: str, facts: Json) -> Entry:
        """Append a free-standing event."""
        return self._append(kind, event_body(self._redactor.text(subject), self._redactor.json(facts)))

    def _clean(self, projection: Projection, values: Mapping[str, Json]) -> dict[str, Json]:
        redactor = self._redactor
        return {
            column: redactor.json(value) if column in projection.prose else value for column, value in values.items()
        }

    def _append(self, kind: str, body: Json) -> Entry:
        text = canonical_text(body)
        if KIND_PATTERN.fullmatch(kind) is None:
            what = f"'{kind}' is no kind of entry"
            raise LedgerRecordError(what, why="a kind is domain:action or domain:subject:action, in lower case")
        if self.database.appends_at_once:
            return self._append_at_once(kind, text)
        previous_sequence, previous_hash = self._head()
        sequence = previous_sequence + 1
        digest = entry_hash(sequence, self.now, kind, previous_hash, text)
        entry = Entry(sequence, self.now, kind, text, previous_hash, digest)
        self._store(entry)
        return entry

    def _append_at_once(self, kind: str, text: str) -> Entry:
        before, between = hashed_text(self.now, kind, text)
        values = {"before": before, "between": between, "at": self.now, "kind": kind, "body": text}
        try:
            rows = self.database.rows(statements.APPEND_AT_ONCE, values)
        except UniqueViolationError as error:
            raise _broken(self.database, "it already has entries behind its head") from error
        if len(rows) != 1:
            raise _broken(self.database, "it has no head to append to")
        sequence, previous_hash, digest = rows[0]
        if digest != entry_hash(sequence, self.now, kind, previous_hash, text):
            raise _broken(self.database, "the server computes another hash than we do")
        return Entry(sequence, self.now, kind, text, previous_hash, digest)

    def _head(self) -> tuple[int, str]:
        rows: list[Row] = self.database.rows(statements.HEADS, {})
        if len(rows) != 1 or type(rows[0][0]) is not int or type(rows[0][1]) is not str:
            raise _broken(self.database, "it has no head to append to")
        return rows[0][0], rows[0][1]

    def _store(self, entry: Entry) -> None:
        values = {name: getattr(entry, name) for name in Entry.__slots__}
        try:
            self.database.execute(statements.INSERT_ENTRY, values)
        except UniqueViolationError as error:
            raise _broken(self.database, f"it already has an entry {entry.sequence} behind its head") from error
        self.database.execute(statements.MOVE_HEAD, {"sequence": entry.sequence, "hash": entry.hash})


@contextmanager
def writing(database: Database, clock: Clock, redactor: Redactor) -> Iterator[Transaction]:
    """A transaction that writes."""
    with database.transaction():
        yield Transaction(database, clock, redactor)


def _broken(database: Database, why: str) -> LedgerCorruptError:
    return LedgerCorruptError(
        f"Nothing can be appended to the ledger {database.place}",
        why=f"its chain was altered: {why}",
        fix="See what is wrong: alphaswarm ledger verify",
    )
