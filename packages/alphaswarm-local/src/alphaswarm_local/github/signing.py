"""The issuer's keys: made when it starts, rotated on demand, and never written anywhere."""

import base64
import hashlib
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

_BITS = 2048
_EXPONENT = 65537


@dataclass(frozen=True, slots=True)
class _SigningKey:
    kid: str
    private_key: rsa.RSAPrivateKey
    retired_at: float | None = None


class SigningKeys:
    """One RSA key that signs, and the earlier ones for as long as tokens of theirs live.

    Args:
        keep_seconds: How long a retired key stays published.
    """

    def __init__(self, keep_seconds: float) -> None:
        self._keep = keep_seconds
        self._lock = threading.Lock()
        self._current = _new_key()
        self._retired: list[_SigningKey] = []

    @property
    def kid(self) -> str:
        """The id of the key that signs: its RFC 7638 thumbprint, so that equal ids mean equal keys."""
        return self._current.kid

    def sign(self, payload: Mapping[str, Any]) -> str:
        """`payload` as a JWT, RS256."""
        key = self._current
        return jwt.encode(dict(payload), key.private_key, algorithm="RS256", headers={"kid": key.kid, "typ": "JWT"})

    def rotate(self, now: float) -> str:
        """Sign with a new key from now on; its id."""
        key = _new_key()
        with self._lock:
            self._retired.append(_SigningKey(self._current.kid, self._current.private_key, now))
            self._current = key
        return key.kid

    def published(self, now: float) -> dict[str, Any]:
        """The JWKS document: public halves only."""
        with self._lock:
            self._retired = [
                key for key in self._retired if key.retired_at is not None and now < key.retired_at + self._keep
            ]
            keys = [self._current, *self._retired]
        return {"keys": [_public(key) for key in keys]}


def _new_key() -> _SigningKey:
    private = rsa.generate_private_key(public_exponent=_EXPONENT, key_size=_BITS)
    return _SigningKey(_thumbprint(private), private)


def _public(key: _SigningKey) -> dict[str, Any]:
    return {"kid": key.kid, "use": "sig", "alg": "RS256", **_members(key.private_key)}


def _thumbprint(key: rsa.RSAPrivateKey) -> str:
    content = json.dumps(_members(key), separators=(",", ":"), sort_keys=True).encode()
    return _base64url(hashlib.sha256(content).digest())


def _members(key: rsa.RSAPrivateKey) -> dict[str, str]:
    """What RFC 7638 hashes of an RSA key."""
    numbers = key.public_key().public_numbers()
    return {"kty": "RSA", "n": _base64url_number(numbers.n), "e": _base64url_number(numbers.e)}


def _base64url_number(number: int) -> str:
    return _base64url(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
