"""Every supported operation, written by botocore's own serializers, is recognised; no request means two things."""

from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel, Shape
from botocore.serialize import create_serializer
from hypothesis import given
from hypothesis import strategies as st

from alphaswarm_local.aws.catalogue import Service, catalogue
from alphaswarm_local.aws.faults import AwsFault
from alphaswarm_local.aws.messages import HttpRequest
from alphaswarm_local.aws.operations import identify, refuse_unsupported
from alphaswarm_local.aws.protocols import Protocol, spoken

_SERVICES = {service.name: service for service in catalogue().services.values()}
_CASES = [
    pytest.param(service, protocol, id=f"{service.name}-{protocol}")
    for service in _SERVICES.values()
    for protocol in service.protocols
]
_DEEP = 6


@cache
def _model(name: str) -> ServiceModel:
    return ServiceModel(Loader(include_default_search_paths=True).load_service_model(name, "service-2"), name)


def _value(shape: Shape, depth: int = 0) -> Any:  # noqa: PLR0911 - one branch a type
    match shape.type_name:
        case "structure":
            needed = shape.required_members if depth < _DEEP else []
            return {name: _value(shape.members[name], depth + 1) for name in needed}
        case "list":
            return [_value(shape.member, depth + 1)] if depth < _DEEP else []
        case "map":
            return {"k": _value(shape.value, depth + 1)} if depth < _DEEP else {}
        case "boolean":
            return True
        case "integer" | "long" | "float" | "double":
            return 1
        case "timestamp":
            return "2026-01-01T00:00:00Z"
        case "blob":
            return b"b"
        case _:
            return "name-of-it"


def _written(service: Service, protocol: Protocol, operation: str) -> HttpRequest:
    model = _model(service.name).operation_model(operation)
    serializer = create_serializer("rest-xml" if protocol is Protocol.S3 else protocol.value, include_validation=False)
    parameters = _value(model.input_shape) if model.input_shape else {}
    raw = serializer.serialize_to_request(parameters, model)
    headers = {name.lower(): str(value) for name, value in raw["headers"].items()}
    body = raw["body"]
    if isinstance(body, dict):
        headers["content-type"] = "application/x-www-form-urlencoded; charset=utf-8"
        body = urlencode(body)
    query = raw["query_string"]
    text = urlencode(query, doseq=True) if isinstance(query, dict | list) else query
    parts = urlsplit(raw["url_path"])
    joined = "&".join(part for part in (parts.query, text) if part)
    target = parts.path + (f"?{joined}" if joined else "")
    return HttpRequest(raw["method"], target, headers, body.encode() if isinstance(body, str) else body)


@pytest.mark.parametrize(("service", "protocol"), _CASES)
def test_every_supported_operation_is_identified_when_botocore_wrote_it(service: Service, protocol: Protocol) -> None:
    wrong = {}
    for operation in sorted(service.operations):
        request = _written(service, protocol, operation)
        found = identify(request, service, spoken(request, service.protocols))
        refuse_unsupported(found)
        if (found.name, found.protocol) != (operation, protocol):
            wrong[operation] = str(found)
    assert not wrong


@pytest.mark.parametrize(("service", "protocol"), _CASES)
def test_no_other_operation_passes_when_botocore_wrote_it(service: Service, protocol: Protocol) -> None:
    """What is not on the list is refused, also where it looks like something that is."""
    model = _model(service.name)
    passed = [
        operation
        for operation in sorted(set(model.operation_names) - service.operations)
        if not model.operation_model(operation).deprecated and _passes(service, protocol, operation)
    ]
    assert passed == (["ListDirectoryBuckets"] if service.name == "s3" else [])  # the same request as ListBuckets


def _passes(service: Service, protocol: Protocol, operation: str) -> bool:
    request = _written(service, protocol, operation)
    try:
        refuse_unsupported(identify(request, service, spoken(request, service.protocols)))
    except AwsFault:
        return False
    return True


@pytest.mark.parametrize(
    ("method", "target", "headers", "operation", "action"),
    [
        ("GET", "/", {}, "ListBuckets", "s3:ListAllMyBuckets"),
        ("GET", "/bkt?list-type=2&prefix=a%2Fb", {}, "ListObjectsV2", "s3:ListBucket"),
        ("GET", "/bkt/", {}, "ListObjects", "s3:ListBucket"),
        ("HEAD", "/bkt", {}, "HeadBucket", "s3:ListBucket"),
        ("GET", "/bkt/k/", {}, "GetObject", "s3:GetObject"),
        ("GET", "/bkt/a%2Fb?versionId=3", {}, "GetObject", "s3:GetObjectVersion"),
        ("PUT", "/bkt/k?x-id=PutObject", {}, "PutObject", "s3:PutObject"),
        ("PUT", "/bkt/k", {"x-amz-copy-source": "/c/d"}, "CopyObject", "s3:PutObject"),
        ("PUT", "/bkt/k?partNumber=1&uploadId=2", {}, "UploadPart", "s3:PutObject"),
        ("DELETE", "/bkt/k?uploadId=2", {}, "AbortMultipartUpload", "s3:AbortMultipartUpload"),
        ("POST", "/bkt?delete", {}, "DeleteObjects", "s3:DeleteObject"),
        ("DELETE", "/bkt/k?versionId=1", {}, "DeleteObject", "s3:DeleteObjectVersion"),
        ("PUT", "/bkt?publicAccessBlock", {}, "PutPublicAccessBlock", "s3:PutBucketPublicAccessBlock"),
        ("GET", "/bkt?encryption", {}, "GetBucketEncryption", "s3:GetEncryptionConfiguration"),
    ],
)
def test_s3_request_needs_the_documented_action_when_it_is_identified(
    method: str, target: str, headers: dict[str, str], operation: str, action: str
) -> None:
    found = identify(HttpRequest(method, target, headers), _SERVICES["s3"], Protocol.S3)
    assert (found.name, found.action) == (operation, action)


@pytest.mark.parametrize("prefix", ["com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101", "CloudTrail_20131101"])
def test_cloudtrail_is_recognised_as_older_and_newer_clients_write_it(prefix: str) -> None:
    headers = {"x-amz-target": f"{prefix}.CreateTrail", "content-type": "application/x-amz-json-1.1"}

    found = identify(HttpRequest("POST", "/", headers, b"{}"), _SERVICES["cloudtrail"], Protocol.JSON)

    assert found.action == "cloudtrail:CreateTrail"


def _smuggled() -> Iterator[Any]:
    form = {"content-type": "application/x-www-form-urlencoded"}
    target = {"x-amz-target": "AmazonSSM.GetParameter", "content-type": "application/x-amz-json-1.1"}
    yield pytest.param("ssm", "POST", "/?Action=DeleteParameter", target, b"{}", id="action-in-the-query-of-json")
    yield pytest.param("ssm", "POST", "/x", target, b"{}", id="path-of-json")
    yield pytest.param("ssm", "POST", "/", {"x-amz-target": "AmazonSQS.ListQueues"}, b"{}", id="target-of-another")
    part = {"x-amz-target": "v20131101.CloudTrail_20131101.CreateTrail"}
    yield pytest.param("cloudtrail", "POST", "/", part, b"{}", id="target-in-part")
    yield pytest.param("ssm", "POST", "/", target, b"[]", id="json-that-is-no-object")
    yield pytest.param("ssm", "POST", "/", target, b"[" * 100_000, id="json-that-is-deep")
    yield pytest.param("iam", "POST", "/?Action=GetUser", form, b"Action=DeleteUser", id="action-twice")
    yield pytest.param("iam", "POST", "/", form, b"Action=GetUser&Action=DeleteUser", id="action-twice-in-the-body")
    yield pytest.param("iam", "POST", "/other", form, b"Action=GetUser", id="path-of-query")
    yield pytest.param("iam", "POST", "/", {}, b"Action=GetUser", id="form-without-its-type")
    yield pytest.param("eks", "GET", "/clusters?Action=DeleteCluster", {}, b"", id="action-in-the-query-of-rest")
    yield pytest.param("eks", "POST", "/clusters", form, b"Action=DeleteCluster", id="form-to-rest")
    yield pytest.param("s3", "GET", "/bkt?acl&versions", {}, b"", id="two-sub-resources")
    yield pytest.param("s3", "DELETE", "/bkt/k?uploadId=1&tagging", {}, b"", id="sub-resource-and-upload")
    yield pytest.param("s3", "GET", "/bkt/k?versionId=1&versionId=2", {}, b"", id="parameter-twice")
    yield pytest.param("s3", "GET", "//bkt/k", {}, b"", id="empty-bucket")
    yield pytest.param("s3", "GET", "/a%2Fb/k", {}, b"", id="slash-in-the-bucket")
    yield pytest.param("s3", "GET", "/..", {}, b"", id="dots-for-a-bucket")
    yield pytest.param("s3", "POST", "/bkt", {"content-type": "multipart/form-data"}, b"", id="browser-form")


@pytest.mark.parametrize(("service", "method", "target", "headers", "body"), list(_smuggled()))
def test_request_is_refused_when_it_could_be_read_in_two_ways(
    service: str, method: str, target: str, headers: dict[str, str], body: bytes
) -> None:
    request = HttpRequest(method, target, headers, body)
    known = _SERVICES[service]
    with pytest.raises(AwsFault) as caught:
        identify(request, known, spoken(request, known.protocols))
    assert caught.value.status in {400, 405, 501}


@given(
    service=st.sampled_from(sorted(_SERVICES)),
    method=st.sampled_from(["GET", "PUT", "POST", "DELETE", "HEAD", "PATCH"]),
    target=st.text(max_size=40).map(lambda text: "/" + text),
    headers=st.dictionaries(st.sampled_from(["x-amz-target", "content-type", "smithy-protocol"]), st.text()),
    body=st.binary(max_size=60),
)
def test_request_is_identified_or_refused_when_it_is_arbitrary(
    service: str, method: str, target: str, headers: dict[str, str], body: bytes
) -> None:
    request = HttpRequest(method, target, headers, body)
    known = _SERVICES[service]
    status = 200
    try:
        identify(request, known, spoken(request, known.protocols))
    except AwsFault as problem:
        status = problem.status
    assert status < 500 or status == 501
