"""What is done to every request before and after it is answered. Plain ASGI: a stream of events passes untouched."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from alphaswarm_admin import request_context
from alphaswarm_admin.envelope import answer
from alphaswarm_admin.errors import ForeignRequestError, TooLargeError
from alphaswarm_core.errors import AlphaSwarmError
from alphaswarm_core.target import is_loopback

LARGEST_BODY = 64 * 1024
WEBHOOKS = "/admin/webhooks/"
_OPEN_TO_ANY_HOST = frozenset({"/admin/health", "/metrics"})
"""Load balancers and collectors ask by address, not by name."""

SECURITY_HEADERS: Mapping[str, str] = {
    # Answers are data: if a browser ever takes one for a page, that page may do nothing and be framed by nobody.
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}


class Front:
    """Names each request, refuses foreign hosts and bodies that are too large, and sets the headers of answers.

    Args:
        app: What answers.
        public_url: Where people open the console: no other host is answered, so that no other name can be made to
            point here (DNS rebinding). Where it is a loopback address, every loopback host is.
    """

    def __init__(self, app: ASGIApp, public_url: str) -> None:
        self._app = app
        self._host = urlsplit(public_url).netloc
        self._local = is_loopback(public_url)
        self._headers = {**SECURITY_HEADERS}
        if public_url.startswith("https://"):
            self._headers["strict-transport-security"] = "max-age=31536000; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        number = request_context.begin(headers.get("x-request-id"))
        send_dressed = self._dressed(send, number)
        refusal = self._refusal(scope["path"], headers)
        if refusal is not None:
            await answer(refusal)(scope, receive, send_dressed)
            return
        await self._app(scope, _bounded(receive, scope["path"]), send_dressed)

    def _refusal(self, path: str, headers: Mapping[str, str]) -> AlphaSwarmError | None:
        host = headers.get("host", "")
        if path not in _OPEN_TO_ANY_HOST and host != self._host and not (self._local and is_loopback(f"http://{host}")):
            return ForeignRequestError("The request is for another host", fix="Open the console at its own address")
        length = headers.get("content-length", "0")
        if not path.startswith(WEBHOOKS) and (not length.isdecimal() or int(length) > LARGEST_BODY):
            return TooLargeError(f"The request's body is larger than {LARGEST_BODY} bytes")
        return None

    def _dressed(self, send: Send, number: str) -> Send:
        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name for name, _ in message["headers"]}
                extra = {**self._headers, "x-request-id": number}
                message["headers"] = [
                    *message["headers"],
                    *((n.encode(), v.encode()) for n, v in extra.items() if n.encode() not in own),
                ]
            await send(message)

        return dressed


def _bounded(receive: Receive, path: str) -> Receive:
    """The body up to its bound, whatever its length was said to be; webhooks have a bound of their own."""
    seen = 0

    async def bounded() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > LARGEST_BODY and not path.startswith(WEBHOOKS):
            raise HTTPException(413, f"The request's body is larger than {LARGEST_BODY} bytes")  # passes the framework
        return message

    return bounded
