"""Small documents that go through the browser and come back unchanged: signed, for one purpose, for a time."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from alphaswarm_admin.errors import ConsoleSettingsError

SHORTEST_KEY = 32
_LARGEST = 4096


class Signer:
    """Signs with one key. A token of one purpose is none of another.

    Args:
        key: At least 32 characters of secret.
    """

    def __init__(self, key: str) -> None:
        if len(key) < SHORTEST_KEY:
            raise ConsoleSettingsError(
                f"The session key has less than {SHORTEST_KEY} characters",
                why="whoever guesses it signs in as anybody",
                fix="Make one: python3 -c 'import secrets; print(secrets.token_hex(32))'",
            )
        self._key = key.encode()

    def sign(self, purpose: str, document: Mapping[str, Any], expires_at: datetime) -> str:
        """The token for `document`, good until `expires_at`."""
        body = json.dumps({**document, "exp": int(expires_at.timestamp())}, separators=(",", ":")).encode()
        return f"{_text(body)}.{_text(self._mark(purpose, body))}"

    def open(self, purpose: str, token: str, now: datetime) -> dict[str, Any] | None:
        """The document in `token`; None where it is not ours, of another purpose, or over."""
        body, _, mark = token.partition(".")
        try:
            content, signature = _bytes(body), _bytes(mark)
        except (ValueError, binascii.Error):
            return None
        if len(token) > _LARGEST or not hmac.compare_digest(self._mark(purpose, content), signature):
            return None
        document: dict[str, Any] = json.loads(content)
        return document if now.timestamp() < document["exp"] else None

    def mark(self, purpose: str, text: str) -> str:
        """A keyed digest of `text`: a token that is bound to it."""
        return _text(self._mark(purpose, text.encode()))

    def _mark(self, purpose: str, content: bytes) -> bytes:
        return hmac.digest(self._key, purpose.encode() + b"\0" + content, hashlib.sha256)


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
