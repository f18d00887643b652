"""What a job's token says, as extensions of its certificate. Source: Fulcio, "Sigstore OID information"."""

from collections.abc import Iterator, Mapping

from cryptography import x509

from alphaswarm_core.identity.tokens.verified import VerifiedClaims

_BASE = "1.3.6.1.4.1.57264.1"
_SERVER = "https://github.com"
_UTF8_STRING, _LONG_FORM = 0x0C, 0x80

_RAW: Mapping[int, str] = {2: "event_name", 3: "sha", 4: "workflow", 5: "repository", 6: "ref"}
"""The deprecated ones: bare text."""

_TEXTS: Mapping[int, str] = {
    9: f"{_SERVER}/{{job_workflow_ref}}",
    10: "{job_workflow_sha}",
    11: "{runner_environment}",
    12: f"{_SERVER}/{{repository}}",
    13: "{sha}",
    14: "{ref}",
    15: "{repository_id}",
    16: f"{_SERVER}/{{repository_owner}}",
    17: "{repository_owner_id}",
    18: f"{_SERVER}/{{workflow_ref}}",
    19: "{workflow_sha}",
    20: "{event_name}",
    21: f"{_SERVER}/{{repository}}/actions/runs/{{run_id}}/attempts/{{run_attempt}}",
    22: "{repository_visibility}",
    24: "{sub}",
}
_ENVIRONMENT = 23


class MissingClaimError(Exception):
    """The token does not say what a certificate has to say; the message is the claim's name."""


def identity_of(claims: VerifiedClaims) -> str:
    """The URI of the certificate: the workflow that the job runs, at its ref."""
    return _TEXTS[9].format_map(_Present(claims))


def extensions_of(claims: VerifiedClaims) -> Iterator[x509.UnrecognizedExtension]:
    """GitHub's claims under Fulcio's numbers.

    Raises:
        MissingClaimError: one that every job has is not there.
    """
    present = _Present(claims)
    yield _extension(1, claims.issuer.encode())
    yield from (_extension(number, present[name].encode()) for number, name in _RAW.items())
    yield _extension(8, utf8_string(claims.issuer))
    yield from (_extension(number, utf8_string(text.format_map(present))) for number, text in _TEXTS.items())
    if environment := claims.text("environment"):
        yield _extension(_ENVIRONMENT, utf8_string(environment))


def utf8_string(text: str) -> bytes:
    """DER of a UTF8String."""
    content = text.encode()
    if len(content) < _LONG_FORM:
        return bytes([_UTF8_STRING, len(content)]) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([_UTF8_STRING, _LONG_FORM | len(length)]) + length + content


class _Present(dict[str, str]):
    def __init__(self, claims: VerifiedClaims) -> None:
        super().__init__()
        self._claims = claims

    def __missing__(self, name: str) -> str:
        value = self._claims.text(name)
        if not value:
            raise MissingClaimError(name)
        return value


def _extension(number: int, value: bytes) -> x509.UnrecognizedExtension:
    return x509.UnrecognizedExtension(x509.ObjectIdentifier(f"{_BASE}.{number}"), value)
