"""The signature of an archive: ECDSA on P-256 with SHA-256, which `openssl dgst -verify` checks."""

from hashlib import sha256

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from alphaswarm_core.evidence.errors import EvidenceRequestError


class SigningKey:
    """A key pair: one that was given as PEM, or a fresh one whose private half is never written anywhere."""

    def __init__(self, pem: bytes | None = None) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1()) if pem is None else _read(pem)

    def sign(self, content: bytes) -> bytes:
        """The DER signature over `content`."""
        return self._key.sign(content, ec.ECDSA(hashes.SHA256()))

    @property
    def public_pem(self) -> bytes:
        """The public half, for the archive."""
        return self._key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the public half in DER: what is compared by another way than the archive's."""
        der = self._key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return sha256(der).hexdigest()


def _read(pem: bytes) -> ec.EllipticCurvePrivateKey:
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise EvidenceRequestError("The signing key is not an unencrypted private key in PEM") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise EvidenceRequestError(
            "The signing key is not an ECDSA key on P-256",
            fix="openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out evidence-key.pem",
        )
    return key
