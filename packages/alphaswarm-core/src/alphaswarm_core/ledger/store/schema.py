"""Whether the tables fit this version, and the migration to it.

The version row is asked with plain SQL: Alembic is imported only when there is something to migrate.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from alphaswarm_core.ledger.errors import LedgerSchemaError, LedgerTooNewError
from alphaswarm_core.ledger.store.postgres import PostgresDatabase
from alphaswarm_core.ledger.store.sqlite import SqliteDatabase

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from alphaswarm_core.ledger.store.database import Database

REVISIONS = ("0001", "0002", "0003", "0004", "0005")
"""All revisions, oldest first; the last is what this version works with."""

_MIGRATIONS = Path(__file__).parent / "migrations"
_HAS_TABLE = {
    "sqlite": "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'",
    "postgresql": "SELECT 1 WHERE to_regclass('alembic_version') IS NOT NULL",
}
_MIGRATION_LOCK = 0x616C7068_6C656467  # any number that is ours: the advisory lock of migrations


def require_current_schema(database: "Database") -> None:
    """Check that the tables are those of this version; an SQLite file is migrated to it.

    Raises:
        LedgerSchemaError: PostgreSQL's tables are missing or older.
        LedgerTooNewError: the ledger is from a newer version.
    """
    if _is_current(database):
        return
    if isinstance(database, SqliteDatabase):
        migrate(database)
        return
    raise LedgerSchemaError(
        f"The tables of the ledger at {database.place} are missing or from an older version",
        why="a shared ledger is migrated by a person, not by whichever command comes first",
        fix="Run: alphaswarm ledger migrate",
    )


def _is_current(database: "Database") -> bool:
    revision = _revision(database)
    if revision is not None and revision not in REVISIONS:
        raise LedgerTooNewError(
            f"The ledger {database.place} was made by a newer version of alphaswarm (schema {revision})",
            why=f"this version knows schemas up to {REVISIONS[-1]}, and never writes what it does not understand",
            fix="Upgrade: pip install --upgrade alphaswarm",
        )
    return revision == REVISIONS[-1]


def _revision(database: "Database") -> str | None:
    if not database.rows(_HAS_TABLE[database.name], {}):
        return None
    rows = database.rows("SELECT version_num FROM alembic_version", {})
    return str(rows[0][0]) if rows else None


def migrate(database: "Database") -> None:
    """Bring the tables to this version. Two processes that migrate at once do it once."""
    from sqlalchemy import create_engine  # noqa: PLC0415 - costs half a second, and nearly no command needs it
    from sqlalchemy.pool import StaticPool  # noqa: PLC0415

    assert isinstance(database, SqliteDatabase | PostgresDatabase)  # noqa: S101
    dialect = "sqlite://" if isinstance(database, SqliteDatabase) else "postgresql+psycopg://"
    engine = create_engine(dialect, creator=lambda: database.connection, poolclass=StaticPool)
    with engine.connect() as connection, database.transaction():  # in this order: connecting ends transactions
        if database.name == "postgresql":
            database.rows(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})", {})
        if not _is_current(database):
            connection.begin()  # Alembic commits nothing that it did not begin: the transaction is ours
            _upgrade(database, connection)


def _upgrade(database: "Database", connection: "Connection") -> None:
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, REVISIONS[-1])
    except DBAPIError as error:
        raise database.fault(error.orig or error) from error
