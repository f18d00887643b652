"""Rows of runs as values, and the queries that find them."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from alphaswarm_core.canonical import Json
from alphaswarm_core.ledger.chain import as_doubles
from alphaswarm_core.ledger.errors import LedgerCorruptError, RunNotFoundError
from alphaswarm_core.ledger.projection import RUNS
from alphaswarm_core.ledger.records import Actor, ActorKind, Purpose, Run, RunKind, RunStatus
from alphaswarm_core.ledger.store import statements
from alphaswarm_core.ledger.store.database import Database

_BY_ID = statements.select_rows(RUNS, "id = :id")
_BY_ID_LOCKED = statements.select_rows(RUNS, "id = :id", suffix="{lock}")


def load(database: Database, run_id: str) -> Run:
    """The run with exactly that id, its row locked against other writers."""
    return _one(database, _BY_ID_LOCKED, run_id)


def find(database: Database, run_id: str) -> Run:
    """The run with exactly that id."""
    return _one(database, _BY_ID, run_id)


def _one(database: Database, sql: str, run_id: str) -> Run:
    rows = database.rows(sql, {"id": run_id})
    if not rows:
        raise RunNotFoundError(f"There is no run {run_id}", fix="See which there are: alphaswarm runs list")
    return run_of(rows[0])


def by_prefix(database: Database, prefix: str) -> Run:
    """The only run whose id begins with `prefix`."""
    if not prefix or not set(prefix) <= set("0123456789abcdef-"):
        raise RunNotFoundError(f"'{prefix}' is no run id", fix="See which there are: alphaswarm runs list")
    sql = statements.select_rows(RUNS, "id LIKE :prefix", suffix=" ORDER BY id DESC LIMIT 6")
    found = [run_of(row) for row in database.rows(sql, {"prefix": f"{prefix}%"})]
    exact = [run for run in found if run.id == prefix]
    if len(found) == 1 or exact:
        return (exact or found)[0]
    if not found:
        raise RunNotFoundError(f"There is no run {prefix}", fix="See which there are: alphaswarm runs list")
    raise RunNotFoundError(
        f"More than one run begins with {prefix}", why=", ".join(run.id for run in found), fix="Give more of its id"
    )


def select(database: Database, conditions: Mapping[str, str | None], *, before: str | None, limit: int) -> list[Run]:
    """Runs where the given columns have the given values, newest first; `before` is the id to continue after."""
    given = {column: value for column, value in conditions.items() if value is not None}
    clauses = [f"{column} = :{column}" for column in given] + (["id < :before"] if before else [])
    sql = statements.select_rows(RUNS, *clauses, suffix=" ORDER BY id DESC LIMIT :limit")
    cursor = {"before": before} if before else {}
    return [run_of(row) for row in database.rows(sql, {**given, **cursor, "limit": limit})]


def select_changes(database: Database, conditions: Mapping[str, str], *, before: str | None, limit: int) -> list[Run]:
    """Applies and destroys where the given columns have the given values, newest first."""
    clauses = [f"{column} = :{column}" for column in conditions] + (["id < :before"] if before else [])
    sql = statements.select_rows(
        RUNS, "run_kind IN ('apply', 'destroy')", *clauses, suffix=" ORDER BY id DESC LIMIT :limit"
    )
    cursor = {"before": before} if before else {}
    return [run_of(row) for row in database.rows(sql, {**conditions, **cursor, "limit": limit})]


def after(database: Database, run: Run, kind: RunKind) -> list[Run]:
    """Runs of `kind` on the same stack that were opened after `run`, oldest first."""
    conditions = {"tree": run.tree, "environment": run.environment, "run_kind": str(kind)}
    clauses = [f"{column} = :{column}" for column in conditions]
    sql = statements.select_rows(RUNS, *clauses, "id > :after", suffix=" ORDER BY id LIMIT 200")
    return [run_of(row) for row in database.rows(sql, {**conditions, "after": run.id})]


def actor_columns(actor: Actor) -> dict[str, Json]:
    """An actor as columns."""
    return {
        "actor_kind": str(actor.kind),
        "actor_subject": actor.subject,
        "actor_name": actor.display_name,
        "actor_run_url": actor.run_url,
    }


def actor_of(values: Mapping[str, Any]) -> Actor:
    """The actor in a row's columns."""
    kind = ActorKind(values["actor_kind"])
    return Actor(kind, values["actor_subject"], values["actor_name"], values["actor_run_url"])


def changed(run: Run, values: Mapping[str, Json]) -> Run:
    """The run after columns of its row were set."""
    typed: dict[str, Any] = dict(values)
    typed["status"] = RunStatus(typed["status"])
    return dataclasses.replace(run, **typed)


def run_of(row: Sequence[Any]) -> Run:
    """The run in a stored row.

    Raises:
        LedgerCorruptError: the row holds what the ledger never wrote.
    """
    values = dict(zip(RUNS.columns, row, strict=True))
    try:
        for column in RUNS.json:
            if values[column] is not None:
                values[column] = as_doubles(orjson.loads(values[column]))
        return run_from(values)
    except (ValueError, TypeError) as error:
        raise LedgerCorruptError(
            f"The row of run {values['id']} cannot be read", why=str(error), fix="See: alphaswarm ledger verify"
        ) from error


def run_from(values: Mapping[str, Any]) -> Run:
    """The run in named columns, JSON already read."""
    plain: dict[str, Any] = {column: values.get(column) for column in RUNS.columns if not column.startswith("actor_")}
    plain |= {"run_kind": RunKind(values["run_kind"]), "status": RunStatus(values["status"])}
    plain |= {"destroys": bool(values["destroys"]), "halted": bool(values["halted"]), "actor": actor_of(values)}
    plain["purpose"] = Purpose(values["purpose"]) if values.get("purpose") else None
    return Run(**plain)
