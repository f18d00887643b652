"""No ledger, no run: whatever is wrong with the ledger, nothing is started, and the message says what to do."""

import shutil
import sqlite3
import stat
import time

import pytest
from example_project import Project

from .command_line import CommandLine, engine_pids, make_quick, make_slow, wait_until
from .permissions import as_everybody

UP = ("deploy", "up", "--env", "dev", "--yes")


@pytest.fixture
def used(command_line: CommandLine) -> CommandLine:
    """A project whose ledger has a run."""
    command_line.succeed("deploy", "plan", "--env", "dev")
    return command_line


def test_nothing_starts_when_the_ledger_is_read_only(used: CommandLine, project: Project) -> None:
    project.ledger.chmod(stat.S_IRUSR)

    ended = used.run(*UP, "--json", preexec_fn=as_everybody())

    assert ended.code == 5
    assert ended.error["code"] == "AS-LED-004"
    assert "right to write" in ended.error["fix"]
    assert not project.state().exists()


def test_nothing_starts_when_the_ledger_may_not_be_made(command_line: CommandLine, project: Project) -> None:
    place = project.root / "closed"
    place.mkdir(mode=0o500)
    url = {"ALPHASWARM_LEDGER_URL": f"sqlite:///{place}/ledger.db"}

    ended = command_line.run(*UP, "--json", env=url, preexec_fn=as_everybody())

    assert ended.code == 5
    assert ended.error["code"] == "AS-LED-004"
    assert not project.state().exists()


def test_directory_of_the_ledger_is_made_when_it_is_missing(command_line: CommandLine, project: Project) -> None:
    url = {"ALPHASWARM_LEDGER_URL": "sqlite:///records/of/deployments/ledger.db"}

    command_line.succeed("deploy", "plan", "--env", "dev", env=url)

    ledger = project.root / "records/of/deployments/ledger.db"
    assert stat.S_IMODE(ledger.stat().st_mode) == 0o600


def test_verify_says_so_when_there_is_no_ledger(command_line: CommandLine, project: Project) -> None:
    ended = command_line.run("ledger", "verify", "--json")

    assert ended.code == 5
    assert ended.error["code"] == "AS-LED-018"
    assert not project.ledger.exists()


@pytest.mark.parametrize("content", [b"not a database, but long enough to look like one " * 100, b"SQLite format 3\0"])
def test_nothing_starts_when_the_ledger_is_no_database(
    command_line: CommandLine, project: Project, content: bytes
) -> None:
    project.ledger.write_bytes(content)

    ended = command_line.run(*UP, "--json")

    assert ended.code == 1
    assert ended.error["code"] == "AS-LED-012"
    assert project.ledger.read_bytes() == content
    assert not project.state().exists()


def test_nothing_starts_when_a_page_of_the_ledger_is_damaged(used: CommandLine, project: Project) -> None:
    with sqlite3.connect(project.ledger) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    content = bytearray(project.ledger.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    project.ledger.write_bytes(content)

    ended = used.run(*UP, "--json")

    assert ended.code == 1
    assert ended.error["code"] == "AS-LED-012"
    assert not project.state().exists()


def test_verify_names_the_entry_when_a_byte_was_flipped(used: CommandLine, project: Project) -> None:
    with sqlite3.connect(project.ledger) as connection:
        for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{trigger}"')
        connection.execute("UPDATE ledger_entries SET body = replace(body, 'dev', 'deu') WHERE sequence = 2")
    connection.close()

    ended = used.run("ledger", "verify")

    assert ended.code == 1
    assert "entry 2" in ended.out


def test_nothing_starts_when_another_process_keeps_the_ledger_locked(used: CommandLine, project: Project) -> None:
    connection = sqlite3.connect(project.ledger, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    began = time.monotonic()

    ended = used.run(*UP, "--json")

    connection.close()
    assert ended.code == 5
    assert ended.error["code"] == "AS-LED-005"
    assert time.monotonic() - began < 60
    assert not project.state().exists()


def test_apply_is_stopped_cleanly_and_found_interrupted_when_the_ledger_fails_meanwhile(
    on_engine: CommandLine, project: Project
) -> None:
    """The heart of the run beats into the ledger: when that fails, nothing more can be recorded, so nothing goes on."""
    marker = make_slow(project)
    kept = project.root / "kept.db"
    with on_engine.started(*UP) as call:
        wait_until(marker.exists, "the apply has begun")
        connection = sqlite3.connect(project.ledger, isolation_level=None)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        shutil.copy(project.ledger, kept)
        with project.ledger.open("r+b") as file:
            file.write(b"\xff" * project.ledger.stat().st_size)
        ended = call.end(seconds=60)
    assert "AS-LED-0" in ended.err
    assert ended.code in {1, 5}
    assert engine_pids(project) == []
    assert "quick" in project.state().read_text()

    for leftover in project.home.glob("ledger.db*"):
        leftover.unlink()
    shutil.copy(kept, project.ledger)
    make_quick(project)
    on_engine.succeed(*UP)

    statuses = [(run["run_kind"], run["status"]) for run in reversed(on_engine.runs())]
    assert statuses[:2] == [("plan", "interrupted"), ("apply", "interrupted")]
    on_engine.require_whole_ledger()
