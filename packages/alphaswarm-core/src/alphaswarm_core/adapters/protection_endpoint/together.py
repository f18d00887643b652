"""What comes while a commit is under way is committed together by the next one.

A durable commit takes a disk some milliseconds, whatever is in it: one for each request would limit how many are taken.
"""

import asyncio
from collections.abc import Callable, Sequence

from starlette.concurrency import run_in_threadpool

from alphaswarm_core.gates.protection_rule import Receipt
from alphaswarm_core.gates.webhook_errors import WebhookRefusedError
from alphaswarm_core.ledger.records import Delivery

_MOST = 100
_Waiting = tuple[Delivery, "asyncio.Future[Receipt]"]


class Together:
    """Remembers deliveries, as many at a time as are there. For one event loop.

    Args:
        remember: `ProtectionRule.remember`.
    """

    def __init__(self, remember: Callable[[Sequence[Delivery]], Sequence[Receipt | WebhookRefusedError]]) -> None:
        self._remember = remember
        self._waiting: list[_Waiting] = []
        self._committing: asyncio.Task[None] | None = None

    async def one(self, delivery: Delivery) -> Receipt:
        """Remember a delivery; returns when it is on disk.

        Raises:
            WebhookRefusedError: it came before.
            LedgerError: it cannot be remembered.
        """
        future: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self._waiting.append((delivery, future))
        if self._committing is None:
            self._committing = asyncio.create_task(self._commit())
        return await future

    async def _commit(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
                await self._commit_batch(batch)
        finally:
            self._committing = None

    async def _commit_batch(self, batch: Sequence[_Waiting]) -> None:
        try:
            results = await run_in_threadpool(self._remember, [delivery for delivery, _ in batch])
        except Exception as error:  # noqa: BLE001 - whoever waits gets it, whatever it is
            results = [error] * len(batch)  # type: ignore[list-item]
        for (_, future), result in zip(batch, results, strict=True):
            if future.done():  # its request was given up
                continue
            if isinstance(result, Exception):
                future.set_exception(result)
            else:
                future.set_result(result)
