"""Entries folded into the rows that they must have made.

A row that can change no more is kept as a 16-byte digest, so that a ledger of a million entries is verified in little
memory; where a digest differs, the row's own entries are folded again to name the column.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import orjson

from alphaswarm_core.canonical import Json
from alphaswarm_core.ledger.chain import as_doubles
from alphaswarm_core.ledger.errors import LedgerRecordError
from alphaswarm_core.ledger.projection import PROJECTIONS, RUNS, Column, Projection
from alphaswarm_core.ledger.records import FINAL_STATUSES
from alphaswarm_core.ledger.transitions import LEGAL_FOR_KIND

_FINAL = frozenset(str(status) for status in FINAL_STATUSES)
_FIRST_STATUS = "queued"
_MAX_SHOWN = 60


def row_digest(row: Sequence[object]) -> bytes:
    """A short digest of a row's columns, in their order and with their types."""
    try:
        text = orjson.dumps(row)
    except TypeError:  # a blob, or text that is not UTF-8: nothing that the ledger ever wrote
        text = repr(row).encode("utf-8", "surrogateescape")
    return blake2b(text, digest_size=16).digest()


@dataclass(slots=True)
class FoldedRow:
    """A row as far as the entries tell. `values` is None once the row is sealed into `digest`."""

    sequence: int
    values: dict[str, Json] | None
    digest: bytes = b""

    def seal(self, projection: Projection) -> bytes:
        """The digest of the row as it is stored."""
        if self.values is not None:
            self.digest = row_digest(_expected_row(projection, self.values))
        return self.digest


class Fold:
    """Takes the bodies of entries in order and keeps the rows that they make."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, FoldedRow]] = {table: {} for table in PROJECTIONS}

    def apply(self, sequence: int, kind: str, document: Any) -> str | None:
        """Fold one body in. Returns what is wrong with it, or None."""
        try:
            table = document.get("table")
            if table is None:
                return None if "facts" in document else "its body is neither an event nor a change of a row"
            return self._write(sequence, kind, PROJECTIONS[table], document["row"], document["set"])
        except (KeyError, AttributeError, TypeError):
            return "its body does not have the form of an entry"

    def _write(self, sequence: int, kind: str, projection: Projection, key: str, values: dict[str, Json]) -> str | None:
        rows = self.rows[projection.table]
        row = rows.get(key)
        if row is None:
            row = rows[key] = FoldedRow(sequence, values)
            complaint = _complaint_about_new(projection, kind, key, values)
        else:
            complaint = _complaint_about_change(projection, kind, row, values)
            row.sequence = sequence
            if row.values is not None:
                row.values.update(values)
        if not projection.changeable or (projection is RUNS and values.get("status") in _FINAL):
            row.seal(projection)
            row.values = None
        return complaint


def _expected_row(projection: Projection, values: Mapping[str, Json]) -> tuple[Column, ...]:
    """The row that `values`, read from entries, must have made; no row at all if the ledger never wrote such values."""
    try:
        return projection.stored_row(values)
    except LedgerRecordError:
        pass
    try:
        return projection.stored_row({column: as_doubles(value) for column, value in values.items()})
    except (LedgerRecordError, OverflowError):
        return ()


def _complaint_about_new(projection: Projection, kind: str, key: str, values: Mapping[str, Json]) -> str | None:
    if not values.keys() <= projection.known:
        return f"it writes columns that {projection.table} does not have"
    if values[projection.key] != key:
        return "it names one row and writes another"
    if projection is RUNS and kind != f"run:{values['run_kind']}:{_FIRST_STATUS}":
        return "its kind is not that of a run that starts"
    return None


def _complaint_about_change(
    projection: Projection, kind: str, row: FoldedRow, values: Mapping[str, Json]
) -> str | None:
    if row.values is None:
        return "it changes a row that could change no more"
    if not values.keys() <= projection.changeable:
        return "it changes columns that never change"
    if projection is not RUNS:
        return None
    run_kind, after = row.values["run_kind"], values["status"]
    if (row.values["status"], after) not in LEGAL_FOR_KIND[str(run_kind)]:
        return f"a {run_kind} run cannot go from {row.values['status']} to {after}"
    return None if kind == f"run:{run_kind}:{after}" else "its kind does not tell what its body does"


@dataclass(frozen=True, slots=True)
class ColumnDifference:
    """A column that does not hold what entry `sequence` wrote last."""

    sequence: int
    what: str


def row_differences(
    projection: Projection, row: Sequence[object], history: Iterable[tuple[int, Mapping[str, Json]]]
) -> list[ColumnDifference]:
    """The columns of a stored `row` that differ from its `history`: (sequence, the columns that were set), in order."""
    values: dict[str, Json] = {}
    writers: dict[str, int] = {}
    first = 0
    for sequence, changes in history:
        first = first or sequence
        values.update(changes)
        writers.update(dict.fromkeys(changes, sequence))
    expected = _expected_row(projection, values)
    return [
        ColumnDifference(writers.get(column, first), f"column {column} holds {_shown(is_)}, not {_shown(should)}")
        for column, is_, should in zip(projection.columns, row, expected, strict=False)
        if type(is_) is not type(should) or is_ != should
    ]


def _shown(value: object) -> str:
    text = ascii(value)
    return text if len(text) <= _MAX_SHOWN else text[:_MAX_SHOWN] + "…"
