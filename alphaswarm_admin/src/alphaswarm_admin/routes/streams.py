"""Streams of server-sent events: what happens in the ledger, and a run's log while it is written.

Each event has an id; a browser that lost the connection sends it as `Last-Event-ID` and gets what it missed.
"""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from alphaswarm_admin.console import Console
from alphaswarm_admin.contract.ledger import LiveEvent
from alphaswarm_admin.contract.runs import LogChunk, LogEnd
from alphaswarm_admin.identity.guard import ConsoleHere
from alphaswarm_admin.identity.people import SignedIn
from alphaswarm_admin.routes.common import RunId, exact_run
from alphaswarm_admin.routes.readers import Reader
from alphaswarm_admin.views.logs import LogFile, log_of
from alphaswarm_core.ledger.records import Run

router = APIRouter(tags=["streams"])
LastEventId = Annotated[str | None, Header(max_length=20, pattern=r"^\d{1,16}$", description="Go on after this.")]
_MOST_LINES = 200
_LINE_SECONDS, _QUIET_SECONDS = 0.5, 15.0
_HEADERS = {"x-accel-buffering": "no", "cache-control": "no-store, no-transform"}
_AGAIN = "retry: 2000\n\n"
_ALIVE = ": \n\n"


class EventStream(StreamingResponse):
    """An answer that goes on."""

    media_type = "text/event-stream"


@router.get(
    "/admin/events",
    operation_id="watchLedger",
    response_class=EventStream,
    responses={200: {"model": LiveEvent, "description": "`event: entry` with a `LiveEvent` for each new entry."}},
)
async def watch_ledger(console: ConsoleHere, person: Reader, last_event_id: LastEventId = None) -> EventStream:
    """What happens from now on, or has happened since `Last-Event-ID`."""
    console.live.require_room()
    return EventStream(_entries(console, person, last_event_id), headers=_HEADERS)


@router.get(
    "/admin/runs/{run_id}/log/stream",
    operation_id="watchRunLog",
    response_class=EventStream,
    responses={
        200: {"model": LogChunk, "description": "`event: lines` with a `LogChunk`; `event: end` with a `LogEnd`."}
    },
)
async def watch_run_log(
    run_id: RunId, console: ConsoleHere, person: Reader, last_event_id: LastEventId = None
) -> EventStream:
    """What the engine says, from the beginning or after `Last-Event-ID`, until the run is over."""
    console.live.require_room()
    run = await run_in_threadpool(_run, console, run_id)
    log = await run_in_threadpool(log_of, run, console.runs_directory)
    return EventStream(_lines(console, person, run, log, int(last_event_id or 0)), headers=_HEADERS)


async def _entries(console: Console, person: SignedIn, last: str | None) -> AsyncIterator[str]:
    async with console.live.watched():
        seen = int(last) if last else console.live.head
        yield _AGAIN
        while console.clock() < person.expires_at:
            found = await console.live.after(seen) if console.live.head > seen else []
            for each in found:
                yield _event("entry", each.sequence, each)
            seen = found[-1].sequence if found else seen
            if not found and await console.live.news(seen, _QUIET_SECONDS) <= seen:
                yield _ALIVE


async def _lines(console: Console, person: SignedIn, run: Run, log: LogFile, position: int) -> AsyncIterator[str]:
    async with console.live.watched():
        head, quiet = console.live.head, 0.0
        run, log = await run_in_threadpool(_again, console, run)  # it may have ended before anybody watched
        yield _AGAIN
        while console.clock() < person.expires_at:
            lines, position = await run_in_threadpool(log.lines, position, _MOST_LINES)
            if lines:
                quiet = 0.0
                yield _event("lines", position, LogChunk(lines=lines))
                continue
            if log.is_at_end(position):
                yield _event("end", position, LogEnd(run_id=run.id, status=run.status))
                return
            now = await console.live.news(head, _LINE_SECONDS)
            if now > head:
                head = now
                run, log = await run_in_threadpool(_again, console, run)
            quiet += _LINE_SECONDS
            if quiet >= _QUIET_SECONDS:
                quiet = 0.0
                yield _ALIVE


def _run(console: Console, run_id: str) -> Run:
    with console.ledger.open() as ledger:
        return exact_run(ledger, run_id)


def _again(console: Console, run: Run) -> tuple[Run, LogFile]:
    run = _run(console, run.id)
    return run, log_of(run, console.runs_directory)


def _event(name: str, number: int, data: BaseModel) -> str:
    return f"id: {number}\nevent: {name}\ndata: {data.model_dump_json()}\n\n"
