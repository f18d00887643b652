"""Tokens as an attacker with real keys would make them: written byte by byte, so that no library corrects them."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from alphaswarm_core.identity.github.claims import claims
from alphaswarm_core.identity.github.events import Event
from alphaswarm_core.identity.github.issuers import GITHUB_COM
from alphaswarm_core.identity.github.jobs_of import workflow_job
from alphaswarm_core.identity.github.repositories import Repository
from alphaswarm_core.identity.github.subjects import SubjectFormat

NOW = 1_800_000_000
AUDIENCE = "sts.amazonaws.com"
FILE = ".github/workflows/terraform-pipeline.yml"
REPOSITORY = Repository(name="octo-org/octo-repo", id=456789, owner_id=123456, subject_format=SubjectFormat.IMMUTABLE)


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@dataclass(frozen=True)
class Forge:
    """The issuer's keys, and a stranger's."""

    rsa_key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    ec_key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    strange_key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    def jwks(self) -> dict[str, Any]:
        return {"keys": [rsa_jwk(self.rsa_key, "rsa-1"), ec_jwk(self.ec_key, "ec-1")]}

    def public_pem(self) -> bytes:
        return self.rsa_key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def token(self, changes: dict[str, Any] | None = None, *, without: tuple[str, ...] = (), **header: Any) -> str:
        """A good token, changed, and signed by the issuer with RS256."""
        payload = {key: value for key, value in (good_payload() | (changes or {})).items() if key not in without}
        return self.signed({"alg": "RS256", "kid": "rsa-1", "typ": "JWT"} | header, json.dumps(payload).encode())

    def signed(self, header: dict[str, Any] | bytes, payload: bytes, key: rsa.RSAPrivateKey | None = None) -> str:
        head = header if isinstance(header, bytes) else json.dumps(header).encode()
        message = f"{base64url(head)}.{base64url(payload)}"
        signature = (key or self.rsa_key).sign(message.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{message}.{base64url(signature)}"

    def signed_es256(self, kid: str = "ec-1") -> str:
        header = json.dumps({"alg": "ES256", "kid": kid, "typ": "JWT"}).encode()
        message = f"{base64url(header)}.{base64url(json.dumps(good_payload()).encode())}"
        r, s = decode_dss_signature(self.ec_key.sign(message.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{message}.{base64url(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"

    def signed_hmac(self, secret: bytes, alg: str = "HS256") -> str:
        header = json.dumps({"alg": alg, "kid": "rsa-1", "typ": "JWT"}).encode()
        message = f"{base64url(header)}.{base64url(json.dumps(good_payload()).encode())}"
        return f"{message}.{base64url(hmac.digest(secret, message.encode(), hashlib.sha256))}"


def good_payload() -> dict[str, Any]:
    found = claims(workflow_job(Event.PUSH, REPOSITORY, FILE, environment="prod"))
    assert isinstance(found, tuple)
    standard = {
        "iss": GITHUB_COM.url,
        "aud": AUDIENCE,
        "jti": "6f4762ed-0758-4ccb-808d-ee3af5d723a8",
        "iat": NOW - 10,
        "nbf": NOW - 610,
        "exp": NOW + 290,
    }
    return found[0].document() | standard


def rsa_jwk(key: rsa.RSAPrivateKey, kid: str) -> dict[str, Any]:
    numbers = key.public_key().public_numbers()
    modulus = numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")
    return {"kty": "RSA", "kid": kid, "use": "sig", "alg": "RS256", "n": base64url(modulus), "e": "AQAB"}


def ec_jwk(key: ec.EllipticCurvePrivateKey, kid: str) -> dict[str, Any]:
    numbers = key.public_key().public_numbers()
    x, y = (base64url(each.to_bytes(32, "big")) for each in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "kid": kid, "use": "sig", "alg": "ES256", "x": x, "y": y}
