"""What may enter the transparency log: a signature that holds, over a digest or over an envelope.

An entry is what the log vouches for, in canonical form; nothing that the client says goes in unchecked.
Source: Rekor, types `hashedrekord` 0.0.1 and `dsse` 0.0.1; DSSE protocol, "PAE".
"""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from alphaswarm_core.canonical import canonical_json, sha256_hex

_VERSION = "0.0.1"


class UnacceptableEntryError(Exception):
    """The proposal does not become an entry."""


def entry_of(proposal: object) -> bytes:
    """The canonical entry for a proposal.

    Raises:
        UnacceptableEntryError: it is malformed, of another kind, or its signature does not hold.
    """
    try:
        return canonical_json(_entry(proposal))
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise UnacceptableEntryError(f"The entry cannot be read: {type(error).__name__}") from error


def _entry(proposal: Any) -> dict[str, Any]:
    kind, spec = proposal["kind"], proposal["spec"]
    if proposal["apiVersion"] != _VERSION or kind not in _KINDS:
        raise UnacceptableEntryError(f"The log takes {' and '.join(_KINDS)} {_VERSION}")
    return {"apiVersion": _VERSION, "kind": kind, "spec": _KINDS[kind](spec)}


def _hashed(spec: Mapping[str, Any]) -> dict[str, Any]:
    digest, signed = spec["data"]["hash"], spec["signature"]
    if digest["algorithm"] != "sha256":
        raise UnacceptableEntryError("The log takes SHA-256")
    key = _key(signed["publicKey"]["content"])
    try:
        signature = base64.b64decode(signed["content"], validate=True)
        key.verify(signature, bytes.fromhex(digest["value"]), ec.ECDSA(Prehashed(hashes.SHA256())))
    except InvalidSignature:
        raise UnacceptableEntryError("The signature does not hold") from None
    return {
        "data": {"hash": {"algorithm": "sha256", "value": digest["value"]}},
        "signature": {"content": signed["content"], "publicKey": {"content": signed["publicKey"]["content"]}},
    }


def _enveloped(spec: Mapping[str, Any]) -> dict[str, Any]:
    proposed = spec["proposedContent"]
    text, verifiers = proposed["envelope"], proposed["verifiers"]
    envelope = json.loads(text)
    payload, signatures = base64.b64decode(envelope["payload"], validate=True), envelope["signatures"]
    if len(signatures) != 1 or len(verifiers) != 1:
        raise UnacceptableEntryError("An envelope has exactly one signature here")
    signature = signatures[0]["sig"]
    try:
        _key(verifiers[0]).verify(
            base64.b64decode(signature, validate=True),
            _pae(envelope["payloadType"], payload),
            ec.ECDSA(hashes.SHA256()),
        )
    except InvalidSignature:
        raise UnacceptableEntryError("The signature does not hold") from None
    return {
        "envelopeHash": {"algorithm": "sha256", "value": sha256_hex(text.encode())},
        "payloadHash": {"algorithm": "sha256", "value": sha256_hex(payload)},
        "signatures": [{"signature": signature, "verifier": verifiers[0]}],
    }


_KINDS = {"hashedrekord": _hashed, "dsse": _enveloped}


def _key(encoded: str) -> ec.EllipticCurvePublicKey:
    """The key in a certificate or public key, PEM in base64."""
    pem = base64.b64decode(encoded, validate=True)
    key = x509.load_pem_x509_certificate(pem).public_key() if b"CERTIFICATE" in pem else load_pem_public_key(pem)
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise UnacceptableEntryError("The log takes keys on elliptic curves")
    return key


def _pae(kind: str, payload: bytes) -> bytes:
    name = kind.encode()
    return b"DSSEv1 %d %b %d %b" % (len(name), name, len(payload), payload)
