"""Whatever is altered behind the ledger's back, verification names it."""

import contextlib
import sqlite3
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alphaswarm_core.ledger.chain import entry_hash
from alphaswarm_core.ledger.errors import LedgerError
from alphaswarm_core.ledger.projection import PROJECTIONS
from alphaswarm_core.ledger.records import RunKind, RunStatus, VerificationReport
from alphaswarm_core.ledger.store import Ledger

from .databases import SqliteTestDatabase, TestDatabase
from .samples import ANN, new_run, planned, whole_story

ENTRY_COLUMNS = ("at", "kind", "body", "previous_hash", "hash")


def verify(database: TestDatabase, **how: Any) -> VerificationReport:
    with Ledger.open(database.url) as ledger:
        return ledger.verify(**how)


def record(database: TestDatabase) -> VerificationReport:
    with Ledger.open(database.url) as ledger:
        whole_story(ledger)
        report = ledger.verify()
    assert report.ok, report.problems
    return report


def named(report: VerificationReport) -> set[tuple[int | None, str]]:
    assert not report.ok
    return {(problem.sequence, problem.table) for problem in report.problems}


def test_an_empty_ledger_verifies_when_nothing_was_recorded(database: TestDatabase) -> None:
    report = verify(database)
    assert (report.ok, report.entries, report.runs, report.head_sequence) == (True, 0, 0, 0)


def test_counts_and_head_are_reported_when_the_ledger_is_sound(database: TestDatabase) -> None:
    report = record(database)
    with Ledger.open(database.url) as ledger:
        assert (report.head_sequence, report.head_hash) == ledger.head()
        assert (report.entries, report.runs) == (report.head_sequence, len(ledger.runs()))
    assert report.problems == ()


@pytest.mark.parametrize("column", ENTRY_COLUMNS)
def test_every_entry_is_named_when_one_of_its_columns_is_edited(database: TestDatabase, column: str) -> None:
    whole = record(database)
    for sequence in range(1, whole.entries + 1):
        ((value,),) = database.alter(f"SELECT {column} FROM ledger_entries WHERE sequence = ?", (sequence,))
        flipped = flip(value, len(value) // 2)
        database.alter(f"UPDATE ledger_entries SET {column} = ? WHERE sequence = ?", (flipped, sequence))
        assert (sequence, "ledger_entries") in named(verify(database))
        database.alter(f"UPDATE ledger_entries SET {column} = ? WHERE sequence = ?", (value, sequence))
    assert verify(database).ok


def flip(text: str, position: int) -> str:
    """`text` with one bit of one character changed, and still a character that both databases hold."""
    changed = chr(ord(text[position]) ^ 1)
    return text[:position] + changed + text[position + 1 :]


@pytest.mark.parametrize("table", sorted(PROJECTIONS))
def test_every_column_is_named_when_a_row_is_edited(database: TestDatabase, table: str) -> None:
    record(database)
    projection = PROJECTIONS[table]
    (row,) = database.alter(_select(table) + f" ORDER BY {projection.key} LIMIT 1")
    for column, value in list(zip(projection.columns, row, strict=True))[1:]:
        other = _another(value, column)
        where = f' WHERE "{projection.key}" = ?'
        database.alter(f'UPDATE {table} SET "{column}" = ?' + where, (other, row[0]))
        problems = verify(database).problems
        mine = [problem for problem in problems if (problem.table, problem.row_id) == (table, row[0])]
        assert any(f"column {column} " in problem.what for problem in mine), (column, problems)
        assert all(isinstance(problem.sequence, int) for problem in mine)
        database.alter(f'UPDATE {table} SET "{column}" = ?' + where, (value, row[0]))
    assert verify(database).ok


def _select(table: str) -> str:
    return f"SELECT {', '.join(chr(34) + column + chr(34) for column in PROJECTIONS[table].columns)} FROM {table}"


def _another(value: Any, column: str) -> Any:
    integers = {"destroys", "exit_code", "halted", "engaged", "version"}
    if value is None:
        return 1 if column in integers else "x"
    return value ^ 1 if isinstance(value, int) else flip(value, 0)


@pytest.mark.parametrize("table", sorted(PROJECTIONS))
def test_a_row_is_named_when_it_was_deleted_or_invented(database: TestDatabase, table: str) -> None:
    record(database)
    key = PROJECTIONS[table].key
    (row,) = database.alter(_select(table) + f" ORDER BY {key} LIMIT 1")
    database.alter(f"UPDATE {table} SET {key} = ? WHERE {key} = ?", ("invented", row[0]))
    problems = {(problem.row_id, problem.what) for problem in verify(database).problems if problem.table == table}
    assert ("invented", "no entry made this row") in problems
    assert (row[0], "the row that entries made is missing") in problems


def test_an_edited_column_is_named_with_the_entry_that_wrote_it_when_others_wrote_since(database: TestDatabase) -> None:
    with Ledger.open(database.url) as ledger:
        run = planned(ledger)  # entries 1 to 3; the third sets the summary
        ledger.transition(run.id, RunStatus.approved)
        ledger.transition(run.id, RunStatus.stale)
    database.alter("UPDATE terraform_runs SET plan_summary = ?", ('{"add":0}',))
    (problem,) = verify(database).problems
    assert (problem.sequence, problem.row_id) == (3, run.id)
    assert "column plan_summary" in problem.what


@pytest.mark.parametrize("position", ["first", "middle", "last"])
def test_a_missing_entry_is_named_when_it_was_deleted(database: TestDatabase, position: str) -> None:
    count = record(database).entries
    sequence = {"first": 1, "middle": count // 2, "last": count}[position]
    database.alter("DELETE FROM ledger_entries WHERE sequence = ?", (sequence,))
    assert sequence in {problem.sequence for problem in verify(database).problems}


def test_the_tail_is_missed_when_free_standing_events_were_cut_off(database: TestDatabase) -> None:
    """No row tells of an event; the head does."""
    with Ledger.open(database.url) as ledger:
        for number in range(4):
            ledger.note("run:apply:refused", "x", {"number": number})
    database.alter("DELETE FROM ledger_entries WHERE sequence > 2")
    report = verify(database)
    assert (3, "ledger_head") in named(report)


def test_the_cut_stays_visible_when_the_ledger_is_written_to_afterwards(database: TestDatabase) -> None:
    with Ledger.open(database.url) as ledger:
        for number in range(4):
            ledger.note("run:apply:refused", "x", {"number": number})
        database.alter("DELETE FROM ledger_entries WHERE sequence > 2")
        ledger.note("run:apply:refused", "x", {"number": 4})
        assert (3, "ledger_entries") in named(ledger.verify())


def test_a_rewritten_tail_is_found_when_the_head_was_noted_elsewhere(database: TestDatabase) -> None:
    with Ledger.open(database.url) as ledger:
        ledger.note("run:apply:refused", "x", {"number": 1})
        kept = ledger.head()
        ledger.note("run:apply:refused", "x", {"number": 2})
        noted = ledger.head()
        database.alter("DELETE FROM ledger_entries WHERE sequence = 2")
        database.alter("UPDATE ledger_head SET sequence = 1, hash = ?", (kept[1],))

        assert ledger.verify().ok  # consistent in itself: this is what noting the head is for
        assert (2, "ledger_entries") in named(ledger.verify(expected_head=noted))
        ledger.note("run:apply:refused", "x", {"number": 3})
        assert ledger.verify().ok
        assert (2, "ledger_entries") in named(ledger.verify(expected_head=noted))
        assert ledger.verify(expected_head=kept).ok
        assert ledger.verify(expected_head=(0, "0" * 64)).ok


def test_a_replaced_entry_is_found_when_its_own_hash_was_computed_again(database: TestDatabase) -> None:
    record(database)
    query = "SELECT sequence, at, kind, previous_hash FROM ledger_entries WHERE sequence = 4"
    ((sequence, at, kind, previous),) = database.alter(query)
    body = '{"facts":{},"subject":"harmless"}'
    new = entry_hash(sequence, at, kind, previous, body)
    database.alter("UPDATE ledger_entries SET body = ?, hash = ? WHERE sequence = 4", (body, new))
    assert (5, "ledger_entries") in named(verify(database))


def test_the_row_is_named_when_the_whole_chain_was_computed_again_but_the_row_forgotten(database: TestDatabase) -> None:
    record(database)
    rows = database.alter("SELECT sequence, at, kind, body FROM ledger_entries ORDER BY sequence")
    previous = "0" * 64
    for sequence, at, kind, body in rows:
        edited = body.replace("ann@example.com", "eve@example.com")
        digest = entry_hash(sequence, at, kind, previous, edited)
        update = "UPDATE ledger_entries SET body = ?, previous_hash = ?, hash = ? WHERE sequence = ?"
        database.alter(update, (edited, previous, digest, sequence))
        previous = digest
    database.alter("UPDATE ledger_head SET hash = ?", (previous,))
    report = verify(database)
    assert any("column actor_subject" in problem.what for problem in report.problems)


def test_both_entries_are_named_when_two_were_exchanged(database: TestDatabase) -> None:
    record(database)
    for old, new in ((5, -1), (7, 5), (-1, 7)):
        database.alter("UPDATE ledger_entries SET sequence = ? WHERE sequence = ?", (new, old))
    assert {(5, "ledger_entries"), (7, "ledger_entries")} <= named(verify(database))


def test_a_duplicate_is_named_when_somebody_took_the_primary_key_away(database: TestDatabase) -> None:
    record(database)
    database.alter("CREATE TABLE copy AS SELECT * FROM ledger_entries")
    database.alter("INSERT INTO copy SELECT * FROM ledger_entries WHERE sequence = 6")
    database.alter("DROP TABLE ledger_entries")
    database.alter("ALTER TABLE copy RENAME TO ledger_entries")
    report = verify(database)
    assert (6, "ledger_entries") in named(report)
    assert any("duplicated or reordered" in problem.what for problem in report.problems)


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM ledger_head",
        "INSERT INTO ledger_head VALUES (1, 'x')",
        "UPDATE ledger_head SET sequence = 2",
        "UPDATE ledger_head SET hash = 'x'",
    ],
)
def test_the_head_is_named_when_it_was_altered(database: TestDatabase, change: str) -> None:
    record(database)
    database.alter(change)
    assert any(problem.table == "ledger_head" for problem in verify(database).problems)


def test_an_illegal_change_is_named_when_somebody_chained_it_properly(database: TestDatabase) -> None:
    """Who may write may chain: but a run that is over cannot begin again unnoticed."""
    with Ledger.open(database.url) as ledger:
        run = ledger.open_run(new_run(RunKind.refresh), exclusive=False)
        sequence, previous = ledger.head()
        body = f'{{"row":"{run.id}","set":{{"status":"completed"}},"table":"terraform_runs"}}'
        at = "2025-01-31T08:15:00.000000Z"
        digest = entry_hash(sequence + 1, at, "run:refresh:completed", previous, body)
        values = (sequence + 1, at, "run:refresh:completed", body, previous, digest)
        database.alter("INSERT INTO ledger_entries VALUES (?, ?, ?, ?, ?, ?)", values)
        database.alter("UPDATE ledger_head SET sequence = ?, hash = ?", (sequence + 1, digest))
        database.alter("UPDATE terraform_runs SET status = 'completed'")
        (problem,) = ledger.verify().problems
    assert (problem.sequence, problem.what) == (2, "a refresh run cannot go from queued to completed")


@pytest.mark.parametrize(
    "body",
    [
        *("", "nonsense", "[]", "null", "{}", "[" * 100_000, '{"table":"x"}', '{"table":"terraform_runs"}'),
        '{"table":"terraform_runs","row":[],"set":{}}',
        '{"table":[],"row":"a","set":{}}',
        '{"table":"halts","row":"all","set":{"scope":[{}]}}',
        '{"table":"halts","row":"all","set":{"scope":"all","engaged":1e999,"reason":[12345678901234567890]}}',
        '{"table":"halts","row":"r","set":3}',
    ],
)
def test_verification_reports_and_does_not_raise_when_a_body_makes_no_sense(database: TestDatabase, body: str) -> None:
    record(database)
    database.alter("UPDATE ledger_entries SET body = ? WHERE sequence = 3", (body,))
    assert (3, "ledger_entries") in named(verify(database))


@pytest.mark.parametrize("value", [None, 7, 1.5, b"blob", b"\xff\xfe"])
@pytest.mark.parametrize("column", ENTRY_COLUMNS)
def test_verification_reports_when_sqlite_holds_another_type(
    sqlite_database: SqliteTestDatabase, column: str, value: object
) -> None:
    record(sqlite_database)
    sqlite_database.alter("CREATE TABLE copy AS SELECT * FROM ledger_entries")  # without NOT NULL
    sqlite_database.alter("DROP TABLE ledger_entries")
    sqlite_database.alter("ALTER TABLE copy RENAME TO ledger_entries")
    sqlite_database.alter(f"UPDATE ledger_entries SET {column} = ? WHERE sequence = 3", (value,))
    assert (3, "ledger_entries") in named(verify(sqlite_database))


@pytest.mark.parametrize("table", ["ledger_entries", "terraform_runs"])
def test_verification_reports_when_text_is_not_utf_8(sqlite_database: SqliteTestDatabase, table: str) -> None:
    record(sqlite_database)
    column = "body" if table == "ledger_entries" else "status"
    sqlite_database.alter(f"UPDATE {table} SET {column} = CAST(x'ff00fe' AS TEXT)")
    assert any(problem.table == table for problem in verify(sqlite_database).problems)


def test_verification_reports_when_a_table_is_gone(database: TestDatabase) -> None:
    record(database)
    with Ledger.open(database.url) as ledger:
        database.alter("DROP TABLE approvals")
        if database.name == "sqlite":
            assert any(problem.table == "approvals" for problem in ledger.verify().problems)
        else:
            with pytest.raises(Exception, match="tables of a ledger"):
                ledger.verify()


def test_problems_are_bounded_when_everything_was_altered(database: TestDatabase) -> None:
    with Ledger.open(database.url) as ledger:
        for _ in range(60):
            ledger.open_run(new_run(), exclusive=False)
    database.alter("UPDATE terraform_runs SET environment = 'prod', ref = 'x', note = 'y', role = 'z'")
    report = verify(database)
    assert {problem.row_id for problem in report.problems} >= {
        row[0] for row in database.alter("SELECT id FROM terraform_runs")
    }
    assert len(report.problems) <= 1001


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_flipped_byte_is_found_when_it_is_in_evidence(
    sqlite_database: SqliteTestDatabase, data: st.DataObject
) -> None:
    """Any column of any table, any position, any other byte."""
    sqlite_database.renew()
    record(sqlite_database)
    tables = {"ledger_entries": ("sequence", *ENTRY_COLUMNS), **{name: p.columns for name, p in PROJECTIONS.items()}}
    table = data.draw(st.sampled_from(sorted(tables)))
    column = data.draw(st.sampled_from(tables[table]))
    rows = sqlite_database.alter(f'SELECT rowid, "{column}" FROM {table} WHERE "{column}" IS NOT NULL')
    if not rows:
        return
    rowid, value = data.draw(st.sampled_from(rows))
    if isinstance(value, int):
        changed: object = value ^ (1 << data.draw(st.integers(0, 30)))
    else:
        position = data.draw(st.integers(0, len(value.encode()) - 1))
        content = bytearray(value.encode())
        content[position] ^= data.draw(st.integers(1, 255))
        changed = bytes(content)
        sqlite_database.alter("PRAGMA ignore_check_constraints = ON")
    try:
        text = isinstance(changed, bytes)
        new = "CAST(? AS TEXT)" if text else "?"
        sqlite_database.alter(f'UPDATE {table} SET "{column}" = {new} WHERE rowid = ?', (changed, rowid))
    except sqlite3.IntegrityError:
        return  # the database itself refused: a sequence that exists
    report = verify(sqlite_database)
    assert not report.ok
    assert any(problem.table == table for problem in report.problems), report.problems


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_traceback_leaves_when_any_byte_of_the_file_is_damaged(
    sqlite_database: SqliteTestDatabase, data: st.DataObject
) -> None:
    """Free space may be damaged without harm; everything else is a problem or an error of ours, never SQLite's."""
    sqlite_database.renew()
    record(sqlite_database)
    content = bytearray(sqlite_database.path.read_bytes())
    start = data.draw(st.integers(0, len(content) - 1))
    for position in range(start, min(start + data.draw(st.integers(1, 64)), len(content))):
        content[position] = data.draw(st.integers(0, 255))
    sqlite_database.path.write_bytes(content)
    with contextlib.suppress(LedgerError):
        report = verify(sqlite_database)
        assert report.ok == (not report.problems)


def test_the_actor_of_a_halt_is_checked_when_rows_are_compared(database: TestDatabase) -> None:
    with Ledger.open(database.url) as ledger:
        ledger.set_halt(on=True, reason="incident", actor=ANN)
        database.alter("UPDATE halts SET actor_subject = 'eve@example.com'")
        (problem,) = ledger.verify().problems
    assert (problem.sequence, problem.table, problem.row_id) == (1, "halts", "all")
