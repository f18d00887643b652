"""Refusals carry AWS's own codes and statuses, protocol by protocol."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from alphaswarm_local.aws.authentication import Authenticator, presented_signature
from alphaswarm_local.aws.faults import AwsFault, render
from alphaswarm_local.aws.messages import HttpRequest
from alphaswarm_local.aws.protocols import Protocol
from alphaswarm_local.aws.sessions import Session, SessionStore

from .signing import ACCOUNT, HOST, KEY, authenticator, signed


def _refusal(request: HttpRequest, protocol: Protocol, now: datetime | None = None) -> AwsFault:
    with pytest.raises(AwsFault) as caught:
        authenticator(now).authenticate(request, presented_signature(request, protocol), protocol)
    return caught.value


@pytest.mark.parametrize(
    ("protocol", "service", "code", "status"),
    [
        (Protocol.QUERY, "iam", "InvalidClientTokenId", 403),
        (Protocol.EC2, "ec2", "AuthFailure", 401),
        (Protocol.JSON, "ssm", "UnrecognizedClientException", 400),
        (Protocol.CBOR, "codebuild", "UnrecognizedClientException", 400),
        (Protocol.REST_JSON, "eks", "UnrecognizedClientException", 403),
        (Protocol.REST_XML, "route53", "InvalidClientTokenId", 403),
        (Protocol.S3, "s3", "InvalidAccessKeyId", 403),
    ],
)
def test_key_is_refused_when_it_is_unknown(protocol: Protocol, service: str, code: str, status: int) -> None:
    problem = _refusal(signed(service=service, key="AKIAZZZZZZZZZZZZZZZZ"), protocol)
    assert (problem.code, problem.status) == (code, status)


@pytest.mark.parametrize(
    ("protocol", "service", "code", "status"),
    [
        (Protocol.QUERY, "iam", "SignatureDoesNotMatch", 403),
        (Protocol.EC2, "ec2", "AuthFailure", 401),
        (Protocol.JSON, "ssm", "InvalidSignatureException", 400),
        (Protocol.CBOR, "codebuild", "InvalidSignatureException", 400),
        (Protocol.REST_JSON, "eks", "InvalidSignatureException", 403),
        (Protocol.REST_XML, "route53", "SignatureDoesNotMatch", 403),
        (Protocol.S3, "s3", "SignatureDoesNotMatch", 403),
    ],
)
def test_signature_is_refused_when_the_secret_is_wrong(
    protocol: Protocol, service: str, code: str, status: int
) -> None:
    problem = _refusal(signed(service=service, secret="wrong"), protocol)
    assert (problem.code, problem.status) == (code, status)


@pytest.mark.parametrize(
    ("protocol", "code"),
    [
        (Protocol.QUERY, "MissingAuthenticationToken"),
        (Protocol.EC2, "MissingAuthenticationToken"),
        (Protocol.JSON, "MissingAuthenticationTokenException"),
        (Protocol.REST_JSON, "MissingAuthenticationTokenException"),
        (Protocol.S3, "AccessDenied"),
    ],
)
def test_request_is_refused_when_nobody_signed_it(protocol: Protocol, code: str) -> None:
    assert _refusal(HttpRequest("POST", "/", {"host": HOST}), protocol).code == code


@pytest.mark.parametrize("protocol", [Protocol.JSON, Protocol.S3])
def test_session_token_is_refused_when_it_comes_with_a_root_key(protocol: Protocol) -> None:
    service = "s3" if protocol is Protocol.S3 else "ssm"
    problem = _refusal(signed(service=service, token="some-token"), protocol)
    assert problem.code in {"UnrecognizedClientException", "InvalidAccessKeyId"}


@pytest.mark.parametrize("minutes", [-6, 6])
def test_request_is_refused_when_its_time_is_off_by_more_than_five_minutes(minutes: int) -> None:
    problem = _refusal(signed(), Protocol.QUERY, datetime.now(UTC) + timedelta(minutes=minutes))
    assert problem.code == "SignatureDoesNotMatch"
    assert "Signature expired" in problem.message or "Signature not yet current" in problem.message


def test_request_to_s3_is_refused_when_its_time_is_off_by_more_than_a_quarter_of_an_hour() -> None:
    request = signed("GET", "/bucket", service="s3")
    assert _refusal(request, Protocol.S3, datetime.now(UTC) + timedelta(minutes=16)).code == "RequestTimeTooSkewed"


def test_request_to_s3_is_accepted_when_its_time_is_off_by_ten_minutes() -> None:
    request = signed("GET", "/bucket", service="s3")
    presented = presented_signature(request, Protocol.S3)
    identity = authenticator(datetime.now(UTC) + timedelta(minutes=10)).authenticate(request, presented, Protocol.S3)
    assert identity.account_id == ACCOUNT


def test_address_is_accepted_when_it_was_presigned() -> None:
    request = signed("GET", "/bucket/key?versionId=1", service="s3", presigned=True)
    presented = presented_signature(request, Protocol.S3)
    assert presented is not None
    assert presented.is_presigned
    assert authenticator().authenticate(request, presented, Protocol.S3).arn == f"arn:aws:iam::{ACCOUNT}:root"


def test_presigned_address_is_refused_when_it_has_expired() -> None:
    request = signed("GET", "/bucket/key", service="s3", presigned=True)
    problem = _refusal(request, Protocol.S3, datetime.now(UTC) + timedelta(hours=2))
    assert (problem.code, problem.message) == ("AccessDenied", "Request has expired")


def test_presigned_address_is_refused_when_its_path_is_changed() -> None:
    request = signed("GET", "/bucket/key", service="s3", presigned=True)
    changed = replace(request, target=request.target.replace("/key", "/other"))
    assert _refusal(changed, Protocol.S3).code == "SignatureDoesNotMatch"


def test_request_is_refused_when_header_and_address_are_both_signed() -> None:
    presigned = signed("GET", "/bucket/key", service="s3", presigned=True)
    header = signed("GET", "/bucket/key", service="s3").headers
    request = replace(presigned, headers=dict(header))
    assert "Only one auth mechanism" in _refusal(request, Protocol.S3).message


def test_body_is_refused_when_it_is_not_the_signed_one() -> None:
    request = signed("PUT", "/bucket/key", body=b"one", service="s3")
    assert _refusal(replace(request, body=b"two"), Protocol.S3).code == "XAmzContentSHA256Mismatch"


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer abc",
        f"AWS {KEY}:c2lnbmF0dXJl",
        f"AWS4-HMAC-SHA256 Credential={KEY}",
        f"AWS4-ECDSA-P256-SHA256 Credential={KEY}/20260101/ssm/aws4_request, SignedHeaders=host, Signature=00",
        "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/ssm/aws4_request, SignedHeaders=host, Signature=" + "0" * 64,
        f"AWS4-HMAC-SHA256 Credential={KEY}/20260101/a/ssm/aws4_request, SignedHeaders=Host, Signature={'0' * 64}",
    ],
)
def test_authorization_is_refused_when_it_is_malformed(authorization: str) -> None:
    request = HttpRequest("POST", "/", {"host": HOST, "authorization": authorization})
    assert _refusal(request, Protocol.JSON).code == "IncompleteSignatureException"


def test_request_is_refused_when_host_is_not_signed() -> None:
    request = signed()
    headers = dict(request.headers)
    headers["authorization"] = headers["authorization"].replace("host;", "")
    assert "not signed: host" in _refusal(replace(request, headers=headers), Protocol.JSON).message


@pytest.mark.parametrize("protocol", list(Protocol))
def test_fault_is_readable_when_rendered_in_any_protocol(protocol: Protocol) -> None:
    response = render(AwsFault("SomeCode", 403, "a <sentence> & more"), protocol, "id-1")
    assert response.status == 403
    assert b"SomeCode" in response.body
    assert render(AwsFault("SomeCode", 403, "x"), protocol, "id-1", head=True).body == b""


@pytest.mark.parametrize(
    ("protocol", "service", "code", "status"),
    [
        (Protocol.QUERY, "iam", "ExpiredToken", 403),
        (Protocol.EC2, "ec2", "RequestExpired", 400),
        (Protocol.JSON, "ssm", "ExpiredTokenException", 400),
        (Protocol.CBOR, "codebuild", "ExpiredTokenException", 400),
        (Protocol.REST_JSON, "eks", "ExpiredTokenException", 403),
        (Protocol.REST_XML, "route53", "ExpiredToken", 403),
        (Protocol.S3, "s3", "ExpiredToken", 400),
    ],
)
def test_session_is_refused_when_it_has_expired_and_taken_before(
    protocol: Protocol, service: str, code: str, status: int
) -> None:
    now = datetime.now(UTC)
    for ends_in, taken in ((60, True), (-1, False)):
        store = SessionStore()
        ends = now.timestamp() + ends_in
        session = Session(f"arn:aws:iam::{ACCOUNT}:role/x", "AROAX", "x1", ends - 900, ends)
        credential = store.issue(ACCOUNT, "arn", "AROAX:x1", session)
        request = signed(
            service=service,
            key=credential.identity.access_key_id,
            secret=credential.secret_access_key,
            token=credential.session_token,
        )
        door = Authenticator({}, now=lambda: now, sessions=store)
        presented = presented_signature(request, protocol)
        if taken:
            assert door.authenticate(request, presented, protocol).session is session
            continue
        with pytest.raises(AwsFault) as caught:
            door.authenticate(request, presented, protocol)
        assert (caught.value.code, caught.value.status) == (code, status)
