"""What belongs to one request, wherever in the code somebody asks: its id."""

import re
import secrets
from contextvars import ContextVar

_REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="none")
_GIVEN = re.compile(r"[0-9A-Za-z=;.:_-]{8,128}")
"""What a load balancer or a client may have named it: nothing that a log or header would obey."""


def request_id() -> str:
    """The id of the request that is being answered."""
    return _REQUEST_ID.get()


def begin(given: str | None) -> str:
    """Note the id of a request: the one that came with it, if it has the form of one."""
    chosen = given if given and _GIVEN.fullmatch(given) else secrets.token_hex(16)
    _REQUEST_ID.set(chosen)
    return chosen
