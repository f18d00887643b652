"""The issuing authority on the wire: a job's token and a certificate request in, a certificate out.

Source: Fulcio's API v2 (`fulcio.proto`).
"""

import base64
import binascii
import datetime as dt
import json
from collections.abc import Callable
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from alphaswarm_core.errors import AlphaSwarmError
from alphaswarm_core.identity.github.issuers import GITHUB_COM
from alphaswarm_core.identity.tokens.keys import JwkSet
from alphaswarm_core.identity.tokens.verified import VerifiedClaims
from alphaswarm_core.identity.tokens.verifier import TokenVerifier
from alphaswarm_local.aws.messages import HttpRequest
from alphaswarm_local.sigstore.certificates import Authority
from alphaswarm_local.sigstore.claims import MissingClaimError, extensions_of, identity_of
from alphaswarm_local.sigstore.errors import RefusedError

AUDIENCE = "sigstore"
_LARGEST = 64 * 1024
_GRPC_UNAUTHENTICATED, _GRPC_INVALID = 16, 3


class AuthorityEndpoint:
    """Answers `signingCert` and `trustBundle`.

    Args:
        authority: Issues.
        jwks: GitHub's keys as they are now.
        now: Seconds since the epoch.
    """

    def __init__(self, authority: Authority, jwks: Callable[[], bytes], now: Callable[[], float]) -> None:
        self._authority, self._jwks, self._now = authority, jwks, now

    def trust_bundle(self, _request: HttpRequest) -> dict[str, Any]:
        """The chain, root last."""
        return {"chains": [{"certificates": [_pem(each) for each in self._authority.chain]}]}

    def signing_certificate(self, request: HttpRequest) -> dict[str, Any]:
        """A certificate for the key in the request, in the name of the token's job.

        Raises:
            RefusedError: the token is not one (401); the request cannot be read, or does not prove its key (400).
        """
        if len(request.body) > _LARGEST:
            raise RefusedError(413, _GRPC_INVALID, "The request is too large")
        document = _document(request.body)
        claims = self._claims(_token(request, document))
        key = _requested_key(document)
        try:
            identity, extensions = identity_of(claims), list(extensions_of(claims))
        except MissingClaimError as missing:
            raise RefusedError(400, _GRPC_INVALID, f"The token has no claim {missing}") from missing
        leaf = self._authority.issue(key, identity, extensions, dt.datetime.fromtimestamp(self._now(), dt.UTC))
        certificates = [_pem(each) for each in (leaf, *self._authority.chain)]
        return {"signedCertificateEmbeddedSct": {"chain": {"certificates": certificates}}}

    def _claims(self, token: str) -> VerifiedClaims:
        now = self._now()
        verifier = TokenVerifier(GITHUB_COM, (AUDIENCE,), JwkSet.from_bytes(self._jwks()), leeway_seconds=5.0)
        try:
            return verifier.verify(token, now)
        except AlphaSwarmError as problem:
            raise RefusedError(
                401, _GRPC_UNAUTHENTICATED, f"There was an error processing the identity token: {problem.what}"
            ) from problem


def _token(request: HttpRequest, document: dict[str, Any]) -> str:
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    credentials = document.get("credentials")
    inside = credentials.get("oidcIdentityToken") if isinstance(credentials, dict) else None
    given = [each for each in (bearer.strip() if scheme.lower() == "bearer" else "", inside) if each]
    if len(given) != 1 or not isinstance(given[0], str):
        raise RefusedError(401, _GRPC_UNAUTHENTICATED, "There is not exactly one identity token")
    return given[0]


def _requested_key(document: dict[str, Any]) -> ec.EllipticCurvePublicKey:
    """The key of a certificate request that it signed itself: nobody gets a certificate for another's key."""
    try:
        pem = base64.b64decode(document["certificateSigningRequest"], validate=True)
        request = x509.load_pem_x509_csr(pem)
        key, proved = request.public_key(), request.is_signature_valid
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise RefusedError(400, _GRPC_INVALID, "There is no certificate signing request") from error
    if not proved:
        raise RefusedError(400, _GRPC_INVALID, "The signature of the certificate signing request does not hold")
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise RefusedError(400, _GRPC_INVALID, "Keys are on the curve P-256 here")
    return key


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise RefusedError(400, _GRPC_INVALID, "The body is not a JSON object")
    return document


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()
