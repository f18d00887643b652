"""Webhooks that came in: kept so that one is answered once, whatever its unsigned headers say. No evidence."""

from collections.abc import Sequence
from typing import Any

from alphaswarm_core.ledger.records import Delivery
from alphaswarm_core.ledger.store import statements
from alphaswarm_core.ledger.store.appending import Transaction
from alphaswarm_core.ledger.store.database import Database


def receive(transaction: Transaction, delivery: Delivery) -> Delivery | None:
    """Remember a delivery. Returns the earlier one with its body or its id instead, where there is one."""
    known = transaction.database.rows(
        statements.KNOWN_DELIVERY, {"body_digest": delivery.body_digest, "delivery_id": delivery.delivery_id}
    )
    if known:
        return _delivery(known[0])
    values = {name: getattr(delivery, name) for name in Delivery.__slots__}
    transaction.database.execute(statements.INSERT_DELIVERY, {**values, "received_at": transaction.now})
    return None


def settle(transaction: Transaction, body_digest: str, outcome: str | None, report: str | None) -> None:
    """Say what became of a delivery; a report counts as one more status that GitHub was told."""
    values = {"body_digest": body_digest, "outcome": outcome, "report": report}
    statement = statements.SETTLE_DELIVERY if report is None else statements.REPORT_DELIVERY
    transaction.database.execute(statement, values)


def of_github_run(database: Database, repository: str, github_run: int) -> list[Delivery]:
    """The deliveries of a GitHub run, oldest first."""
    values: dict[str, str | int | None] = {"repository": repository, "github_run": github_run}
    return [_delivery(row) for row in database.rows(statements.DELIVERIES_OF_RUN, values)]


def unsettled(database: Database, since: str, limit: int) -> list[Delivery]:
    """The deliveries after `since` that were not decided yet, oldest first."""
    rows = database.rows(statements.UNSETTLED_DELIVERIES, {"since": since, "limit": limit})
    return [_delivery(row) for row in rows]


def _delivery(row: Sequence[Any]) -> Delivery:
    return Delivery(**dict(zip(Delivery.__slots__, row, strict=True)))
