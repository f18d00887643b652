"""Entries of the ledger, and what verification found."""

import re
from typing import Any

import orjson

from alphaswarm_admin.contract import ledger as contract
from alphaswarm_core.ledger.records import Entry, VerificationReport

_RUNS = "terraform_runs"
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def entry(stored: Entry) -> contract.Entry:
    """One link of the chain."""
    body = _body(stored)
    return contract.Entry(
        sequence=stored.sequence,
        at=stored.at,
        kind=stored.kind,
        table=body.get("table"),
        row=body.get("row"),
        subject=body.get("subject"),
        run_id=_run_of(body),
        body=body,
        previous_hash=stored.previous_hash,
        hash=stored.hash,
    )


def live_event(stored: Entry) -> contract.LiveEvent:
    """The entry as it is told in the stream."""
    return contract.LiveEvent(sequence=stored.sequence, at=stored.at, kind=stored.kind, run_id=_run_of(_body(stored)))


def verification(report: VerificationReport, at: str, seconds: float) -> contract.Verification:
    """What was found."""
    return contract.Verification(
        ok=report.ok,
        entries=report.entries,
        runs=report.runs,
        head=contract.Head(sequence=report.head_sequence, hash=report.head_hash),
        problems=[
            contract.Tampering(sequence=each.sequence, table=each.table, row=each.row_id, what=each.what)
            for each in report.problems
        ],
        verified_at=at,
        took_seconds=round(seconds, 3),
    )


def _body(stored: Entry) -> dict[str, Any]:
    """The body; of an entry that was altered into something else, its text."""
    try:
        found = orjson.loads(stored.body)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"unreadable": stored.body}


def _run_of(body: dict[str, Any]) -> str | None:
    values = body.get("set")
    about = values.get("run_id") if isinstance(values, dict) else None
    found = body.get("row") if body.get("table") == _RUNS else about or body.get("subject")
    return found if isinstance(found, str) and _ID.fullmatch(found) else None
