"""The right signature is the one that AWS documents and that real clients make; nothing else passes."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alphaswarm_local.aws import signature
from alphaswarm_local.aws.authentication import presented_signature
from alphaswarm_local.aws.faults import AwsFault
from alphaswarm_local.aws.messages import HttpRequest
from alphaswarm_local.aws.protocols import Protocol
from alphaswarm_local.aws.signature import Presented, Scope

from .signing import ACCOUNT, authenticator, signed

# The worked example of "Transferring Payload in Multiple Chunks", Amazon S3 API reference.
_EXAMPLE_SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
_EXAMPLE_HEADERS = {
    "host": "s3.amazonaws.com",
    "x-amz-date": "20130524T000000Z",
    "x-amz-storage-class": "REDUCED_REDUNDANCY",
    "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    "content-encoding": "aws-chunked",
    "x-amz-decoded-content-length": "66560",
    "content-length": "66824",
}
_EXAMPLE = Presented(
    access_key_id="AKIAIOSFODNN7EXAMPLE",
    scope=Scope("20130524", "us-east-1", "s3"),
    signed_headers=tuple(sorted(_EXAMPLE_HEADERS)),
    signature="4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
    timestamp="20130524T000000Z",
)
_CHUNK_SIGNATURES = (
    "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
    "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
    "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
)


def _chunked(*sizes: int) -> bytes:
    parts = (
        b"%x;chunk-signature=%s\r\n%s\r\n" % (size, mark.encode(), b"a" * size)
        for size, mark in zip(sizes, _CHUNK_SIGNATURES, strict=True)
    )
    return b"".join(parts)


def test_seed_signature_is_the_documented_one_when_computed_from_the_example() -> None:
    request = HttpRequest("PUT", "/examplebucket/chunkObject.txt", _EXAMPLE_HEADERS)
    made = signature.expected(request, _EXAMPLE, _EXAMPLE_SECRET, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD")
    assert made == _EXAMPLE.signature


def test_chunks_hold_when_they_are_the_documented_ones() -> None:
    found, _ = signature.chunks(_chunked(65536, 1024, 0))
    assert [len(each.data) for each in found] == [65536, 1024, 0]
    assert signature.chunk_signatures_hold(found, _EXAMPLE, _EXAMPLE_SECRET)


@pytest.mark.parametrize("change", ["byte", "order", "dropped"])
def test_chunks_do_not_hold_when_one_was_changed_moved_or_dropped(change: str) -> None:
    found, _ = signature.chunks(_chunked(65536, 1024, 0))
    changed = {
        "byte": [replace(found[0], data=b"b" + found[0].data[1:]), *found[1:]],
        "order": [found[1], found[0], found[2]],
        "dropped": [found[0], found[2]],
    }[change]
    assert not signature.chunk_signatures_hold(changed, _EXAMPLE, _EXAMPLE_SECRET)


@pytest.mark.parametrize(
    "body", [b"", b"5\r\nabc", b"zz\r\n", b"3\r\nabcd\r\n0\r\n\r\n", b"-1\r\n\r\n", b"3\r\nabc\r\n"]
)
def test_chunks_are_refused_when_the_framing_is_broken(body: bytes) -> None:
    with pytest.raises(signature.ChunkedBodyError):
        signature.chunks(body)


_SERVICES = st.sampled_from(["ssm", "s3", "eks", "ec2"])
_PATHS = st.text(alphabet=st.sampled_from("abcXYZ019-_.~ %+&=:@!$'()*,;/äé日"), min_size=0, max_size=30).filter(
    lambda text: "//" not in text and "/." not in text and not text.startswith((".", "/"))
)


def _encoded(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe="/-_.~")


@given(service=_SERVICES, path=_PATHS, query=st.dictionaries(_PATHS.filter(bool), _PATHS, max_size=4), body=st.binary())
def test_request_is_accepted_when_botocore_signed_it(
    service: str, path: str, query: dict[str, str], body: bytes
) -> None:
    pairs = "&".join(f"{_encoded(k).replace('/', '%2F')}={_encoded(v).replace('/', '%2F')}" for k, v in query.items())
    target = "/" + _encoded(path) + (f"?{pairs}" if pairs else "")
    request = signed("PUT", target, {"X-Amz-Extra": "a   b"}, body, service=service)
    protocol = Protocol.S3 if service == "s3" else Protocol.JSON
    presented = presented_signature(request, protocol)
    assert authenticator().authenticate(request, presented, protocol).account_id == ACCOUNT


@settings(max_examples=150)
@given(data=st.data(), service=_SERVICES)
def test_request_is_refused_when_anything_signed_is_changed(data: st.DataObject, service: str) -> None:
    request = signed("PUT", "/some/path?a=1&b=2", {"X-Amz-Meta-X": "v"}, b"body", service=service)
    headers = dict(request.headers)
    changes = {
        "method": replace(request, method="DELETE"),
        "path": replace(request, target="/some/other?a=1&b=2"),
        "query": replace(request, target="/some/path?a=1&b=3"),
        "more query": replace(request, target="/some/path?a=1&b=2&c"),
        "header": replace(request, headers=headers | {"x-amz-meta-x": "w"}),
        "more headers": replace(request, headers=headers | {"x-amz-acl": "public-read"}),
        "host": replace(request, headers=headers | {"host": "evil.example"}),
        "date": replace(request, headers=headers | {"x-amz-date": headers["x-amz-date"][:-2] + "0Z"}),
        "body": replace(request, body=b"other"),
        "hex digit": replace(request, headers=headers | {"authorization": _flip(headers["authorization"])}),
    }
    changed = changes[data.draw(st.sampled_from(sorted(changes)))]
    if changed == request:
        return
    protocol = Protocol.S3 if service == "s3" else Protocol.REST_JSON
    with pytest.raises(AwsFault):
        authenticator().authenticate(changed, presented_signature(changed, protocol), protocol)


def _flip(authorization: str) -> str:
    return authorization[:-1] + ("0" if authorization[-1] != "0" else "1")
