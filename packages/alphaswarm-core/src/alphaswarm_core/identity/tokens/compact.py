"""A token's text taken apart, strictly. Nothing here is verified, and everything says so."""

import base64
import re
from dataclasses import dataclass
from typing import Any

from alphaswarm_core.identity.tokens.errors import MalformedTokenError, OversizeTokenError, UnsignedTokenError
from alphaswarm_core.identity.tokens.strict_json import strict_object

LARGEST_TOKEN = 20_000
"""Characters. Source: `WebIdentityToken` in STS's service model."""

_SHAPE = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)")


@dataclass(frozen=True, slots=True)
class UnverifiedToken:
    """The parts of a token as whoever sent it wrote them."""

    text: str
    unverified_header: dict[str, Any]
    unverified_payload: dict[str, Any]


def read(text: object) -> UnverifiedToken:
    """Take `text` apart.

    Raises:
        OversizeTokenError: more than 20,000 characters; they are not looked at.
        UnsignedTokenError: the signature is empty.
        DuplicateMemberError: a member of the JSON stands twice.
        MalformedTokenError: anything else that is not a JWT in compact form.
    """
    if not isinstance(text, str):
        raise MalformedTokenError("The token is not text")
    if len(text) > LARGEST_TOKEN:
        raise OversizeTokenError(
            f"The token has {len(text)} characters, more than {LARGEST_TOKEN}",
            fix="Send the JWT that GitHub's request endpoint answered with, and nothing else",
        )
    match = _SHAPE.fullmatch(text)
    if match is None:
        raise MalformedTokenError(
            "The token is not three base64url segments",
            fix="Send the JWT from the member 'value' of the answer of GitHub's request endpoint",
        )
    header, payload, signature = match.groups()
    unverified = UnverifiedToken(
        text,
        unverified_header=strict_object(_decoded(header), "header"),
        unverified_payload=strict_object(_decoded(payload), "payload"),
    )
    if not signature:
        raise UnsignedTokenError("The token has no signature")
    _decoded(signature)
    return unverified


def unverified_issuer(text: object) -> str | None:
    """The issuer that a token names, to choose whose verifier to ask; it proves nothing.

    Raises:
        TokenError: as `read`.
    """
    issuer = read(text).unverified_payload.get("iss")
    return issuer if isinstance(issuer, str) else None


def _decoded(segment: str) -> bytes:
    """The bytes of `segment`, of which there must be one spelling only: else one token has many texts."""
    padded = segment + "=" * (-len(segment) % 4)
    try:
        content = base64.urlsafe_b64decode(padded)
    except ValueError as problem:
        raise MalformedTokenError("A segment of the token is not base64url") from problem
    if base64.urlsafe_b64encode(content).rstrip(b"=").decode() != segment:
        raise MalformedTokenError("A segment of the token is not canonical base64url")
    return content
