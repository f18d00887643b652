"""The keys of an issuer: read from its JWKS document, and fetched anew when it signs with one not seen before."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from alphaswarm_core.identity.tokens.errors import KeySetError, TokenError
from alphaswarm_core.identity.tokens.strict_json import strict_object

_MOST_KEYS = 100
_LARGEST_DOCUMENT = 256 * 1024
_SMALLEST_RSA_BITS, _LARGEST_RSA_BITS = 2048, 8192
_PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


class Algorithm(StrEnum):
    """The signature algorithms that a verifier can be told to take. Only asymmetric ones exist here."""

    RS256 = "RS256"
    ES256 = "ES256"


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """A public key and the one algorithm that it may be used with."""

    kid: str
    algorithm: Algorithm
    public_key: RSAPublicKey | EllipticCurvePublicKey


class KeySource(Protocol):
    """Where a verifier finds keys."""

    def find(self, kid: str, now: float) -> VerificationKey | None:
        """The key with that id, or None if the issuer publishes none.

        Raises:
            KeySetError: the keys cannot be had.
        """


class JwkSet:
    """Public keys by id.

    Raises:
        KeySetError: an id stands twice.
    """

    def __init__(self, keys: tuple[VerificationKey, ...]) -> None:
        self._keys = {key.kid: key for key in keys}
        if len(self._keys) != len(keys):
            raise KeySetError("The key set gives one key id to two keys", fix="Ask the issuer's operator to repair it")

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "JwkSet":
        """The signing keys of a JWKS document. Keys for other uses, or of kinds not known here, are left out.

        Raises:
            KeySetError: not a key set, a weak or private key in it, or an id twice.
        """
        entries = document.get("keys")
        if not isinstance(entries, list) or len(entries) > _MOST_KEYS:
            raise KeySetError(f"The key set has no list 'keys' of at most {_MOST_KEYS} keys")
        return cls(tuple(key for entry in entries if (key := _key(entry)) is not None))

    @classmethod
    def from_bytes(cls, content: bytes) -> "JwkSet":
        """The same from a document's bytes.

        Raises:
            KeySetError: as `from_document`, or not JSON, or more than 256 KiB.
        """
        if len(content) > _LARGEST_DOCUMENT:
            raise KeySetError(f"The key set is larger than {_LARGEST_DOCUMENT} bytes")
        try:
            return cls.from_document(strict_object(content, "key set"))
        except TokenError as problem:
            raise KeySetError("The key set is not a JSON object with one meaning", why=problem.what) from problem

    @property
    def kids(self) -> tuple[str, ...]:
        """The ids of the keys, sorted."""
        return tuple(sorted(self._keys))

    def find(self, kid: str, now: float) -> VerificationKey | None:  # noqa: ARG002 - KeySource's
        """The key with that id, or None."""
        return self._keys.get(kid)


class FetchedKeys:
    """Keys that are fetched when they are needed, kept, and fetched again for an id not seen before.

    Args:
        fetch: Gives the bytes of the JWKS document; any exception counts as "cannot be had".
        fresh_seconds: How old the keys may become. A key that the issuer withdrew is trusted that long.
        pause_seconds: The least time between two fetches: tokens with made-up ids must not make us call the issuer.
    """

    def __init__(self, fetch: Callable[[], bytes], *, fresh_seconds: float = 3600, pause_seconds: float = 30) -> None:
        self._fetch = fetch
        self._fresh, self._pause = fresh_seconds, pause_seconds
        self._lock = threading.Lock()
        self._keys: JwkSet | None = None
        self._fetched_at = self._tried_at = float("-inf")

    def find(self, kid: str, now: float) -> VerificationKey | None:
        """The key with that id, or None.

        Raises:
            KeySetError: the keys cannot be fetched, and those kept are missing or too old.
        """
        with self._lock:
            fresh = self._keys is not None and 0 <= now - self._fetched_at < self._fresh
            found = self._keys.find(kid, now) if fresh and self._keys else None
            if found is None and not 0 <= now - self._tried_at < self._pause:
                self._refresh(now, needed=not fresh)
            elif not fresh:
                raise KeySetError("The issuer's keys could not be fetched a moment ago", fix="Try again in a minute")
            return found or (self._keys.find(kid, now) if self._keys else None)

    def _refresh(self, now: float, *, needed: bool) -> None:
        self._tried_at = now
        try:
            self._keys, self._fetched_at = JwkSet.from_bytes(self._fetch()), now
        except Exception as problem:
            if needed:
                raise KeySetError(
                    "The issuer's keys cannot be fetched", why=str(problem), fix="Check the way to the issuer"
                ) from problem


def _key(entry: object) -> VerificationKey | None:
    if not isinstance(entry, dict):
        raise KeySetError("The key set holds something that is no key")
    algorithm = _algorithm(entry)
    if algorithm is None or entry.get("use", "sig") != "sig" or entry.get("alg", algorithm) != algorithm:
        return None
    if _PRIVATE_MEMBERS & entry.keys():
        raise KeySetError("The key set publishes a private key", why="everybody can sign with it", fix="Rotate it")
    kid = entry.get("kid")
    if not isinstance(kid, str) or not kid:
        raise KeySetError("The key set holds a signing key without an id")
    return VerificationKey(kid, algorithm, _public_key(entry, algorithm))


def _algorithm(entry: Mapping[str, Any]) -> Algorithm | None:
    """The one algorithm of a key, from its kind: never from the token. None for kinds that are not used here."""
    if entry.get("kty") == "RSA":
        return Algorithm.RS256
    if entry.get("kty") == "EC" and entry.get("crv") == "P-256":
        return Algorithm.ES256
    return None


def _public_key(entry: Mapping[str, Any], algorithm: Algorithm) -> RSAPublicKey | EllipticCurvePublicKey:
    try:
        key = jwt.PyJWK(dict(entry), algorithm=algorithm).key
    except (jwt.PyJWTError, ValueError, TypeError, KeyError) as problem:
        raise KeySetError("The key set holds a key that cannot be read") from problem
    if isinstance(key, RSAPublicKey) and _SMALLEST_RSA_BITS <= key.key_size <= _LARGEST_RSA_BITS:
        return key
    if isinstance(key, EllipticCurvePublicKey):
        return key
    raise KeySetError(
        f"The key set holds an RSA key outside {_SMALLEST_RSA_BITS}-{_LARGEST_RSA_BITS} bits",
        why="a smaller one can be broken, a larger one makes every verification slow",
    )
