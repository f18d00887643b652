"""The chain as a file: JSON lines that are verified without a database.

    {"exported_at":…,"schema":"alphaswarm.ledger.export/1"}
    {"at":…,"body":"…","hash":…,"kind":…,"previous_hash":…,"sequence":1}
    …
    {"end":true,"entries":…,"head_hash":…,"head_sequence":…,"schema":"alphaswarm.ledger.export/1"}

`body` is a string that holds the stored text, so that its bytes survive every JSON tool on the way. The last line
makes a file that was cut off visible.
"""

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson

from alphaswarm_core.canonical import Json
from alphaswarm_core.ledger.chain import GENESIS_HASH, canonical_text
from alphaswarm_core.ledger.records import VerificationReport
from alphaswarm_core.ledger.verification import Verification

EXPORT_SCHEMA = "alphaswarm.ledger.export/1"
_FIELDS = ("sequence", "at", "kind", "body", "previous_hash", "hash")


def export_lines(entries: Iterable[Sequence[Any]], exported_at: str) -> Iterator[str]:
    """The lines of an export, each with its newline, of entries as they are stored, in order."""
    yield canonical_text({"exported_at": exported_at, "schema": EXPORT_SCHEMA}) + "\n"
    count, sequence, head_hash = 0, 0, GENESIS_HASH
    for row in entries:
        count, sequence, head_hash = count + 1, row[0], row[5]
        yield canonical_text(dict(zip(_FIELDS, row, strict=True))) + "\n"
    end: Json = {
        "end": True,
        "entries": count,
        "head_hash": head_hash,
        "head_sequence": sequence,
        "schema": EXPORT_SCHEMA,
    }
    yield canonical_text(end) + "\n"


def verify_export(lines: Iterable[str | bytes], *, expected_head: tuple[int, str] | None = None) -> VerificationReport:
    """Verify an export, line by line: the chain, the legality of every change, that nothing was cut off or added.

    Args:
        lines: The lines of the file, such as the file itself opened for reading.
        expected_head: A (sequence, hash) noted earlier; see `Verification`.
    """
    verification = Verification(expected_head)
    reading = _Reading(verification)
    verification.check_entries(reading.entries(lines))
    report = verification.report()
    if reading.trailer is not None:
        _check_trailer(verification, reading.trailer, report)
    elif reading.begun:
        verification.problem(None, "the export has no last line: it was cut off")
    report = verification.report()
    return dataclasses.replace(report, runs=verification.folded_runs)


class _Reading:
    """The state of reading an export: header first, entries, trailer last."""

    def __init__(self, verification: Verification) -> None:
        self._verification = verification
        self.begun = False
        self.trailer: dict[str, Any] | None = None

    def entries(self, lines: Iterable[str | bytes]) -> Iterator[Sequence[Any]]:
        for number, line in enumerate(lines, start=1):
            document = self._document(number, line)
            if document is None:
                continue
            if self.trailer is not None:
                self._verification.problem(None, f"line {number} stands after the last line of the export")
            elif document.get("schema") == EXPORT_SCHEMA and "end" in document:
                self.trailer = document
            elif number > 1:
                yield tuple(document.get(field) for field in _FIELDS)
        if not self.begun:
            self._verification.problem(None, f"this is no export: it does not begin with a line of {EXPORT_SCHEMA}")

    def _document(self, number: int, line: str | bytes) -> dict[str, Any] | None:
        try:
            document = orjson.loads(line)
        except ValueError:
            document = None
        if not isinstance(document, dict):
            self._verification.problem(None, f"line {number} of the export is not a JSON object")
            return None
        if number == 1:
            self.begun = document.get("schema") == EXPORT_SCHEMA
        return document


def _check_trailer(verification: Verification, trailer: dict[str, Any], report: VerificationReport) -> None:
    told = (trailer.get("entries"), trailer.get("head_sequence"), trailer.get("head_hash"))
    if told != (report.entries, report.head_sequence, report.head_hash):
        verification.problem(
            report.head_sequence, "the last line of the export names another number of entries or head"
        )
