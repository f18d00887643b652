"""Verification, pure: the chain computed again, its entries folded into rows, the rows compared with the stored ones.

Nothing that a ledger holds makes this raise: what cannot be read is a problem, with the entry's sequence.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

import orjson

from alphaswarm_core.canonical import Json
from alphaswarm_core.ledger.chain import AT_PATTERN, GENESIS_HASH, KIND_PATTERN, entry_hash
from alphaswarm_core.ledger.folding import Fold, FoldedRow, row_differences, row_digest
from alphaswarm_core.ledger.projection import RUNS, Projection
from alphaswarm_core.ledger.records import Problem, VerificationReport

ENTRIES_TABLE = "ledger_entries"
HEAD_TABLE = "ledger_head"
MAX_PROBLEMS = 1000
"""More are counted but not listed: a ledger that was rewritten wholesale needs no list."""
MAX_EXPLAINED = 25
"""Rows whose differing columns are named; each costs a search through the entries."""

History: TypeAlias = Callable[[str, str], Iterable[tuple[int, Mapping[str, Json]]]]
"""Of a table and a row id: the (sequence, columns set) of the row's entries, in order."""


class Verification:
    """Takes entries in order, then the rows of each table, then gives the report.

    Args:
        expected_head: A (sequence, hash) noted earlier, outside of the ledger. It catches what the ledger alone
            cannot show: that all of it, or its tail, was replaced consistently.
    """

    def __init__(self, expected_head: tuple[int, str] | None = None) -> None:
        self._expected_head = expected_head
        self._fold = Fold()
        self._known_kinds: set[str] = set()
        self._problems: list[Problem] = []
        self._unlisted = 0
        self._explained = 0
        self._entries = 0
        self._runs = 0
        self._sequence = 0
        self._hash = GENESIS_HASH
        self._pinned = expected_head is None or expected_head == (0, GENESIS_HASH)

    def problem(self, sequence: int | None, what: str, table: str = ENTRIES_TABLE, row_id: str | None = None) -> None:
        """Take note of a problem."""
        if len(self._problems) < MAX_PROBLEMS:
            self._problems.append(Problem(sequence, table, row_id, what))
        else:
            self._unlisted += 1

    def check_entries(self, rows: Iterable[Sequence[object]]) -> None:
        """Check entries given as (sequence, at, kind, body, previous hash, hash), in the order they are stored in."""
        for row in rows:
            self._entries += 1
            self._check_entry(row)

    def _check_entry(self, row: Sequence[object]) -> None:
        sequence, at, kind, body, previous, stored = row
        if type(sequence) is not int:
            self.problem(None, f"an entry has the sequence {sequence!a}")
            return
        if not self._well_formed(at, kind, body, previous, stored):
            self.problem(sequence, "its time, kind, body or hashes are not what an entry holds")
            self._sequence, self._hash = sequence, str(stored)
            return
        self._check_link(sequence, str(previous))
        if entry_hash(sequence, str(at), str(kind), str(previous), str(body)) != stored:
            self.problem(sequence, "its hash is not that of its content: number, time, kind, body or hash was altered")
        self._check_pin(sequence, stored)
        self._sequence, self._hash = sequence, str(stored)
        self._fold_in(sequence, str(kind), str(body))

    def _well_formed(self, at: object, kind: object, body: object, previous: object, stored: object) -> bool:
        if not (type(at) is type(kind) is type(body) is type(previous) is type(stored) is str):
            return False
        if kind not in self._known_kinds:
            if KIND_PATTERN.fullmatch(str(kind)) is None:
                return False
            self._known_kinds.add(str(kind))
        return AT_PATTERN.fullmatch(str(at)) is not None

    def _check_link(self, sequence: int, previous: str) -> None:
        expected = self._sequence + 1
        if sequence == expected:
            if previous != self._hash:
                self.problem(sequence, f"it is not chained to entry {self._sequence}: one of the two was replaced")
        elif sequence > expected:
            missing = (
                f"entry {expected} is" if sequence == expected + 1 else f"entries {expected} to {sequence - 1} are"
            )
            self.problem(expected, f"{missing} missing before entry {sequence}")
        else:
            self.problem(sequence, f"it stands after entry {self._sequence}: entries were duplicated or reordered")

    def _check_pin(self, sequence: int, stored: object) -> None:
        if self._expected_head is None or sequence != self._expected_head[0]:
            return
        self._pinned = True
        if stored != self._expected_head[1]:
            self.problem(sequence, f"its hash is not the expected {self._expected_head[1]}: the ledger was rewritten")

    def _fold_in(self, sequence: int, kind: str, body: str) -> None:
        try:
            document = orjson.loads(body)
        except ValueError:  # the text may also hold bytes that are not UTF-8
            self.problem(sequence, "its body is not JSON")
            return
        complaint = self._fold.apply(sequence, kind, document)
        if complaint is not None:
            self.problem(sequence, complaint)

    def check_head(self, rows: Sequence[Sequence[object]]) -> None:
        """Compare the head that every append updates, given as (sequence, hash) rows, with the last entry."""
        if len(rows) != 1:
            self.problem(None, f"the ledger has {len(rows)} heads, not one", HEAD_TABLE)
            return
        sequence, stored = rows[0]
        if type(sequence) is int and sequence > self._sequence:
            self.problem(self._sequence + 1, f"entries up to {sequence} are missing at the end", HEAD_TABLE)
        elif (sequence, stored) != (self._sequence, self._hash):
            self.problem(self._sequence, f"the head names entry {sequence!a} with hash {stored!a}", HEAD_TABLE)

    def check_rows(self, projection: Projection, rows: Iterable[Sequence[object]], history: History) -> None:
        """Compare all rows of a table, columns in the order of the projection, with what the entries make."""
        folded = self._fold.rows[projection.table]
        for row in rows:
            self._runs += projection is RUNS
            expected = folded.pop(row[0], None)  # type: ignore[call-overload]
            if expected is None:
                self.problem(None, "no entry made this row", projection.table, _name(row[0]))
            elif expected.seal(projection) != row_digest(row):
                self._explain(projection, row, expected, history)
        for row_id, expected in folded.items():
            self.problem(expected.sequence, "the row that entries made is missing", projection.table, row_id)

    def _explain(self, projection: Projection, row: Sequence[object], expected: FoldedRow, history: History) -> None:
        self._explained += 1
        row_id = str(row[0])
        found = []
        if self._explained <= MAX_EXPLAINED:
            found = row_differences(projection, row, history(projection.table, row_id))
        for difference in found:
            self.problem(difference.sequence, difference.what, projection.table, row_id)
        if not found:
            self.problem(expected.sequence, "the row is not what its entries made", projection.table, row_id)

    def report(self) -> VerificationReport:
        """What was found."""
        if not self._pinned and self._expected_head is not None:
            self.problem(self._expected_head[0], "the entry that was expected as head does not exist")
        if self._unlisted:
            unlisted = Problem(None, ENTRIES_TABLE, None, f"{self._unlisted} more problems are not listed")
            self._problems.append(unlisted)
            self._unlisted = 0
        return VerificationReport(
            ok=not self._problems,
            entries=self._entries,
            runs=self._runs,
            head_sequence=self._sequence,
            head_hash=self._hash,
            problems=tuple(self._problems),
        )

    @property
    def folded_runs(self) -> int:
        """How many runs the entries made: the count for a chain without its rows."""
        return len(self._fold.rows[RUNS.table])


def _name(value: object) -> str:
    return value if isinstance(value, str) else ascii(value)
