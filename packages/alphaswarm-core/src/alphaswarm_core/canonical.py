"""Canonical bytes and digests: one form for everything that is hashed.

JSON is canonicalised as RFC 8785 says, so that equal data has equal bytes everywhere.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import rfc8785

Json: TypeAlias = "Mapping[str, Json] | Sequence[Json] | str | int | float | bool | None"


def canonical_json(document: Json) -> bytes:
    """The RFC 8785 form of `document`, UTF-8.

    Raises:
        ValueError: `document` holds something that JSON cannot carry exactly (NaN, an integer beyond 2^53).
    """
    return rfc8785.dumps(document)


def sha256_hex(content: bytes) -> str:
    """SHA-256 of `content`: 64 lower-case hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def document_digest(document: Json) -> str:
    """SHA-256 of the canonical form of `document`."""
    return sha256_hex(canonical_json(document))
