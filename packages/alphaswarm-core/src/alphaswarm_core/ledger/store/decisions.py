"""The halt, and the specs of stacks."""

from typing import Any

from alphaswarm_core.ledger.errors import LedgerRecordError
from alphaswarm_core.ledger.projection import HALTS, SPEC_VERSIONS
from alphaswarm_core.ledger.records import Actor, Halt, SpecRecord, SpecVersion
from alphaswarm_core.ledger.store import run_rows, statements
from alphaswarm_core.ledger.store.appending import Transaction
from alphaswarm_core.ledger.store.database import Database

_EVERYTHING = "all"


def register_spec(transaction: Transaction, spec: SpecRecord) -> SpecVersion:
    """The version with that hash; a new one if the stack never had it."""
    if spec.document is None:
        raise LedgerRecordError(f"The spec {spec.spec_hash} has no document", fix="Report this as a defect")
    stack = {"tree": spec.tree, "environment": spec.environment}
    versions = _versions(transaction.database, stack)
    for version in versions:
        if version.spec_hash == spec.spec_hash:
            return version
    values: dict[str, Any] = {**stack, "id": transaction.new_id(), "spec_hash": spec.spec_hash}
    values |= {"version": len(versions) + 1, "created_at": transaction.now}
    transaction.insert(SPEC_VERSIONS, "spec:registered", {**values, "document": spec.document})
    return SpecVersion(**values)


def _versions(database: Database, stack: dict[str, str]) -> list[SpecVersion]:
    sql = statements.select_rows(
        SPEC_VERSIONS, "tree = :tree", "environment = :environment", suffix=" ORDER BY version"
    )
    named = [dict(zip(SPEC_VERSIONS.columns, row, strict=True)) for row in database.rows(sql, stack)]
    return [SpecVersion(**{name: row[name] for name in SpecVersion.__slots__}) for row in named]


def spec_document(database: Database, spec_version_id: str) -> str | None:
    """The canonical JSON of a registered spec, as it is stored."""
    rows = database.rows(statements.select_rows(SPEC_VERSIONS, "id = :id"), {"id": spec_version_id})
    return dict(zip(SPEC_VERSIONS.columns, rows[0], strict=True))["document"] if rows else None


def set_halt(transaction: Transaction, *, on: bool, reason: str, actor: Actor) -> Halt:
    """Stop applies and destroys, or let them go on."""
    changes = {"engaged": on, "reason": reason, "at": transaction.now, **run_rows.actor_columns(actor)}
    kind = "halt:on" if on else "halt:off"
    if transaction.database.rows(statements.select_rows(HALTS, suffix="{lock}"), {}):
        stored = transaction.update(HALTS, _EVERYTHING, kind, changes)
    else:
        stored = transaction.insert(HALTS, kind, {"scope": _EVERYTHING, **changes})
    return _halt(stored)


def halt(database: Database) -> Halt:
    """Whether applies and destroys are stopped, by whom and why."""
    rows = database.rows(statements.select_rows(HALTS), {})
    return (
        _halt(dict(zip(HALTS.columns, rows[0], strict=True)))
        if rows
        else Halt(on=False, reason="", actor=None, at=None)
    )


def _halt(values: dict[str, Any]) -> Halt:
    return Halt(bool(values["engaged"]), values["reason"], run_rows.actor_of(values), values["at"])
