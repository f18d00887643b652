"""The tables: made by migrations, equal to the metadata, refused when they are from another time."""

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from alphaswarm_core.ledger.chain import canonical_text, entry_hash
from alphaswarm_core.ledger.errors import LedgerSchemaError, LedgerTooNewError
from alphaswarm_core.ledger.projection import PROJECTIONS
from alphaswarm_core.ledger.records import Run
from alphaswarm_core.ledger.store import Ledger, schema, statements
from alphaswarm_core.ledger.store.tables import metadata

from .databases import TestDatabase
from .postgres import Server
from .samples import whole_story

AT = "2025-01-31T08:15:00.000000Z"
OLD_RUN: dict[str, str | int] = {
    "id": "a0",
    "tree": "alphaswarm_platform",
    "environment": "dev",
    "run_kind": "plan",
    "status": "queued",
    "actor_kind": "person",
    "actor_subject": "person:ann",
    "actor_name": "Ann",
    "executor": "local",
    "target": "local",
    "destroys": 0,
    "queued_at": AT,
    "halted": 0,
}
OLD_APPROVAL: dict[str, str | int] = {
    "id": "b0",
    "run_id": "a0",
    "plan_digest": "d",
    "approver": "bob",
    "decision": "approve",
    "source": "cli",
    "at": AT,
}


def test_migrations_arrive_at_the_metadata_when_run_from_empty(database: TestDatabase) -> None:
    engine = sa.create_engine(database.url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []
        _compare_partial_indexes(connection)
    engine.dispose()


def _compare_partial_indexes(connection: sa.Connection) -> None:
    """Alembic does not compare the conditions of partial indexes, and ours carry promises."""
    inspector = sa.inspect(connection)
    for table, name, kinds in (
        ("terraform_runs", "uq_run_claims_plan", "apply"),
        ("run_leases", "uq_exclusive_lease_of_stack", "1"),
    ):
        (index,) = (index for index in inspector.get_indexes(table) if index["name"] == name)
        where = index["dialect_options"][f"{connection.dialect.name}_where"]
        assert index["unique"]
        assert kinds in str(where)


def test_projections_name_all_columns_when_compared_with_the_tables() -> None:
    for name, projection in PROJECTIONS.items():
        assert list(projection.columns) == [column.name for column in metadata.tables[name].columns]
        assert projection.changeable | projection.json | projection.prose <= projection.known
    lease = [column.name for column in metadata.tables["run_leases"].columns]
    assert statements._LEASE_COLUMNS.split(", ") == lease
    assert set(Run.__slots__) - {"actor"} <= set(PROJECTIONS["terraform_runs"].columns)


def test_revisions_are_those_of_the_scripts_when_listed_in_code() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    scripts = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert list(schema.REVISIONS) == scripts[::-1]


def test_ledger_is_refused_when_it_is_newer_than_the_code(database: TestDatabase) -> None:
    database.alter("UPDATE alembic_version SET version_num = '9999'")
    for attempt in (Ledger.open, Ledger.migrate):
        with pytest.raises(LedgerTooNewError, match="9999"):
            attempt(database.url)


def test_migration_changes_nothing_when_the_tables_are_current(database: TestDatabase) -> None:
    with Ledger.open(database.url) as ledger:
        whole_story(ledger)
        Ledger.migrate(database.url)
        assert ledger.verify().ok


def test_ledger_of_an_older_version_verifies_when_it_was_migrated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db"
    with monkeypatch.context() as older:
        older.setattr(schema, "REVISIONS", ("0001",))
        Ledger.migrate(url)
    with closing(sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)) as connection:
        _write_old(connection, "terraform_runs", "run:plan:queued", OLD_RUN)
        _write_old(connection, "approvals", "approval:granted", OLD_APPROVAL)

    with Ledger.open(url) as ledger:
        assert ledger.verify().ok
        assert [(each.approver, each.stack) for each in ledger.approvals("a0")] == [("bob", None)]
        assert ledger.run("a0").purpose is None


def _write_old(connection: sqlite3.Connection, table: str, kind: str, row: dict[str, str | int]) -> None:
    ((sequence, head),) = connection.execute("SELECT sequence + 1, hash FROM ledger_head").fetchall()
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(row.values()))
    values = {name: bool(value) if isinstance(value, int) else value for name, value in row.items()}
    body = canonical_text({"row": row["id"], "set": values, "table": table})
    digest = entry_hash(sequence, AT, kind, head, body)
    entry = (sequence, AT, kind, body, head, digest)
    connection.execute("INSERT INTO ledger_entries VALUES (?, ?, ?, ?, ?, ?)", entry)
    connection.execute("UPDATE ledger_head SET sequence = ?, hash = ?", (sequence, digest))


def test_postgresql_is_not_migrated_by_itself_when_its_tables_are_missing(postgres_server: Server) -> None:
    with psycopg.connect(postgres_server.url(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE bare")
    try:
        with pytest.raises(LedgerSchemaError) as caught:
            Ledger.open(postgres_server.url("bare"))
        assert "alphaswarm ledger migrate" in str(caught.value.fix)
        with ThreadPoolExecutor() as pool:  # twice at once: once is done
            list(pool.map(Ledger.migrate, [postgres_server.url("bare")] * 2))
        with Ledger.open(postgres_server.url("bare")) as ledger:
            whole_story(ledger)
            assert ledger.verify().ok
    finally:
        with psycopg.connect(postgres_server.url(), autocommit=True) as connection:
            connection.execute("DROP DATABASE bare WITH (FORCE)")


def test_one_ledger_is_made_when_several_processes_open_it_first(tmp_path: Path) -> None:
    script = (
        "import sys; from alphaswarm_core.ledger.store import Ledger;"
        "Ledger.open(sys.argv[1]).note('halt:on', 'x', None)"
    )
    command = [sys.executable, "-c", script, f"sqlite:///{tmp_path}/100% new/ledger.db"]
    processes = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    assert [process.communicate(timeout=120)[1] for process in processes] == [""] * 4
    with Ledger.open(f"sqlite:///{tmp_path}/100% new/ledger.db") as ledger:
        report = ledger.verify()
    assert (report.ok, report.entries) == (True, 4)


def test_neither_alembic_nor_sqlalchemy_nor_psycopg_is_loaded_when_a_current_ledger_is_used(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db"
    Ledger.open(url).close()
    script = (
        "import sys; from alphaswarm_core.ledger.store import Ledger; ledger = Ledger.open(sys.argv[1]);"
        "ledger.note('halt:on', 'x', None); ledger.verify();"
        "print({'alembic', 'sqlalchemy', 'psycopg'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script, url], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "set()"
