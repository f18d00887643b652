"""Audit first: what somebody is about to do is in the chain before it is done. No ledger, no action."""

from collections.abc import Mapping

from alphaswarm_admin.identity.people import SignedIn
from alphaswarm_admin.request_context import request_id
from alphaswarm_core.canonical import Json
from alphaswarm_core.ledger.records import Entry
from alphaswarm_core.ledger.store import Ledger
from alphaswarm_core.ledger.times import format_time

DOMAIN = "security_audit_events"
"""The first part of the kind of every entry that says what somebody did in the console."""


def intend(ledger: Ledger, person: SignedIn, action: str, subject: str, facts: Mapping[str, Json]) -> Entry:
    """Record what `person` is about to do; what is done afterwards has its own entry or is told by `outcome`.

    Args:
        ledger: Where.
        person: Who.
        action: `area:verb`, such as `approval:approve`.
        subject: The run, service or environment that it is about.
        facts: What was asked for.

    Raises:
        LedgerError: it cannot be recorded, so it is not done.
    """
    who: dict[str, Json] = {
        "actor": person.subject,
        "name": person.name,
        "source": person.source,
        "roles": sorted(person.roles),
        "signed_in_at": format_time(person.signed_in_at),
        "request": request_id(),
    }
    return ledger.note(f"{DOMAIN}:{action}", subject, {**who, **facts})


def outcome(ledger: Ledger, intended: Entry, action: str, subject: str, facts: Mapping[str, Json]) -> None:
    """Record what came of it, where no row of the ledger says so.

    Args:
        ledger: Where.
        intended: The entry of `intend`.
        action: `area:verb_done` or `area:verb_failed`.
        subject: That of the intent.
        facts: What came of it.
    """
    ledger.note(f"{DOMAIN}:{action}", subject, {"intent": intended.sequence, "request": request_id(), **facts})
