"""The order of the front door: nothing reaches the backend unauthenticated, unsupported or unauthorized."""

import io
import json
import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest

from alphaswarm_local.aws import backend
from alphaswarm_local.aws.authorization import Decision
from alphaswarm_local.aws.front_door import FrontDoor
from alphaswarm_local.aws.messages import HttpRequest, HttpResponse
from alphaswarm_local.aws.operations import ApiCall

from .signing import ACCOUNT, HOST, KEY, SECRET, authenticator, signed

_TARGET = {"X-Amz-Target": "AmazonSSM.GetParameter", "Content-Type": "application/x-amz-json-1.1"}
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Recorder:
    """A backend that notes what reaches it."""

    def __init__(self, problem: Exception | None = None) -> None:
        self.calls: list[ApiCall] = []
        self._problem = problem

    def __call__(self, call: ApiCall) -> HttpResponse:
        self.calls.append(call)
        if self._problem:
            raise self._problem
        return HttpResponse(200, [("Server", "amazon.com"), ("Content-Type", "application/json")], b"{}")


def _door(recorder: Recorder, **options: Any) -> FrontDoor:
    return FrontDoor(authenticator(), recorder, hosts=frozenset({HOST}), **options)


def _ssm(headers: Mapping[str, str] = _TARGET) -> HttpRequest:
    return signed(headers=headers, body=b'{"Name": "/a"}')


def test_call_reaches_the_backend_with_its_account_when_it_is_good() -> None:
    recorder = Recorder()
    response = _door(recorder)(_ssm())
    assert response.status == 200
    (call,) = recorder.calls
    assert (call.identity.account_id, call.region, call.operation.action) == (ACCOUNT, "us-east-1", "ssm:GetParameter")
    assert response.header("x-amzn-requestid")
    assert response.header("server") is None


@pytest.mark.parametrize(
    ("request_", "status", "words"),
    [
        (partial(HttpRequest, "POST", "/", {"host": HOST}), 403, b"Access Denied"),
        (partial(signed, headers=_TARGET, secret="wrong"), 400, b"InvalidSignatureException"),
        (partial(signed, headers=_TARGET, region="mars-1"), 400, b"valid region"),
        (
            partial(signed, headers=_FORM, body=b"Action=AssumeRole&Version=2011-06-15", service="sts"),
            403,
            b"Not authorized to perform sts:AssumeRole<",
        ),
        (
            partial(
                HttpRequest,
                "POST",
                "/",
                {"host": HOST, "content-type": _FORM["Content-Type"]},
                b"Action=AssumeRoleWithWebIdentity",
            ),
            403,
            b"Not authorized to perform sts:AssumeRoleWithWebIdentity<",
        ),
        (partial(signed, "GET", "/?Action=ListQueues", service="sqs"), 501, b"the service 'sqs'"),
        (partial(signed, "GET", "/2015-03-31/functions", service="lambda"), 501, b"the service 'lambda'"),
        (
            partial(signed, headers={"X-Amz-Target": "CodeBuild_20161006.StartBuildBatch"}, service="codebuild"),
            501,
            b"not run here",
        ),
        (partial(signed, headers={"X-Amz-Target": "AmazonSSM.Nonsense"}), 501, b"ssm:Nonsense"),
        (
            partial(signed, headers=_FORM, body=b"Action=CreateAccessKey&UserName=x&Version=2010-05-08", service="iam"),
            501,
            b"long-lived",
        ),
        (partial(signed, "POST", "/moto-api/reset", service="s3"), 405, b"MethodNotAllowed"),
    ],
)
def test_call_is_answered_by_the_door_when_it_must_not_pass(
    request_: Callable[[], HttpRequest], status: int, words: bytes
) -> None:
    recorder = Recorder()
    response = _door(recorder)(request_())  # made now: a signature of the collection is over when the suite is long
    assert (response.status, words in response.body) == (status, True), response.body
    assert not recorder.calls


def test_call_is_refused_when_the_host_is_not_ours() -> None:
    recorder = Recorder()
    request = signed(headers=_TARGET | {"Host": "rebound.example"})
    assert _door(recorder)(request).status == 400
    assert not recorder.calls


def test_call_is_refused_when_the_authorizer_says_no() -> None:
    recorder = Recorder()
    door = _door(recorder, authorizer=lambda _: Decision(allowed=False, reason="no policy allows it"))
    response = door(_ssm())
    assert response.status == 400
    assert b"is not authorized to perform: ssm:GetParameter because no policy allows it" in response.body
    assert not recorder.calls


def test_answer_is_an_internal_failure_when_the_backend_breaks(caplog: pytest.LogCaptureFixture) -> None:
    response = _door(Recorder(ValueError("boom")))(_ssm())
    assert (response.status, b"InternalFailure" in response.body, b"boom" in response.body) == (500, True, False)
    assert "boom" in caplog.text


def test_log_holds_no_secret_when_a_call_is_answered(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    _door(Recorder())(signed("GET", "/bucket/secret-name?x=secret-value", service="s3", presigned=True))
    assert "GetObject account=111111111111 status=200" in caplog.text
    for word in ("secret-name", "secret-value", SECRET, KEY, "Signature"):
        assert word not in caplog.text


def _environ_of(request: HttpRequest) -> dict[str, Any]:
    recorder = Recorder()
    _door(recorder)(request)
    return backend._environ(recorder.calls[0])


def test_moto_is_told_the_verified_account_when_the_caller_names_another() -> None:
    forged = {"X-Moto-Account-Id": "333333333333"}
    environ = _environ_of(signed(headers=_TARGET | forged, body=b"{}"))
    assert environ["HTTP_X_MOTO_ACCOUNT_ID"] == ACCOUNT


def test_moto_sees_no_header_of_the_caller_when_it_could_change_the_call() -> None:
    forged = {"Action": "DeleteCluster", "User-Agent": "region/eu-west-1", "X-Forwarded-Host": "a.b", "Version": "1"}
    environ = _environ_of(signed("GET", "/clusters", forged, service="eks"))
    names = {name for name in environ if name.startswith("HTTP_")}
    assert names == {"HTTP_HOST", "HTTP_X_MOTO_ACCOUNT_ID", "HTTP_AUTHORIZATION"}
    assert "/us-east-1/eks/" in environ["HTTP_AUTHORIZATION"]


@pytest.mark.parametrize(
    "request_",
    [
        partial(signed, headers=_TARGET, body=b'{"Name": "&Action=DeleteParameter&"}'),
        partial(
            signed,
            "POST",
            "/clusters",
            {"Content-Type": "application/json"},
            b'{"name": "&Action=DeleteCluster&"}',
            service="eks",
        ),
        partial(signed, "POST", "/2013-04-01/hostedzone", body=b"<a>&Action=x&</a>", service="route53"),
    ],
)
def test_moto_never_reads_a_body_as_a_form_when_it_is_none(request_: Callable[[], HttpRequest]) -> None:
    environ = _environ_of(request_())
    assert environ["QUERY_STRING"]
    assert "Action" not in environ["QUERY_STRING"]
    assert "form" not in environ["CONTENT_TYPE"]


def test_region_is_the_signed_one_when_the_path_names_another() -> None:
    environ = _environ_of(signed("GET", "/clusters/a.eu-west-1.amazonaws.com", service="eks"))
    assert environ["HTTP_HOST"] == "eks.us-east-1.amazonaws.com"


@pytest.mark.parametrize(
    ("arn", "reaches"),
    [
        ("arn:aws:ssm:us-east-1:333333333333:parameter/a", False),
        (f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/a", True),
        ("arn:aws:kms:us-east-1:333333333333:key/a", True),
        ("see arn:aws:ssm:us-east-1:333333333333:parameter/a", True),
    ],
)
def test_root_is_refused_when_it_names_a_resource_of_another_account(arn: str, reaches: bool) -> None:
    recorder = Recorder()
    body = json.dumps({"Names": [{"deep": arn}]}).encode()
    response = _door(recorder)(signed(headers=_TARGET, body=body))
    assert bool(recorder.calls) is reaches
    assert (b"no resource-based policy" in response.body) is not reaches


def test_moto_gets_a_form_when_the_parameters_stood_in_the_address() -> None:
    request = signed("GET", "/?Action=ListRoles&Version=2010-05-08", service="iam", presigned=True)
    environ = _environ_of(request)
    stream = environ["wsgi.input"]
    assert isinstance(stream, io.BytesIO)
    assert (environ["REQUEST_METHOD"], environ["QUERY_STRING"]) == ("POST", "")
    assert stream.read() == b"Action=ListRoles&Version=2010-05-08"


def test_object_keeps_its_headers_when_it_is_stored() -> None:
    headers = {"Content-Type": "text/plain", "x-amz-meta-a_b": "1", "Cache-Control": "no-store"}
    environ = _environ_of(signed("PUT", "/bucket/key", headers, b"x", service="s3"))
    assert (environ["CONTENT_TYPE"], environ["HTTP_CACHE_CONTROL"]) == ("text/plain", "no-store")
    assert environ["moto.preserved_header_names"] == {"HTTP_X_AMZ_META_A_B": "x-amz-meta-a_b"}
