"""The ledger: its entries, and the proof that nobody altered it."""

from typing import Any

from pydantic import Field

from alphaswarm_admin.contract.common import Model, Moment


class Entry(Model):
    """One link of the chain. `run_id` is set where it is about a run; `body` is what the hash covers."""

    sequence: int
    at: Moment
    kind: str
    table: str | None
    row: str | None
    subject: str | None
    run_id: str | None
    body: dict[str, Any]
    previous_hash: str
    hash: str


class EntryPage(Model):
    """Entries, newest first; `next_cursor` goes into `cursor`, and is None at the end."""

    items: list[Entry]
    next_cursor: int | None


class Head(Model):
    """The last entry; worth noting elsewhere, because it pins everything before it."""

    sequence: int
    hash: str


class Tampering(Model):
    """Something that does not fit: the entry and row that are concerned, and what is wrong."""

    sequence: int | None
    table: str
    row: str | None
    what: str


class Verification(Model):
    """What computing the whole chain and all rows again has found."""

    ok: bool
    entries: int
    runs: int
    head: Head
    problems: list[Tampering]
    verified_at: Moment
    took_seconds: float


class LiveEvent(Model):
    """An entry as it is told in the stream of events (`event: entry`)."""

    sequence: int
    at: Moment
    kind: str
    run_id: str | None = Field(description="The run that it is about; ask for that anew.")
