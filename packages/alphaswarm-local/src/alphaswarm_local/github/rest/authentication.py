"""Whose request it is: tokens as GitHub's clients send them, and the JWT of an app."""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus

import jwt

from alphaswarm_local.github.authority.principals import ANONYMOUS, Kind, Principal
from alphaswarm_local.github.hub import Hub
from alphaswarm_local.github.rest.answers import Refusal

_LONGEST_JWT_SECONDS = 660
"""Ten minutes, and a minute for clocks that differ."""


def caller(hub: Hub, headers: Mapping[str, str]) -> Principal:
    """Who calls.

    Raises:
        Refusal: 401: there is a token, and it is none that is good now.
    """
    said = headers.get("authorization", "")
    if not said:
        return ANONYMOUS
    scheme, _, token = said.partition(" ")
    if scheme.lower() == "basic":
        token = _password(token)
    elif scheme.lower() not in {"bearer", "token"}:
        raise _bad()
    found = hub.tokens.find(token.strip(), hub.store.now())
    if found is None and token.count(".") == 2:  # noqa: PLR2004 - the parts of a JWT
        found = _app(hub, token.strip())
    if found is None:
        raise _bad()
    return found


def _password(encoded: str) -> str:
    try:
        return base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")[2]
    except (binascii.Error, ValueError):
        return ""


def _app(hub: Hub, token: str) -> Principal | None:
    """The app whose key signed the JWT; it says what it is, so that is looked up before the signature is held to it."""
    try:
        said = jwt.decode(token, options={"verify_signature": False})
        app = hub.store.records.apps[int(str(said.get("iss", "")))]
        now = hub.store.now()
        proven = jwt.decode(
            token, app.public_key, algorithms=["RS256"],
            options={"require": ["iat", "exp", "iss"], "verify_exp": False, "verify_iat": False, "verify_iss": False},
        )  # fmt: skip
    except (jwt.PyJWTError, KeyError, ValueError):
        return None
    return Principal(app.bot, Kind.APP, app=app) if _is_current(proven, now) else None


def _is_current(said: Mapping[str, object], now: datetime) -> bool:
    issued, expires = said.get("iat"), said.get("exp")
    if not isinstance(issued, int | float) or not isinstance(expires, int | float):
        return False
    at = now.timestamp()
    return issued <= at + 60 and at < expires <= at + _LONGEST_JWT_SECONDS


def _bad() -> Refusal:
    return Refusal(HTTPStatus.UNAUTHORIZED, "Bad credentials")
