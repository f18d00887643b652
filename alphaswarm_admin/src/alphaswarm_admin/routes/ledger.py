"""The ledger: browse, head, verification."""

import tempfile
import threading
import time
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import PlainTextResponse, StreamingResponse

from alphaswarm_admin.auditing import intend
from alphaswarm_admin.contract import ledger as contract
from alphaswarm_admin.contract.session import Permission
from alphaswarm_admin.errors import NotFoundError
from alphaswarm_admin.identity.guard import ConsoleHere, allowed
from alphaswarm_admin.identity.people import SignedIn
from alphaswarm_admin.routes.common import Limit, is_kind
from alphaswarm_admin.routes.readers import Reader
from alphaswarm_admin.views import ledger as views
from alphaswarm_core.ledger.store import Ledger
from alphaswarm_core.ledger.times import format_time, utc_now

router = APIRouter(tags=["ledger"])
Exporter = Annotated[SignedIn, Depends(allowed(Permission.export_ledger))]
_CHUNK = 64 * 1024
_ONE_AT_A_TIME = threading.Lock()
"""Verification reads everything; who asks meanwhile waits, and gets a proof of its own."""


@router.get("/admin/ledger/entries", operation_id="listEntries")
def list_entries(
    console: ConsoleHere,
    _: Reader,
    kind: Annotated[
        str | None, Query(max_length=120, description="A kind, or the beginning of one: `run`, `run:plan`.")
    ] = None,
    cursor: Annotated[int | None, Query(ge=1, le=2**53, description="`next_cursor` of the page before.")] = None,
    limit: Limit = 50,
) -> contract.EntryPage:
    """Entries, newest first."""
    if kind is not None and not is_kind(kind):
        raise NotFoundError("There are no entries of such a kind", fix="For example: run, run:plan, approval:granted")
    with console.ledger.open() as ledger:
        found = ledger.entries_before(cursor, limit + 1, kind=kind)
    page = found[:limit]
    more = page[-1].sequence if len(found) > limit else None
    return contract.EntryPage(items=[views.entry(each) for each in page], next_cursor=more)


@router.get("/admin/ledger/head", operation_id="getHead")
def get_head(console: ConsoleHere, _: Reader) -> contract.Head:
    """The last entry's number and hash."""
    with console.ledger.open() as ledger:
        sequence, digest = ledger.head()
    return contract.Head(sequence=sequence, hash=digest)


@router.get("/admin/ledger/verification", operation_id="verifyLedger")
def verify_ledger(
    console: ConsoleHere,
    _: Reader,
    head: Annotated[
        str | None,
        Query(pattern=r"^[0-9]{1,15}:[0-9a-f]{64}$", description="A head that was noted earlier, SEQUENCE:HASH."),
    ] = None,
) -> contract.Verification:
    """Compute the whole chain and all rows again, now, and compare."""
    sequence, _colon, digest = (head or "").partition(":")
    expected = (int(sequence), digest) if head else None
    with _ONE_AT_A_TIME, _own_connection(console) as ledger:
        started = time.monotonic()
        report = ledger.verify(expected_head=expected)
        seconds = time.monotonic() - started
    return views.verification(report, format_time(utc_now()), seconds)


@router.get(
    "/admin/ledger/export",
    operation_id="exportLedger",
    response_class=PlainTextResponse,
    responses={200: {"content": {"application/x-ndjson": {}}, "description": "Every entry, one JSON document a line."}},
)
def export_ledger(console: ConsoleHere, person: Exporter) -> StreamingResponse:
    """The chain as a file, for `alphaswarm ledger verify --export FILE`. Audited first."""
    with console.ledger.open() as ledger:
        intend(ledger, person, "ledger:export", "ledger", {"head": ledger.head()[0]})
    name = f"ledger-{format_time(console.clock())[:19].replace(':', '')}.jsonl"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_exported(console), media_type="application/x-ndjson", headers=headers)


def _exported(console: ConsoleHere) -> Iterator[bytes]:
    """Written to a file first: a reader that is slow, or goes away, must not hold the ledger open."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as file:
        with _own_connection(console) as ledger:
            ledger.export(file)
        file.seek(0)
        while chunk := file.read(_CHUNK):
            yield chunk.encode()


def _own_connection(console: ConsoleHere) -> Ledger:
    """Verification takes its time: it must not keep everybody else from reading."""
    return Ledger.open(console.settings.ledger_url, create=False)
