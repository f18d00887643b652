"""A ledger that cannot be reached says why, with a code of its own, and never lets a run start unrecorded."""

import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from alphaswarm_core.errors import ExitCode
from alphaswarm_core.ledger.errors import (
    LedgerAccessError,
    LedgerAddressError,
    LedgerCorruptError,
    LedgerError,
    LedgerFullError,
    LedgerLockedError,
    LedgerMissingError,
    LedgerReadOnlyError,
    LedgerRuleError,
    LedgerServerError,
    LedgerUnavailableError,
)
from alphaswarm_core.ledger.records import RunStatus
from alphaswarm_core.ledger.store import Ledger

from .databases import PostgresTestDatabase, SqliteTestDatabase, TestDatabase
from .postgres import PASSWORD, Server
from .samples import new_run, whole_story

SHORT = timedelta(milliseconds=100)


def refusal(
    call: Callable[[], object], kind: type[LedgerError], exit_code: ExitCode = ExitCode.UNAVAILABLE
) -> LedgerError:
    with pytest.raises(LedgerError) as caught:
        call()
    error = caught.value
    assert type(error) is kind
    assert error.exit_code is exit_code
    assert error.fix
    assert PASSWORD not in repr(error.as_document())
    return error


def test_codes_are_distinct_when_errors_differ() -> None:
    def below(kind: type[Exception]) -> Iterator[type[Exception]]:
        yield kind
        for child in kind.__subclasses__():
            yield from below(child)

    kinds = [*below(LedgerError), *below(LedgerRuleError)]
    codes = [vars(kind)["code"] for kind in kinds]
    assert len(set(codes)) == len(codes)
    assert all(code.startswith("AS-LED-") for code in codes)


@pytest.mark.parametrize(
    "url", ["", "ledger.db", "mysql://host/db", "sqlite://", "sqlite:///", "sqlite:///:memory:", "http://x/y"]
)
def test_address_is_refused_when_no_ledger_can_live_there(url: str) -> None:
    refusal(lambda: Ledger.open(url), LedgerAddressError)


def test_file_is_made_private_when_there_is_none(tmp_path: Path) -> None:
    path = tmp_path / "new" / "place" / "ledger.db"
    with Ledger.open(f"sqlite:///{path}") as ledger:
        ledger.note("halt:on", "x", None)
        for file in path.parent.iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_file_is_found_when_the_address_is_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Ledger.open("sqlite:///.alphaswarm/ledger.db").close()
    assert (tmp_path / ".alphaswarm" / "ledger.db").exists()


def test_nothing_is_made_when_it_may_not_be(tmp_path: Path) -> None:
    refusal(lambda: Ledger.open(f"sqlite:///{tmp_path}/sub/ledger.db", create=False), LedgerMissingError)
    assert list(tmp_path.iterdir()) == []


def test_directory_is_refused_when_a_file_is_needed(tmp_path: Path) -> None:
    refusal(lambda: Ledger.open(f"sqlite:///{tmp_path}"), LedgerUnavailableError)


def test_path_is_refused_when_a_file_stands_where_a_directory_should(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    refusal(lambda: Ledger.open(f"sqlite:///{tmp_path}/file/ledger.db"), LedgerUnavailableError)


@pytest.mark.parametrize(
    "content", [b"this is no database, but it is long enough " * 40, b"SQLite format 3\0" + b"\xff" * 5000]
)
def test_file_is_called_damaged_when_it_is_no_database(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(content)
    refusal(lambda: Ledger.open(f"sqlite:///{path}"), LedgerCorruptError, ExitCode.FAILED)
    assert path.read_bytes() == content


def test_file_is_called_damaged_when_its_pages_are(sqlite_database: SqliteTestDatabase) -> None:
    with Ledger.open(sqlite_database.url) as ledger:
        whole_story(ledger)
    content = bytearray(sqlite_database.path.read_bytes())
    content[4096:] = os.urandom(len(content) - 4096)
    sqlite_database.path.write_bytes(content)

    def use() -> None:
        with Ledger.open(sqlite_database.url) as ledger:
            ledger.open_run(new_run(), exclusive=False)

    refusal(use, LedgerCorruptError, ExitCode.FAILED)


def test_write_is_refused_when_another_process_holds_the_lock(sqlite_database: SqliteTestDatabase) -> None:
    with Ledger.open(sqlite_database.url, busy_timeout=SHORT) as ledger:
        with closing(sqlite3.connect(sqlite_database.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            refusal(lambda: ledger.open_run(new_run(), exclusive=False), LedgerLockedError)
            assert ledger.runs() == []  # reading goes on
        assert ledger.open_run(new_run(), exclusive=False).status is RunStatus.queued


def test_write_is_refused_when_another_session_holds_the_head(postgres_database: PostgresTestDatabase) -> None:
    with Ledger.open(postgres_database.url, busy_timeout=SHORT) as ledger:
        with psycopg.connect(postgres_database.url) as other:
            other.execute("SELECT * FROM ledger_head FOR UPDATE")
            refusal(lambda: ledger.open_run(new_run(), exclusive=False), LedgerLockedError)
            other.rollback()
        ledger.open_run(new_run(), exclusive=False)
        assert ledger.verify().ok


def test_nothing_is_half_written_when_the_disk_is_full(sqlite_database: SqliteTestDatabase) -> None:
    with Ledger.open(sqlite_database.url) as ledger:
        run = ledger.open_run(new_run(), exclusive=True)
        before = ledger.head()
        ledger._database.execute("PRAGMA max_page_count = 1", {})  # as many as there are
        refusal(lambda: ledger.note("run:refused", "x", {"text": "long " * 100_000}), LedgerFullError)
        big = {"note": "long " * 100_000}
        refusal(lambda: ledger.transition(run.id, RunStatus.running, changes=big), LedgerFullError)
        assert (ledger.head(), ledger.run(run.id)) == (before, run)
        assert ledger.verify().ok
    with Ledger.open(sqlite_database.url) as ledger:
        ledger.transition(run.id, RunStatus.running, changes=big)
        assert ledger.verify().ok


AS_SOMEBODY_ELSE = """
import os, sys
from alphaswarm_core.errors import AlphaSwarmError
from alphaswarm_core.ledger.store import Ledger
if os.getuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
try:
    with Ledger.open(sys.argv[1]) as ledger:
        ledger.note("halt:on", "x", {})
    print("written")
except AlphaSwarmError as error:
    print(error.code, int(error.exit_code))
"""


@contextmanager
def open_directory() -> Iterator[Path]:
    """A directory that every user can reach: pytest's own are for this user only."""
    with tempfile.TemporaryDirectory(dir=tempfile.gettempdir()) as directory:
        Path(directory).chmod(0o777)
        yield Path(directory)


def as_somebody_else(path: Path) -> str:
    """What happens to a user for whom file modes count (they do not for root)."""
    command = [sys.executable, "-c", AS_SOMEBODY_ELSE, f"sqlite:///{path}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("moment", ["file", "directory", "new"])
def test_ledger_is_refused_when_this_user_cannot_write_it(moment: str) -> None:
    with open_directory() as directory:
        path = directory / "ledger.db"
        if moment != "new":
            Ledger.open(f"sqlite:///{path}").close()
            path.chmod(0o444 if moment == "file" else 0o666)
        if moment != "file":
            directory.chmod(0o555)
        expected = LedgerUnavailableError.code if moment == "directory" else LedgerReadOnlyError.code
        said = as_somebody_else(path)
        directory.chmod(0o777)
        assert said.split() in ([expected, "5"], [LedgerReadOnlyError.code, "5"])


def test_ledger_is_written_when_this_user_can() -> None:
    with open_directory() as directory:
        path = directory / "ledger.db"
        Ledger.open(f"sqlite:///{path}").close()
        path.chmod(0o666)
        assert as_somebody_else(path) == "written"


def test_server_is_called_down_when_nobody_listens() -> None:
    refusal(lambda: Ledger.open(f"postgresql://ledger:{PASSWORD}@127.0.0.1:1/x"), LedgerServerError)


def test_password_is_not_shown_when_it_is_wrong(postgres_server: Server) -> None:
    url = postgres_server.url().replace(PASSWORD, "wrong-battery")
    error = refusal(lambda: Ledger.open(url), LedgerAccessError)
    assert "wrong-battery" not in repr(error.as_document())
    assert "127.0.0.1" in error.what


def test_database_is_named_when_the_server_does_not_have_it(postgres_server: Server) -> None:
    error = refusal(lambda: Ledger.open(postgres_server.url("nowhere")), LedgerUnavailableError)
    assert "nowhere" in error.what


@pytest.mark.parametrize("url", [f"postgresql://ledger:{PASSWORD}@[::1", f"postgresql://l:{PASSWORD}@h:port/x"])
def test_password_is_not_shown_when_the_address_is_broken(url: str) -> None:
    with pytest.raises(LedgerUnavailableError) as caught:
        Ledger.open(url)
    assert PASSWORD not in repr(caught.value.as_document())


_CUT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def test_ledger_goes_on_when_its_connection_was_cut_between_two_transactions(
    postgres_database: PostgresTestDatabase,
) -> None:
    with Ledger.open(postgres_database.url) as ledger:
        run = ledger.open_run(new_run(), exclusive=False)
        postgres_database.alter(_CUT)
        ledger.transition(run.id, RunStatus.running)
        assert ledger.run(run.id).status is RunStatus.running
        assert ledger.verify().ok


def test_transaction_is_refused_and_not_repeated_when_its_connection_was_cut(
    postgres_database: PostgresTestDatabase,
) -> None:
    with Ledger.open(postgres_database.url) as ledger:
        database = ledger._database

        def cut_and_ask() -> None:
            with database.transaction():
                database.execute("INSERT INTO ledger_entries VALUES (7, '', '', '', '', '')", {})
                postgres_database.alter(_CUT)
                database.rows("SELECT 1", {})

        refusal(cut_and_ask, LedgerServerError)
        assert ledger.verify().ok
        assert ledger.verify().entries == 0


def test_user_is_told_when_the_server_is_read_only(postgres_database: PostgresTestDatabase) -> None:
    name = postgres_database.url.rpartition("/")[2]
    postgres_database.alter(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    with Ledger.open(postgres_database.url) as ledger:
        refusal(lambda: ledger.open_run(new_run(), exclusive=False), LedgerReadOnlyError)


def test_nothing_is_written_when_the_chain_has_no_head(database: TestDatabase) -> None:
    with Ledger.open(database.url) as ledger:
        database.alter("DELETE FROM ledger_head")
        refusal(lambda: ledger.open_run(new_run(), exclusive=False), LedgerCorruptError, ExitCode.FAILED)
        assert ledger.runs() == []


def test_nothing_is_written_when_the_head_was_set_back(database: TestDatabase) -> None:
    with Ledger.open(database.url) as ledger:
        ledger.note("halt:on", "x", None)
        database.alter("UPDATE ledger_head SET sequence = 0, hash = ?", ("0" * 64,))
        refusal(lambda: ledger.open_run(new_run(), exclusive=False), LedgerCorruptError, ExitCode.FAILED)
        assert ledger.runs() == []


def test_row_is_called_damaged_when_it_cannot_be_read(database: TestDatabase) -> None:
    with Ledger.open(database.url) as ledger:
        run = ledger.open_run(new_run(), exclusive=False)
        database.alter("UPDATE terraform_runs SET status = 'nonsense'")
        refusal(lambda: ledger.run(run.id), LedgerCorruptError, ExitCode.FAILED)
