"""Keys of the authority and the logs: made when the local cloud starts, never written anywhere."""

import base64
import hashlib
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def _new() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True, slots=True)
class LogKey:
    """The key of a log: P-256 with SHA-256, known by the digest of its public half."""

    private: ec.EllipticCurvePrivateKey = field(default_factory=_new, repr=False)

    @property
    def public_der(self) -> bytes:
        """SubjectPublicKeyInfo."""
        return self.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    @property
    def id(self) -> bytes:
        """SHA-256 of the public key: what RFC 6962 calls the log's id."""
        return hashlib.sha256(self.public_der).digest()

    def sign(self, content: bytes) -> bytes:
        """ECDSA with SHA-256, DER."""
        return self.private.sign(content, ec.ECDSA(hashes.SHA256()))


def base64_text(content: bytes) -> str:
    """Standard base64 as text."""
    return base64.b64encode(content).decode()
