import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from alphaswarm_core.ledger.store import Ledger

from .databases import PostgresTestDatabase, SqliteTestDatabase, TestDatabase
from .postgres import NoServerError, Server, running_server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    try:
        with running_server() as server:
            yield server
    except NoServerError as error:
        if os.environ.get("CI"):
            pytest.fail(f"the ledger has to be tested on PostgreSQL too: {error}")
        pytest.skip(f"no PostgreSQL: {error}")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "ledger.db"
    Ledger.open(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> SqliteTestDatabase:
    return SqliteTestDatabase(sqlite_template, tmp_path)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: Server) -> str:
    with psycopg.connect(postgres_server.url(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE ledger_template")
    Ledger.migrate(postgres_server.url("ledger_template"))
    return "ledger_template"


@pytest.fixture
def postgres_database(postgres_server: Server, postgres_template: str) -> Iterator[PostgresTestDatabase]:
    database = PostgresTestDatabase(postgres_server, postgres_template)
    yield database
    database.drop()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> TestDatabase:
    fixture = "sqlite_database" if request.param == "sqlite" else "postgres_database"
    made: TestDatabase = request.getfixturevalue(fixture)
    return made


@pytest.fixture
def ledger(database: TestDatabase) -> Iterator[Ledger]:
    with Ledger.open(database.url) as opened:
        yield opened
