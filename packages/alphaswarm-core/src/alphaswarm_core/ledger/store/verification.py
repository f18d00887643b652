"""Verification of a stored ledger: everything read in one snapshot and handed to the pure `Verification`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import orjson

from alphaswarm_core.canonical import Json
from alphaswarm_core.ledger.errors import LedgerCorruptError, LedgerError
from alphaswarm_core.ledger.projection import PROJECTIONS
from alphaswarm_core.ledger.records import VerificationReport
from alphaswarm_core.ledger.sboms import PACKAGES_TABLE, SBOMS_TABLE, SbomCheck
from alphaswarm_core.ledger.store import statements
from alphaswarm_core.ledger.store.database import Database
from alphaswarm_core.ledger.verification import ENTRIES_TABLE, HEAD_TABLE, Verification


def verify(database: Database, expected_head: tuple[int, str] | None) -> VerificationReport:
    """Verify the chain and every evidence table. Damage in the database is a problem like any other."""
    verification = Verification(expected_head)
    with database.snapshot():
        with _damage_noted(verification, ENTRIES_TABLE), database.stream(statements.ALL_ENTRIES) as entries:
            verification.check_entries(entries)
        with _damage_noted(verification, HEAD_TABLE), database.stream(statements.HEADS) as heads:
            verification.check_head(list(heads))
        for projection in PROJECTIONS.values():
            query = statements.select_rows(projection)
            with _damage_noted(verification, projection.table), database.stream(query) as rows:
                verification.check_rows(projection, rows, _History(database))
        _check_sboms(database, verification)
    return verification.report()


def _check_sboms(database: Database, verification: Verification) -> None:
    """SBOMs are evidence by their digests, which rows of images name."""
    check = SbomCheck(lambda what, table, digest: verification.problem(None, what, table, digest))
    for table, query, step in (
        (SBOMS_TABLE, statements.ALL_SBOMS, check.documents),
        (PACKAGES_TABLE, statements.ALL_PACKAGES, check.index),
        (SBOMS_TABLE, statements.SBOMS_OF_IMAGES, check.images),
    ):
        with _damage_noted(verification, table), database.stream(query) as rows:
            step(rows)


@contextmanager
def _damage_noted(verification: Verification, table: str) -> Iterator[None]:
    try:
        yield
    except LedgerError as error:
        if type(error) not in {LedgerCorruptError, LedgerError}:
            raise  # the server went away: that says nothing about the evidence
        verification.problem(None, f"it cannot be read: {error.what}; {error.why}", table)


class _History:
    """What the entries of one row set, read again to name a column. Off the fast path."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __call__(self, table: str, row_id: str) -> Iterable[tuple[int, Mapping[str, Json]]]:
        rows: Sequence[Any] = self._database.rows(statements.ENTRIES_ABOUT, {"pattern": about(row_id)})
        for sequence, _, _, body, _, _ in rows:
            try:
                document = orjson.loads(body)
                if (document["table"], document["row"]) == (table, row_id):
                    yield sequence, document["set"]
            except (ValueError, TypeError, KeyError):
                continue  # that entry has been named already


def about(row_id: str) -> str:
    """The LIKE pattern of the bodies that name a row; what `%` and `_` let in besides is sorted out by reading them."""
    return f'%"{row_id}"%'
