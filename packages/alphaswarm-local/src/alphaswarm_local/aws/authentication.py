"""Who calls: from a request to the account and the identity that signed it.

The only keys that are known are those given to `Authenticator`: the bootstrap keys that each start of the local cloud
makes anew, and the sessions that its own exchange issued. Everything that is not exactly a good signature by such a
key is refused with AWS's own error: an unknown key, a wrong signature, a header that matters but is not signed, a body
other than the signed one, an old request.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from alphaswarm_local.aws import signature
from alphaswarm_local.aws.faults import (
    EXPIRED_SESSION,
    INCOMPLETE_SIGNATURE,
    NO_CREDENTIALS,
    UNKNOWN_KEY,
    UNKNOWN_TOKEN,
    WRONG_SIGNATURE,
    AwsFault,
    fault,
)
from alphaswarm_local.aws.messages import HttpRequest
from alphaswarm_local.aws.protocols import Protocol
from alphaswarm_local.aws.sessions import Credential, Identity, SessionStore
from alphaswarm_local.aws.signature import Presented, Scope

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256\s+Credential=(?P<credential>[^,\s]+),\s*"
    r"SignedHeaders=(?P<headers>[^,\s]+),\s*Signature=(?P<signature>[0-9a-f]{64})"
)
_CREDENTIAL = re.compile(
    r"(?P<key>[A-Z0-9]{16,128})/(?P<date>\d{8})/(?P<region>[a-z0-9-]{1,32})/(?P<service>[a-z0-9-]{1,64})/aws4_request"
)
_TIMESTAMP = re.compile(r"\d{8}T\d{6}Z")
_HEX_HASH = re.compile(r"[0-9a-f]{64}")
_LONGEST_PRESIGNED = 7 * 24 * 3600
_UNSIGNED = "UNSIGNED-PAYLOAD"
_STREAMED = {
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
    "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
}


def bootstrap_credential(account_id: str, access_key_id: str, secret_access_key: str) -> Credential:
    """The key with which the supervisor's clients act before there is any role: the account's root."""
    identity = Identity(account_id, f"arn:aws:iam::{account_id}:root", account_id, access_key_id)
    return Credential(secret_access_key, identity)


def presented_signature(request: HttpRequest, protocol: Protocol) -> Presented | None:
    """The signature in header or address, or None for an unsigned request.

    Raises:
        AwsFault: there is one and it is malformed, or there are two.
    """
    header = request.headers.get("authorization")
    query = dict(request.query)
    if header is not None and "X-Amz-Algorithm" in query:
        # Two identities in one request: whichever we took, somebody downstream might take the other.
        raise fault(INCOMPLETE_SIGNATURE, protocol, "Only one auth mechanism allowed")
    if protocol is Protocol.S3 and ((header or "").startswith("AWS ") or "AWSAccessKeyId" in query):
        message = "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."
        raise AwsFault("InvalidRequest", 400, message)
    if header is not None:
        return _from_header(header, request, protocol)
    if any(name.startswith("X-Amz-") and name in {"X-Amz-Algorithm", "X-Amz-Signature"} for name in query):
        return _from_query(query, request, protocol)
    return None


class Authenticator:
    """Verifies signatures against the keys it is given.

    Args:
        credentials: By access key id.
        now: The clock, for tests.
        sessions: Where sessions are found; None means that there are none.
    """

    def __init__(
        self,
        credentials: Mapping[str, Credential],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sessions: SessionStore | None = None,
    ) -> None:
        self._credentials = credentials
        self._now = now
        self._sessions = sessions

    def authenticate(self, request: HttpRequest, presented: Presented | None, protocol: Protocol) -> Identity:
        """The identity that signed `request`.

        Raises:
            AwsFault: nobody did whom the local cloud knows, or not this request, or not now.
        """
        if presented is None:
            raise fault(NO_CREDENTIALS, protocol)
        credential = self._known(request, presented, protocol)
        self._refuse_unsigned_headers(request, presented, protocol)
        self._refuse_other_times(presented, protocol)
        payload_hash = _payload_hash(request, presented, protocol)
        right = signature.expected(request, presented, credential.secret_access_key, payload_hash)
        if not signature.equal(right, presented.signature):
            details = {"AWSAccessKeyId": presented.access_key_id} if protocol is Protocol.S3 else None
            raise fault(WRONG_SIGNATURE, protocol, details=details)
        _refuse_changed_chunks(request, presented, credential.secret_access_key, protocol, payload_hash)
        return credential.identity

    def _known(self, request: HttpRequest, presented: Presented, protocol: Protocol) -> Credential:
        credential = self._credentials.get(presented.access_key_id)
        if credential is None and self._sessions is not None:
            credential = self._sessions.find(presented.access_key_id)
        tokens = _session_tokens(request)
        details = {"AWSAccessKeyId": presented.access_key_id} if protocol is Protocol.S3 else None
        if credential is None or (credential.session_token is None and tokens):
            # A session token with a root key belongs to some other cloud's session: never half-believe it.
            raise fault(UNKNOWN_KEY, protocol, details=details)
        if credential.session_token is not None and not _only(tokens, credential.session_token):
            raise fault(UNKNOWN_TOKEN, protocol)
        session = credential.identity.session
        if session is not None and self._now().timestamp() >= session.expires_at:
            raise fault(EXPIRED_SESSION, protocol)
        return credential

    @staticmethod
    def _refuse_unsigned_headers(request: HttpRequest, presented: Presented, protocol: Protocol) -> None:
        signed = set(presented.signed_headers)
        needed = {name for name in request.headers if name.startswith("x-amz-")} | {"host"}
        if missing := sorted(needed - signed):
            # Otherwise somebody on the way could add what changes the meaning: an ACL, a copy source.
            message = f"There were headers present in the request which were not signed: {', '.join(missing)}"
            raise fault(WRONG_SIGNATURE, protocol, message)

    def _refuse_other_times(self, presented: Presented, protocol: Protocol) -> None:
        signed_at = _time(presented.timestamp, protocol)
        now = self._now()
        if presented.scope.date != presented.timestamp[:8]:
            raise fault(WRONG_SIGNATURE, protocol, "Date in Credential scope does not match the date of the request")
        leeway = timedelta(minutes=15 if protocol is Protocol.S3 else 5)
        if presented.expires is not None:
            _refuse_expired_address(signed_at, now, presented.expires, leeway, protocol)
        elif abs(now - signed_at) > leeway:
            raise _skewed(signed_at, now, leeway, protocol)


def _session_tokens(request: HttpRequest) -> list[str]:
    """Every session token in `request`, wherever it stands."""
    header = request.headers.get("x-amz-security-token")
    in_address = [value for name, value in request.query if name.lower() == "x-amz-security-token"]
    return [*([header] if header is not None else []), *in_address]


def _only(tokens: list[str], right: str) -> bool:
    """Whether exactly the right token is there; two could be read differently by two readers."""
    return len(tokens) == 1 and signature.equal(tokens[0], right)


def _from_header(header: str, request: HttpRequest, protocol: Protocol) -> Presented:
    match = _AUTHORIZATION.fullmatch(header.strip())
    if match is None:
        raise fault(INCOMPLETE_SIGNATURE, protocol)
    key, scope = _credential(match["credential"], protocol)
    timestamp = request.headers.get("x-amz-date", "")
    return Presented(key, scope, _signed_headers(match["headers"], protocol), match["signature"], timestamp)


def _from_query(query: Mapping[str, str], request: HttpRequest, protocol: Protocol) -> Presented:
    names = [name for name, _ in request.query if name.startswith("X-Amz-")]
    parts = ("Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature")
    if len(names) != len(set(names)) or any(f"X-Amz-{part}" not in query for part in parts):
        raise fault(INCOMPLETE_SIGNATURE, protocol, "Query-string authentication is incomplete.")
    if query["X-Amz-Algorithm"] != signature.ALGORITHM or not _HEX_HASH.fullmatch(query["X-Amz-Signature"]):
        raise fault(INCOMPLETE_SIGNATURE, protocol, "X-Amz-Algorithm only supports AWS4-HMAC-SHA256.")
    expires = query["X-Amz-Expires"]
    if not expires.isascii() or not expires.isdigit() or not 0 < int(expires[:8]) <= _LONGEST_PRESIGNED:
        raise fault(INCOMPLETE_SIGNATURE, protocol, "X-Amz-Expires must be between 1 second and a week.")
    key, scope = _credential(query["X-Amz-Credential"], protocol)
    headers = _signed_headers(query["X-Amz-SignedHeaders"], protocol)
    return Presented(key, scope, headers, query["X-Amz-Signature"], query["X-Amz-Date"], int(expires[:8]))


def _credential(text: str, protocol: Protocol) -> tuple[str, Scope]:
    match = _CREDENTIAL.fullmatch(text)
    if match is None:
        raise fault(INCOMPLETE_SIGNATURE, protocol, "Credential must be KEY/YYYYMMDD/REGION/SERVICE/aws4_request.")
    return match["key"], Scope(match["date"], match["region"], match["service"])


def _signed_headers(text: str, protocol: Protocol) -> tuple[str, ...]:
    names = tuple(text.split(";"))
    if list(names) != sorted(set(names)) or any(name != name.lower() for name in names):
        raise fault(INCOMPLETE_SIGNATURE, protocol, "SignedHeaders must be lower-case, sorted and without repetition.")
    return names


def _time(timestamp: str, protocol: Protocol) -> datetime:
    try:
        if _TIMESTAMP.fullmatch(timestamp):
            return datetime.strptime(timestamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        pass
    raise fault(INCOMPLETE_SIGNATURE, protocol, "X-Amz-Date must be a time of the form YYYYMMDDTHHMMSSZ.")


def _skewed(signed_at: datetime, now: datetime, leeway: timedelta, protocol: Protocol) -> AwsFault:
    if protocol is Protocol.S3:
        message = "The difference between the request time and the current time is too large."
        return AwsFault("RequestTimeTooSkewed", 403, message)
    minutes = int(leeway.total_seconds() // 60)
    if signed_at < now:
        limit = f"{now - leeway:%Y%m%dT%H%M%SZ} ({now:%Y%m%dT%H%M%SZ} - {minutes} min.)"
        return fault(
            WRONG_SIGNATURE, protocol, f"Signature expired: {signed_at:%Y%m%dT%H%M%SZ} is now earlier than {limit}"
        )
    limit = f"{now + leeway:%Y%m%dT%H%M%SZ} ({now:%Y%m%dT%H%M%SZ} + {minutes} min.)"
    return fault(
        WRONG_SIGNATURE, protocol, f"Signature not yet current: {signed_at:%Y%m%dT%H%M%SZ} is still later than {limit}"
    )


def _refuse_expired_address(
    signed_at: datetime, now: datetime, expires: int, leeway: timedelta, protocol: Protocol
) -> None:
    if signed_at - now > leeway:
        raise _skewed(signed_at, now, leeway, protocol)
    if now > signed_at + timedelta(seconds=expires):
        if protocol is Protocol.S3:
            raise AwsFault("AccessDenied", 403, "Request has expired")
        raise fault(WRONG_SIGNATURE, protocol, "Signature expired: the presigned address is past its X-Amz-Expires")


def _payload_hash(request: HttpRequest, presented: Presented, protocol: Protocol) -> str:
    """What stands for the body in the canonical request; S3 lets the client choose, others always hash."""
    actual = hashlib.sha256(request.body).hexdigest()
    if protocol is not Protocol.S3:
        return actual
    claimed = request.headers.get("x-amz-content-sha256", _UNSIGNED if presented.is_presigned else None)
    if claimed is None:
        raise AwsFault("InvalidRequest", 400, "Missing required header for this request: x-amz-content-sha256")
    if claimed == _UNSIGNED or claimed in _STREAMED:
        return claimed
    if not _HEX_HASH.fullmatch(claimed):
        message = (
            "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD(-TRAILER), or a valid sha256 value."
        )
        raise AwsFault("InvalidArgument", 400, message)
    if not signature.equal(claimed, actual):
        message = "The provided 'x-amz-content-sha256' header does not match what was computed."
        raise AwsFault("XAmzContentSHA256Mismatch", 400, message)
    return claimed


def _refuse_changed_chunks(
    request: HttpRequest, presented: Presented, secret: str, protocol: Protocol, payload_hash: str
) -> None:
    if not payload_hash.startswith("STREAMING-"):
        return
    try:
        found, trailer = signature.chunks(request.body)
    except signature.ChunkedBodyError as error:
        raise AwsFault("IncompleteBody", 400, f"The aws-chunked body is broken: {error}") from error
    if payload_hash == "STREAMING-UNSIGNED-PAYLOAD-TRAILER":
        return
    held = signature.chunk_signatures_hold(found, presented, secret)
    if held and payload_hash.endswith("-TRAILER"):
        held = signature.trailer_signature_holds(trailer, found[-1].signature, presented, secret)
    if not held:
        raise fault(WRONG_SIGNATURE, protocol)
