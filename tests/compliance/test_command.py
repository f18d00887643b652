"""`alphaswarm evidence export` writes what verifies, and refuses what it cannot stand for."""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from alphaswarm_core.ledger.records import Actor, ActorKind
from alphaswarm_core.ledger.store import Ledger
from tests.checks.trees import REPOSITORY

PERIOD = ("--from", "2020-01-01", "--to", "2999-01-01")


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "ledger.db"
    monkeypatch.setenv("ALPHASWARM_LEDGER_URL", f"sqlite:///{place}")
    with Ledger.open(f"sqlite:///{place}") as ledger:
        ledger.set_halt(True, "incident", Actor(ActorKind.person, "ann@example.com", "Ann"))
    return place


def export(*words: str) -> tuple[int, dict[str, Any]]:
    command = [sys.executable, "-m", "alphaswarm", "evidence", "export", "--json", *words]
    ended = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=120, check=False)
    return ended.returncode, json.loads(ended.stdout or ended.stderr)


def test_archive_is_written_once_and_never_over_another_file(book: Path) -> None:
    place = book.with_name("evidence.tar.gz")
    assert export(*PERIOD, "--output", str(place))[0] == 0
    written = place.read_bytes()
    code, told = export(*PERIOD, "--output", str(place))
    assert (code, "AS-EVD-001" in json.dumps(told)) == (2, True)
    assert place.read_bytes() == written


@pytest.mark.parametrize(
    "words",
    [
        ("--from", "2026-02-01", "--to", "2026-01-01"),
        (*PERIOD, "--controls", "CC8.1,CC0.0"),
        (*PERIOD, "--key", "no-such-key.pem"),
    ],
)
def test_nothing_is_written_when_the_request_is_off(book: Path, words: tuple[str, ...]) -> None:
    place = book.with_name("evidence.tar.gz")
    code, told = export(*words, "--output", str(place))
    assert (code, "AS-EVD-001" in json.dumps(told), place.exists()) == (2, True, False)


def test_ledger_whose_rows_were_altered_is_refused(book: Path) -> None:
    with sqlite3.connect(book) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in names:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE halts SET engaged = 0")
    connection.close()
    place = book.with_name("evidence.tar.gz")
    code, told = export(*PERIOD, "--output", str(place))
    assert (code, "AS-EVD-002" in json.dumps(told), place.exists()) == (3, True, False)
