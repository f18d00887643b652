"""Who signed: what the certificate says, each under its own number. Source: Fulcio, "Sigstore OID information".

The certificate is the issuer's word; a statement is the signer's. Only the certificate is believed about the signer.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from cryptography import x509

from alphaswarm_core.supply.errors import BrokenImageError

_BASE = "1.3.6.1.4.1.57264.1"
_NUMBERS: Mapping[str, int] = {
    "issuer": 8,
    "build_signer_uri": 9,
    "build_signer_digest": 10,
    "runner_environment": 11,
    "repository_uri": 12,
    "commit": 13,
    "ref": 14,
    "repository_id": 15,
    "owner_uri": 16,
    "owner_id": 17,
    "workflow_uri": 18,
    "workflow_digest": 19,
    "trigger": 20,
    "run_uri": 21,
}
_ENVIRONMENT, _SUBJECT = 23, 24
_UTF8_STRING, _LONG_FORM = 0x0C, 0x80


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerIdentity:
    """What the issuing authority vouches for. `uri` is the certificate's name: the workflow that ran, at its ref."""

    uri: str
    issuer: str
    build_signer_uri: str
    build_signer_digest: str
    runner_environment: str
    repository_uri: str
    commit: str
    ref: str
    repository_id: str
    owner_uri: str
    owner_id: str
    workflow_uri: str
    workflow_digest: str
    trigger: str
    run_uri: str
    environment: str = ""
    subject: str = ""


def identity_of(certificate: x509.Certificate) -> SignerIdentity:
    """The identity in a certificate that was verified.

    Raises:
        BrokenImageError: it does not say everything, or not as text.
    """
    texts = {name: _text(certificate, number) for name, number in _NUMBERS.items()}
    missing = [name for name, text in texts.items() if not text]
    if missing:
        raise BrokenImageError(f"The certificate does not say its {missing[0].replace('_', ' ')}")
    return SignerIdentity(
        uri=_uri(certificate),
        environment=_text(certificate, _ENVIRONMENT),
        subject=_text(certificate, _SUBJECT),
        **texts,
    )


def _uri(certificate: x509.Certificate) -> str:
    """The one URI that the certificate is for."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        names = x509.SubjectAlternativeName([])
    uris = names.get_values_for_type(x509.UniformResourceIdentifier)
    if len(uris) != 1 or len(list(names)) != 1:
        raise BrokenImageError("The certificate is not for exactly one workflow")
    return uris[0]


def _text(certificate: x509.Certificate, number: int) -> str:
    """A DER UTF8String; empty if the extension is not there."""
    wanted = x509.ObjectIdentifier(f"{_BASE}.{number}")
    for extension in certificate.extensions:
        if extension.oid == wanted and isinstance(extension.value, x509.UnrecognizedExtension):
            return _utf8_string(extension.value.value)
    return ""


def _utf8_string(der: bytes) -> str:
    try:
        if der[0] != _UTF8_STRING:
            raise BrokenImageError("The certificate says something that is not text")
        digits = der[1] - _LONG_FORM if der[1] >= _LONG_FORM else 0
        length = int.from_bytes(der[2 : 2 + digits], "big") if digits else der[1]
        content = der[2 + digits :]
        if len(content) != length:
            raise BrokenImageError("The certificate says something that is cut off")
        return content.decode()
    except (IndexError, UnicodeDecodeError) as error:
        raise BrokenImageError("The certificate says something that is not text") from error
