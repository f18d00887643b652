"""Signature Version 4: what a request's signature must be, given the secret.

Pure. Source: "Create a signed AWS API request" and, for S3's differences and its signed chunks, "Authenticating
Requests (AWS Signature Version 4)" of the Amazon S3 API reference. A signature is over what the client *sent*: path and
query are taken byte for byte from the request target.
"""

import hashlib
import hmac
import posixpath
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, unquote

from alphaswarm_local.aws.messages import HttpRequest

ALGORITHM = "AWS4-HMAC-SHA256"
EMPTY_HASH = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True)
class Scope:
    """A credential scope: what one signing key is good for. `date` is `YYYYMMDD`."""

    date: str
    region: str
    service: str

    def __str__(self) -> str:
        return f"{self.date}/{self.region}/{self.service}/aws4_request"


@dataclass(frozen=True, slots=True)
class Presented:
    """A signature as a client presents it, parsed and not yet believed.

    Attributes:
        timestamp: `YYYYMMDDTHHMMSSZ`.
        expires: Seconds of validity of a presigned address; None for a signed header.
    """

    access_key_id: str
    scope: Scope
    signed_headers: tuple[str, ...]
    signature: str
    timestamp: str
    expires: int | None = None

    @property
    def is_presigned(self) -> bool:
        """Whether the signature stands in the address."""
        return self.expires is not None


def expected(request: HttpRequest, presented: Presented, secret: str, payload_hash: str) -> str:
    """The one signature that is right, in hex."""
    canonical = canonical_request(request, presented, payload_hash)
    return sign(signing_key(secret, presented.scope), string_to_sign(presented, canonical))


def canonical_request(request: HttpRequest, presented: Presented, payload_hash: str) -> str:
    """The request in the one spelling that is hashed."""
    headers = "".join(f"{name}:{_squeezed(request.headers.get(name, ''))}\n" for name in presented.signed_headers)
    path = request.raw_path if presented.scope.service == "s3" else canonical_path(request.raw_path)
    query = canonical_query(request.raw_query)
    return "\n".join([request.method, path, query, headers, ";".join(presented.signed_headers), payload_hash])


def string_to_sign(presented: Presented, canonical: str) -> str:
    """What the key signs: algorithm, time, scope and the hash of the canonical request."""
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    return "\n".join([ALGORITHM, presented.timestamp, str(presented.scope), digest])


def canonical_path(raw_path: str) -> str:
    """The path of every service but S3: dot segments resolved, then encoded once more."""
    resolved = posixpath.normpath(raw_path)
    resolved = "/" + resolved.lstrip("/")
    if raw_path.endswith("/") and not resolved.endswith("/"):
        resolved += "/"
    return quote(resolved, safe="/~-._")


def canonical_query(raw_query: str) -> str:
    """The query's pairs, encoded AWS's way and sorted, without the signature itself."""
    pairs = (part.partition("=") for part in raw_query.split("&") if part)
    encoded = ((_encoded(name), _encoded(value)) for name, _, value in pairs)
    return "&".join(f"{name}={value}" for name, value in sorted(encoded) if name != "X-Amz-Signature")


def sign(key: bytes, text: str) -> str:
    """HMAC-SHA256 in hex."""
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


@lru_cache(maxsize=256)
def signing_key(secret: str, scope: Scope) -> bytes:
    """The key of one day, region and service, derived from the secret."""
    key = f"AWS4{secret}".encode()
    for part in (scope.date, scope.region, scope.service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


def equal(one: str, other: str) -> bool:
    """Compare without telling by the time taken how much was right."""
    return hmac.compare_digest(one.encode(), other.encode())


@dataclass(frozen=True, slots=True)
class Chunk:
    """One chunk of an `aws-chunked` body: its bytes and the signature it carries (empty if it carries none)."""

    data: bytes
    signature: str


class ChunkedBodyError(ValueError):
    """An `aws-chunked` body that is not framed as it must be."""


def chunks(body: bytes) -> tuple[list[Chunk], bytes]:
    """The chunks of an `aws-chunked` body, the empty last one included, and the bytes of its trailer.

    Raises:
        ChunkedBodyError: the framing is broken or the last chunk is missing.
    """
    found: list[Chunk] = []
    position = 0
    while True:
        end = body.find(b"\r\n", position)
        if end < 0:
            raise ChunkedBodyError("a chunk has no header")
        size_text, _, extension = body[position:end].decode("latin-1").partition(";")
        size = _hex_number(size_text)
        start = end + 2
        if start + size > len(body):
            raise ChunkedBodyError("a chunk is cut off")
        found.append(Chunk(body[start : start + size], extension.partition("chunk-signature=")[2].strip()))
        if size == 0:
            return found, body[start:]
        if body[start + size : start + size + 2] != b"\r\n":
            raise ChunkedBodyError("a chunk is longer than it says")
        position = start + size + 2


def chunk_signatures_hold(found: Iterable[Chunk], presented: Presented, secret: str) -> bool:
    """Whether each chunk is signed over itself and its predecessor: none can be changed, dropped or moved."""
    key = signing_key(secret, presented.scope)
    previous = presented.signature
    for chunk in found:
        digest = hashlib.sha256(chunk.data).hexdigest()
        text = "\n".join(
            [f"{ALGORITHM}-PAYLOAD", presented.timestamp, str(presented.scope), previous, EMPTY_HASH, digest]
        )
        if not equal(sign(key, text), chunk.signature):
            return False
        previous = chunk.signature
    return True


def trailer_signature_holds(trailer: bytes, last_signature: str, presented: Presented, secret: str) -> bool:
    """Whether the trailing headers are signed over themselves and the last chunk."""
    lines = [line for line in trailer.decode("latin-1").replace("\r\n", "\n").split("\n") if line]
    signed = "".join(f"{line}\n" for line in lines if not line.startswith("x-amz-trailer-signature:"))
    claimed = next((line.partition(":")[2] for line in lines if line.startswith("x-amz-trailer-signature:")), "")
    digest = hashlib.sha256(signed.encode("latin-1")).hexdigest()
    text = "\n".join([f"{ALGORITHM}-TRAILER", presented.timestamp, str(presented.scope), last_signature, digest])
    return equal(sign(signing_key(secret, presented.scope), text), claimed.strip())


def _encoded(text: str) -> str:
    return quote(unquote(text, errors="surrogateescape").encode("utf-8", "surrogateescape"), safe="~-._")


def _squeezed(value: str) -> str:
    return " ".join(part for part in value.split(" ") if part)


def _hex_number(text: str) -> int:
    try:
        number = int(text, 16)
    except ValueError:
        raise ChunkedBodyError("a chunk has no length") from None
    if number < 0:
        raise ChunkedBodyError("a chunk has no length")
    return number
