"""The databases that the suite runs over, and the hand of somebody who alters them behind the ledger's back."""

import shutil
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg

from alphaswarm_core.ledger.store.tables import ledger_head, metadata

from .postgres import Server

TABLES = tuple(table.name for table in metadata.sorted_tables if table is not ledger_head)


class TestDatabase(ABC):
    """A place for a ledger."""

    __test__ = False
    name: str
    url: str

    @abstractmethod
    def renew(self) -> None:
        """Make the ledger empty again."""

    @abstractmethod
    def alter(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run SQL past the ledger, constraints of foreign keys off; `?` stands for parameters."""


class SqliteTestDatabase(TestDatabase):
    """A file."""

    name = "sqlite"

    def __init__(self, template: Path, directory: Path) -> None:
        self._template = template
        self._directory = directory
        self.renew()

    def renew(self) -> None:
        self.path = self._directory / uuid4().hex / "ledger.db"
        self.path.parent.mkdir(mode=0o700)
        shutil.copy(self._template, self.path)
        self.url = f"sqlite:///{self.path}"

    def alter(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        connection = sqlite3.connect(self.path, isolation_level=None)
        try:
            return connection.execute(sql, parameters).fetchall()
        finally:
            connection.close()


class PostgresTestDatabase(TestDatabase):
    """A database on a running server."""

    name = "postgresql"

    def __init__(self, server: Server, template: str) -> None:
        self._name = f"t{uuid4().hex}"
        self._server = server
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {self._name} TEMPLATE {template}".encode())
        self.url = server.url(self._name)
        self._connection = psycopg.connect(self.url, autocommit=True)
        self._connection.execute("SET session_replication_role = replica")

    def renew(self) -> None:
        self.alter(f"TRUNCATE {', '.join(TABLES)}")
        self.alter("UPDATE ledger_head SET sequence = 0, hash = ?", ("0" * 64,))

    def alter(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        cursor = self._connection.execute(sql.replace("?", "%s").encode(), parameters or None)
        return cursor.fetchall() if cursor.description else []

    def drop(self) -> None:
        """Remove the database from the server."""
        self._connection.close()
        with psycopg.connect(self._server.url(), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {self._name} WITH (FORCE)".encode())
