import io
import json
from typing import Any

import pytest

from alphaswarm_core.ledger.chain import GENESIS_HASH
from alphaswarm_core.ledger.export import verify_export
from alphaswarm_core.ledger.store import Ledger

from .samples import whole_story


@pytest.fixture
def lines(ledger: Ledger) -> list[str]:
    whole_story(ledger)
    stream = io.StringIO()
    ledger.export(stream)
    return stream.getvalue().splitlines(keepends=True)


def test_export_verifies_without_a_database_when_it_is_whole(ledger: Ledger, lines: list[str]) -> None:
    report, stored = verify_export(lines), ledger.verify()
    assert report == stored
    assert report.ok
    assert len(lines) == report.entries + 2
    assert verify_export([line.encode() for line in lines]) == report
    assert verify_export(lines, expected_head=ledger.head()).ok


def test_export_holds_the_stored_bytes_when_read_back(ledger: Ledger, lines: list[str]) -> None:
    entries = ledger.entries(limit=1000)
    fields = ("sequence", "at", "kind", "body", "previous_hash", "hash")
    assert [json.loads(line) for line in lines[1:-1]] == [{f: getattr(entry, f) for f in fields} for entry in entries]


def test_export_of_an_empty_ledger_verifies_when_nothing_was_recorded(ledger: Ledger) -> None:
    stream = io.StringIO()
    ledger.export(stream)
    report = verify_export(stream.getvalue().splitlines())
    assert (report.ok, report.entries, report.head_hash) == (True, 0, GENESIS_HASH)


def _edited(lines: list[str], number: int, **changes: Any) -> list[str]:
    return [*lines[:number], json.dumps({**json.loads(lines[number]), **changes}), *lines[number + 1 :]]


@pytest.mark.parametrize("field", ["at", "kind", "body", "previous_hash", "hash", "sequence"])
@pytest.mark.parametrize("value", ["x", None, 3.5, [], 99, '{"facts":1,"subject":"x"}'])
def test_entry_is_named_when_its_line_was_edited(lines: list[str], field: str, value: object) -> None:
    report = verify_export(_edited(lines, 5, **{field: value}))
    assert not report.ok
    if field != "sequence":
        assert 5 in {problem.sequence for problem in report.problems}


@pytest.mark.parametrize("number", [1, 5, -2])
def test_entry_is_named_when_its_line_is_missing(lines: list[str], number: int) -> None:
    sequence = json.loads(lines[number])["sequence"]
    report = verify_export([line for line in lines if line != lines[number]])
    assert not report.ok
    if number != -2:
        assert sequence in {problem.sequence for problem in report.problems}


def test_cut_is_found_when_the_export_ends_early(lines: list[str]) -> None:
    for length in range(len(lines)):
        assert not verify_export(lines[:length]).ok, length


def test_exchange_is_found_when_two_lines_changed_places(lines: list[str]) -> None:
    assert not verify_export([*lines[:3], lines[4], lines[3], *lines[5:]]).ok


@pytest.mark.parametrize("extra", ["nonsense\n", "[]\n", '{"sequence":1}\n', "\n"])
def test_addition_is_found_when_it_stands_anywhere(lines: list[str], extra: str) -> None:
    for place in (0, 1, 4, len(lines)):
        assert not verify_export([*lines[:place], extra, *lines[place:]]).ok, place


@pytest.mark.parametrize("changes", [{"entries": 1}, {"head_hash": "0" * 64}, {"head_sequence": None}])
def test_last_line_is_checked_when_the_entries_are_sound(lines: list[str], changes: dict[str, Any]) -> None:
    assert not verify_export(_edited(lines, len(lines) - 1, **changes)).ok


def test_other_files_are_refused_when_they_are_no_export() -> None:
    for lines in ([], ["{}"], ['{"schema":"other"}'], ["\xff\x00"], [b"\xff\xfe"]):
        assert not verify_export(lines).ok


def test_expected_head_is_missed_when_the_export_is_older(lines: list[str]) -> None:
    assert not verify_export(lines, expected_head=(1000, "0" * 64)).ok
