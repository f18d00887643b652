"""The authority's certificates: a root, an intermediate that issues, and leaves of ten minutes with a log's timestamp.

Source: Fulcio, "Certificate specification"; RFC 6962, sections 3.1-3.3, for the timestamp.
"""

import datetime as dt
import struct
from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from alphaswarm_local.sigstore.keys import LogKey

LEAF_SECONDS = 600
_AUTHORITY_DAYS = 3650
_TIMESTAMPS = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
_SHA256, _ECDSA, _PRECERTIFICATE = 4, 3, 1
_LONG_FORM = 0x80


class Authority:
    """Issues certificates.

    Args:
        log: The certificate log's key.
        now: When the authority begins.
    """

    def __init__(self, log: LogKey, now: dt.datetime) -> None:
        self._log = log
        root_key, self._key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        root_name, self._name = _name("local sigstore root"), _name("local sigstore intermediate")
        start = now - dt.timedelta(minutes=5)
        self.started = start
        root = _authority(root_name, root_name, root_key.public_key(), root_key, start, issuers_below=1)
        own = _authority(self._name, root_name, self._key.public_key(), root_key, start, issuers_below=0)
        self.chain: tuple[x509.Certificate, ...] = (own, root)
        """The issuing certificate, then the root."""

    def issue(
        self,
        key: ec.EllipticCurvePublicKey,
        identity: str,
        extensions: Sequence[x509.UnrecognizedExtension],
        now: dt.datetime,
    ) -> x509.Certificate:
        """A certificate for `key`, with the log's promise that it is in the log."""
        start = now.replace(microsecond=0)
        leaf = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([]))
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + dt.timedelta(seconds=LEAF_SECONDS))
            .add_extension(_usage(signing=True), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
            .add_extension(x509.SubjectAlternativeName([x509.UniformResourceIdentifier(identity)]), critical=True)
        )
        for each in extensions:
            leaf = leaf.add_extension(each, critical=False)
        without = leaf.sign(self._key, hashes.SHA256())
        promise = x509.UnrecognizedExtension(_TIMESTAMPS, self._promise(without.tbs_certificate_bytes, start))
        return leaf.add_extension(promise, critical=False).sign(self._key, hashes.SHA256())

    def _promise(self, certificate: bytes, now: dt.datetime) -> bytes:
        """A list of one signed certificate timestamp, as the extension's value: an OCTET STRING."""
        milliseconds = int(now.timestamp()) * 1000
        issuer = LogKey(self._key).id
        entry = issuer + len(certificate).to_bytes(3, "big") + certificate
        signed = struct.pack("!BBQH", 0, 0, milliseconds, _PRECERTIFICATE) + entry + b"\0\0"
        signature = self._log.sign(signed)
        timestamp = struct.pack("!B32sQH", 0, self._log.id, milliseconds, 0)
        timestamp += struct.pack("!BBH", _SHA256, _ECDSA, len(signature)) + signature
        listed = struct.pack("!HH", len(timestamp) + 2, len(timestamp)) + timestamp
        return b"\x04" + _length(len(listed)) + listed


def _authority(
    name: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    signer: ec.EllipticCurvePrivateKey,
    start: dt.datetime,
    *,
    issuers_below: int,
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=_AUTHORITY_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=issuers_below), critical=True)
        .add_extension(_usage(signing=False), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    if issuers_below == 0:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
    return builder.sign(signer, hashes.SHA256())


def _usage(*, signing: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signing,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=not signing,
        crl_sign=not signing,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common: str) -> x509.Name:
    organization = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "alphaswarm local cloud")
    return x509.Name([organization, x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _length(size: int) -> bytes:
    """A length in DER."""
    if size < _LONG_FORM:
        return bytes([size])
    digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([_LONG_FORM | len(digits)]) + digits
