"""`POST /webhooks/github`: a webhook is verified and remembered within the request; GitHub gets its answer afterwards.

GitHub waits ten seconds for the request and days for the answer, so nothing here talks to GitHub.
"""

import logging
from collections.abc import Callable, Mapping

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from alphaswarm_core.adapters.protection_endpoint.together import Together
from alphaswarm_core.errors import AlphaSwarmError
from alphaswarm_core.gates.protection_rule import ProtectionRule, Receipt
from alphaswarm_core.gates.webhook import LARGEST_BODY
from alphaswarm_core.gates.webhook_errors import (
    WebhookForgedError,
    WebhookRefusedError,
    WebhookReplayedError,
    WebhookTooLargeError,
)
from alphaswarm_core.ledger.records import Delivery

PATH = "/webhooks/github"
_LOG = logging.getLogger("alphaswarm_core.protection")
_STATUS: Mapping[type[AlphaSwarmError], int] = {
    WebhookForgedError: 401,
    WebhookReplayedError: 409,
    WebhookTooLargeError: 413,
    WebhookRefusedError: 403,
}
_UNAVAILABLE = 503


def protection_router(rule: ProtectionRule, submit: Callable[[Delivery], None]) -> APIRouter:
    """The endpoint of `rule`.

    Args:
        rule: Verifies and remembers.
        submit: Gets each request that waits for an answer: `AnsweringWorker.submit`.
    """
    router = APIRouter()
    together = Together(rule.remember)

    @router.post(PATH, status_code=202)
    async def receive(request: Request) -> JSONResponse:
        """A webhook of GitHub's."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            delivery = await _verified(rule, headers, request)
            receipt = await together.one(delivery) if delivery else Receipt("ping")
        except AlphaSwarmError as error:
            return _refusal(error)
        if receipt.delivery is not None:
            submit(receipt.delivery)
        return _taken(receipt)

    return router


async def _verified(rule: ProtectionRule, headers: Mapping[str, str], request: Request) -> Delivery | None:
    try:
        return rule.verify(headers, await _body(request))
    except WebhookRefusedError as error:
        await run_in_threadpool(rule.note_refusal, error, headers.get("x-github-delivery", ""))
        raise


async def _body(request: Request) -> bytes:
    """The body, or nothing of it where it is too long: whoever sends endless bytes is not listened to."""
    chunks, size = [], 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > LARGEST_BODY:
                raise WebhookTooLargeError(f"A webhook of more than {LARGEST_BODY} bytes")
            chunks.append(chunk)
    except ClientDisconnect:
        raise WebhookRefusedError("The sender of a webhook hung up before its end") from None
    return b"".join(chunks)


def _taken(receipt: Receipt) -> JSONResponse:
    return JSONResponse({"outcome": receipt.outcome}, status_code=202 if receipt.delivery else 200)


def _refusal(error: AlphaSwarmError) -> JSONResponse:
    """A stranger learns the code and no more; the ledger and the log have the reason."""
    status = next((number for kind, number in _STATUS.items() if isinstance(error, kind)), _UNAVAILABLE)
    _LOG.warning("webhook refused with %d: [%s] %s", status, error.code, error.what)
    return JSONResponse({"code": error.code}, status_code=status)
