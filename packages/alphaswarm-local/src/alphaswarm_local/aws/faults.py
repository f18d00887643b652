"""Errors as AWS words them, and their form on the wire in each protocol.

The codes, statuses and sentences are AWS's own ("Common errors" of each service's API reference, "Error responses" of
Amazon S3, "Troubleshooting signed requests"), because clients act on them: the SDKs decide by code and status whether
to try again, and Terraform's provider knows many codes by name. No fault here has a status that an SDK retries.
"""

import json
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from alphaswarm_local.aws.cbor import encode_error
from alphaswarm_local.aws.messages import HttpResponse
from alphaswarm_local.aws.protocols import Protocol


@dataclass(frozen=True, slots=True)
class Wording:
    """One error in one family of protocols."""

    code: str
    status: int
    message: str


class AwsFault(Exception):  # noqa: N818 - AWS calls what a service answers a fault; it is no error of ours
    """A refusal or failure that is answered on the wire.

    Args:
        code: AWS's error code.
        status: The HTTP status.
        message: The sentence.
        details: More elements of S3's error document (`AWSAccessKeyId`, `BucketName`).
    """

    def __init__(self, code: str, status: int, message: str, details: dict[str, str] | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.status = status
        self.message = message
        self.details = details or {}


_INVALID_TOKEN = "The security token included in the request is invalid."  # noqa: S105 - AWS's sentence, no secret
_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
)

UNKNOWN_KEY: dict[Protocol, Wording] = {
    Protocol.QUERY: Wording("InvalidClientTokenId", 403, _INVALID_TOKEN),
    Protocol.EC2: Wording("AuthFailure", 401, "AWS was not able to validate the provided access credentials"),
    Protocol.JSON: Wording("UnrecognizedClientException", 400, _INVALID_TOKEN),
    Protocol.CBOR: Wording("UnrecognizedClientException", 400, _INVALID_TOKEN),
    Protocol.REST_JSON: Wording("UnrecognizedClientException", 403, _INVALID_TOKEN),
    Protocol.REST_XML: Wording("InvalidClientTokenId", 403, _INVALID_TOKEN),
    Protocol.S3: Wording(
        "InvalidAccessKeyId", 403, "The AWS Access Key Id you provided does not exist in our records."
    ),
}

UNKNOWN_TOKEN: dict[Protocol, Wording] = UNKNOWN_KEY | {
    Protocol.S3: Wording("InvalidToken", 400, "The provided token is malformed or otherwise invalid.")
}
"""The key is a session's, and its token is missing or another one's."""

_EXPIRED = "The security token included in the request is expired"
EXPIRED_SESSION: dict[Protocol, Wording] = {
    Protocol.QUERY: Wording("ExpiredToken", 403, _EXPIRED),
    Protocol.EC2: Wording("RequestExpired", 400, "Request has expired."),
    Protocol.JSON: Wording("ExpiredTokenException", 400, _EXPIRED),
    Protocol.CBOR: Wording("ExpiredTokenException", 400, _EXPIRED),
    Protocol.REST_JSON: Wording("ExpiredTokenException", 403, _EXPIRED),
    Protocol.REST_XML: Wording("ExpiredToken", 403, _EXPIRED),
    Protocol.S3: Wording("ExpiredToken", 400, "The provided token has expired."),
}

NO_CREDENTIALS: dict[Protocol, Wording] = {
    Protocol.QUERY: Wording("MissingAuthenticationToken", 403, "Request is missing Authentication Token"),
    Protocol.EC2: Wording("MissingAuthenticationToken", 403, "Request is missing Authentication Token"),
    Protocol.JSON: Wording("MissingAuthenticationTokenException", 400, "Missing Authentication Token"),
    Protocol.CBOR: Wording("MissingAuthenticationTokenException", 400, "Missing Authentication Token"),
    Protocol.REST_JSON: Wording("MissingAuthenticationTokenException", 403, "Missing Authentication Token"),
    Protocol.REST_XML: Wording("MissingAuthenticationToken", 403, "Request is missing Authentication Token"),
    Protocol.S3: Wording("AccessDenied", 403, "Access Denied"),
}

WRONG_SIGNATURE: dict[Protocol, Wording] = {
    Protocol.QUERY: Wording("SignatureDoesNotMatch", 403, _MISMATCH),
    Protocol.EC2: Wording("AuthFailure", 401, "AWS was not able to validate the provided access credentials"),
    Protocol.JSON: Wording("InvalidSignatureException", 400, _MISMATCH),
    Protocol.CBOR: Wording("InvalidSignatureException", 400, _MISMATCH),
    Protocol.REST_JSON: Wording("InvalidSignatureException", 403, _MISMATCH),
    Protocol.REST_XML: Wording("SignatureDoesNotMatch", 403, _MISMATCH),
    Protocol.S3: Wording(
        "SignatureDoesNotMatch",
        403,
        "The request signature we calculated does not match the signature you provided. "
        "Check your key and signing method.",
    ),
}

INCOMPLETE_SIGNATURE: dict[Protocol, Wording] = {
    protocol: Wording("IncompleteSignature", 400, "Authorization header is incomplete or malformed.")
    for protocol in (Protocol.QUERY, Protocol.EC2, Protocol.REST_XML)
} | {
    protocol: Wording("IncompleteSignatureException", 400, "Authorization header is incomplete or malformed.")
    for protocol in (Protocol.JSON, Protocol.CBOR, Protocol.REST_JSON)
}
INCOMPLETE_SIGNATURE[Protocol.S3] = Wording(
    "AuthorizationHeaderMalformed", 400, "The authorization header you provided is invalid."
)

ACCESS_DENIED: dict[Protocol, Wording] = {
    Protocol.QUERY: Wording("AccessDenied", 403, "Access Denied"),
    Protocol.EC2: Wording("UnauthorizedOperation", 403, "You are not authorized to perform this operation."),
    Protocol.JSON: Wording("AccessDeniedException", 400, "Access Denied"),
    Protocol.CBOR: Wording("AccessDeniedException", 400, "Access Denied"),
    Protocol.REST_JSON: Wording("AccessDeniedException", 403, "Access Denied"),
    Protocol.REST_XML: Wording("AccessDenied", 403, "Access Denied"),
    Protocol.S3: Wording("AccessDenied", 403, "Access Denied"),
}


def fault(
    table: dict[Protocol, Wording],
    protocol: Protocol,
    message: str | None = None,
    details: dict[str, str] | None = None,
) -> AwsFault:
    """The fault that `table` words for `protocol`, with another sentence if one is given."""
    wording = table[protocol]
    return AwsFault(wording.code, wording.status, message or wording.message, details)


def not_implemented(what: str) -> AwsFault:
    """The loud answer to what the local cloud does not do. 501 is a status that no SDK tries again."""
    return AwsFault("NotImplemented", 501, f"The local cloud does not support {what}")


def malformed(protocol: Protocol, message: str) -> AwsFault:
    """The request cannot be one that a real client sends."""
    code = {Protocol.S3: "InvalidRequest", Protocol.JSON: "SerializationException"}.get(protocol, "ValidationError")
    return AwsFault(code, 400, message)


def internal_failure() -> AwsFault:
    """Something broke in the local cloud itself; its log has the traceback.

    The status is 500 as at AWS, and clients do try again; the cause may be a race that a second try survives.
    """
    return AwsFault("InternalFailure", 500, "The local cloud failed to answer; its log says why: alphaswarm local logs")


@dataclass(frozen=True, slots=True)
class _Rendered:
    body: bytes
    content_type: str
    headers: list[tuple[str, str]] = field(default_factory=list)


def render(problem: AwsFault, protocol: Protocol, request_id: str, *, head: bool = False) -> HttpResponse:
    """`problem` as the response that a service speaking `protocol` gives; a HEAD request gets no body."""
    rendered = _render(problem, protocol, request_id)
    headers = [("Content-Type", rendered.content_type), *rendered.headers]
    return HttpResponse(problem.status, headers, b"" if head else rendered.body)


def _render(problem: AwsFault, protocol: Protocol, request_id: str) -> _Rendered:
    match protocol:
        case Protocol.S3:
            return _Rendered(_s3_error(problem, request_id), "application/xml")
        case Protocol.EC2:
            body = (
                f"<Response><Errors><Error>{_code_and_message(problem)}</Error></Errors>"
                f"<RequestID>{request_id}</RequestID></Response>"
            )
            return _Rendered(_xml(body), "text/xml")
        case Protocol.QUERY | Protocol.REST_XML:
            body = (
                f"<ErrorResponse><Error><Type>Sender</Type>{_code_and_message(problem)}</Error>"
                f"<RequestId>{request_id}</RequestId></ErrorResponse>"
            )
            return _Rendered(_xml(body), "text/xml")
        case Protocol.CBOR:
            body_bytes = encode_error(problem.code, problem.message)
            return _Rendered(body_bytes, "application/cbor", [("smithy-protocol", "rpc-v2-cbor")])
        case Protocol.JSON | Protocol.REST_JSON:
            document = {"__type": problem.code, "message": problem.message, "Message": problem.message}
            kind = "application/x-amz-json-1.1" if protocol is Protocol.JSON else "application/json"
            return _Rendered(json.dumps(document).encode(), kind, [("x-amzn-ErrorType", problem.code)])


def _code_and_message(problem: AwsFault) -> str:
    return f"<Code>{escape(problem.code)}</Code><Message>{escape(problem.message)}</Message>"


def _s3_error(problem: AwsFault, request_id: str) -> bytes:
    details = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in problem.details.items())
    return _xml(
        f"<Error>{_code_and_message(problem)}{details}"
        f"<RequestId>{request_id}</RequestId><HostId>{request_id}</HostId></Error>"
    )


def _xml(body: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'.encode()
