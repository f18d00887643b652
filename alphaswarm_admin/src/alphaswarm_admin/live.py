"""What has just happened: one look at the ledger for everybody who watches, however many these are."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager

from starlette.concurrency import run_in_threadpool

from alphaswarm_admin.contract.ledger import LiveEvent
from alphaswarm_admin.errors import TooManyStreamsError
from alphaswarm_admin.views.ledger import live_event
from alphaswarm_core.errors import AlphaSwarmError
from alphaswarm_core.ledger.store import Ledger

MOST_STREAMS = 500
_KEPT = 1000
_LOG = logging.getLogger(__name__)


class LiveLedger:
    """Looks at the ledger's end as long as somebody watches. For one event loop.

    Args:
        open_ledger: Opens the ledger.
        poll_seconds: How often it looks.
    """

    def __init__(self, open_ledger: Callable[[], AbstractContextManager[Ledger]], *, poll_seconds: float = 0.5) -> None:
        self._open, self._poll = open_ledger, poll_seconds
        self._recent: deque[LiveEvent] = deque(maxlen=_KEPT)
        self._watchers = 0
        self._looking: asyncio.Task[None] | None = None
        self._news = asyncio.Condition()
        self.head = 0
        """The sequence of the last entry that was seen."""

    def require_room(self) -> None:
        """Refuse one more: asked before a stream begins, while it still can be refused.

        Raises:
            TooManyStreamsError: too many watch already.
        """
        if self._watchers >= MOST_STREAMS:
            raise TooManyStreamsError(f"{MOST_STREAMS} streams are open", fix="Close pages that nobody looks at")

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """While this is open, the ledger is looked at.

        Raises:
            LedgerError: it cannot be reached.
        """
        self._watchers += 1
        try:
            if self._looking is None:
                self.head = (await run_in_threadpool(self._read_head))[0]
            if self._looking is None:
                self._looking = asyncio.create_task(self._look())
            yield
        finally:
            self._watchers -= 1
            if not self._watchers and self._looking is not None:
                self._looking.cancel()
                self._looking = None
                self._recent.clear()

    async def news(self, seen: int, seconds: float) -> int:
        """Wait until there are entries after `seen`, at most so long; the head."""
        async with self._news:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait_for(lambda: self.head > seen), seconds)
        return self.head

    async def after(self, sequence: int) -> list[LiveEvent]:
        """The events after an entry, in order; a page of them where somebody was away for long."""
        if self._recent and self._recent[0].sequence <= sequence + 1:
            return [each for each in self._recent if each.sequence > sequence]
        return await run_in_threadpool(self._read_after, sequence)

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(self._poll)
            try:
                found = await run_in_threadpool(self._read_after, self.head)
            except AlphaSwarmError as error:  # whoever watches is told by what the pages say
                _LOG.warning("the ledger cannot be watched: [%s] %s", error.code, error.what)
                continue
            if found:
                async with self._news:
                    self._recent.extend(found)
                    self.head = found[-1].sequence
                    self._news.notify_all()

    def _read_head(self) -> tuple[int, str]:
        with self._open() as ledger:
            return ledger.head()

    def _read_after(self, sequence: int) -> list[LiveEvent]:
        with self._open() as ledger:
            return [live_event(each) for each in ledger.entries(after=sequence)]
