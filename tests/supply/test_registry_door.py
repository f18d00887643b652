"""The door to the registry: what goes wrong on the way, and what is never sent anywhere."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from alphaswarm_core.adapters.image_registry import ImageRegistry, RegistryAddress
from alphaswarm_core.errors import AlphaSwarmError
from alphaswarm_core.supply.attachments import attach, bundles_of
from alphaswarm_core.supply.errors import (
    BrokenImageError,
    ImageMissingError,
    MovedTagError,
    RegistryRefusedError,
    RegistryUnavailableError,
)
from alphaswarm_core.supply.images import OCI_MANIFEST, Descriptor, Fetched
from alphaswarm_core.supply.references import parse_reference

from .forge import NOW, REPOSITORY, MemoryRegistry, Stand

SUBJECT = Descriptor("sha256:" + "5" * 64, 1, OCI_MANIFEST)
BASE = "https://registry.example/v2"
Answers = Callable[[httpx.Request], httpx.Response]


def registry(answers: Answers, base: str = BASE) -> ImageRegistry:
    return ImageRegistry(lambda _: RegistryAddress(base, lambda: "Basic QQ=="), httpx.MockTransport(answers))


class Failing:
    """A registry that takes `good` requests and is away then."""

    def __init__(self, good: int) -> None:
        self.left, self.manifests = good, 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.left == 0:
            raise httpx.ConnectError("connection refused", request=request)
        self.left -= 1
        if request.method == "HEAD":
            return httpx.Response(404)
        if request.method == "POST":
            return httpx.Response(202, headers={"location": f"{request.url}1"})
        self.manifests += "/manifests/" in request.url.path
        return httpx.Response(201, headers={"oci-subject": SUBJECT.digest})


@pytest.mark.parametrize("good", range(7))
def test_nothing_is_attached_when_the_registry_goes_away_in_the_middle_of_a_push(good: int) -> None:
    answers = Failing(good)
    with pytest.raises(RegistryUnavailableError) as caught:
        attach(registry(answers), REPOSITORY, SUBJECT, b"bundle", predicate_type="x", now=NOW)
    assert answers.manifests == 0
    assert caught.value.exit_code == 5


def test_push_is_done_when_it_is_repeated() -> None:
    answers = Failing(7)
    attach(registry(answers), REPOSITORY, SUBJECT, b"bundle", predicate_type="x", now=NOW)
    assert answers.manifests == 1


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, RegistryRefusedError),
        (403, RegistryRefusedError),
        (404, ImageMissingError),
        (400, RegistryRefusedError),
        (503, RegistryUnavailableError),
    ],
)
def test_answer_is_an_error_with_a_code_when_it_is_a_refusal(status: int, error: type[AlphaSwarmError]) -> None:
    def answers(_: httpx.Request) -> httpx.Response:
        return httpx.Response(status, json={"errors": [{"code": "X", "message": "the reason"}]})

    with pytest.raises(error) as caught:
        registry(answers).manifest(REPOSITORY, "v1")
    assert caught.value.why == "the reason"


def test_login_goes_nowhere_else_when_the_registry_sends_its_caller_away() -> None:
    seen: list[httpx.Request] = []

    def answers(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if request.url.host == "registry.example":
            return httpx.Response(307, headers={"location": "https://storage.example/layer"})
        return httpx.Response(200, content=b"xy")

    assert registry(answers).blob(REPOSITORY, "sha256:" + "1" * 64, 2) == b"xy"
    assert [("authorization" in each.headers) for each in seen] == [True, False]

    def uploads(request: httpx.Request) -> httpx.Response:
        if request.method == "HEAD":
            return httpx.Response(404)
        return httpx.Response(202, headers={"location": "https://mallory.example/upload"})

    with pytest.raises(RegistryRefusedError, match=r"mallory\.example"):
        registry(uploads).push_blob(REPOSITORY, b"x")


def test_login_is_not_sent_in_the_clear() -> None:
    with pytest.raises(RegistryRefusedError, match="is not asked"):
        registry(lambda _: httpx.Response(200), "http://registry.example/v2").manifest(REPOSITORY, "v1")


def test_blob_is_refused_when_it_has_another_size() -> None:
    with pytest.raises(BrokenImageError, match="has 3 bytes, not 2"):
        registry(lambda _: httpx.Response(200, content=b"xyz")).blob(REPOSITORY, "sha256:" + "1" * 64, 2)


def test_nothing_is_known_when_the_registry_is_away_during_verification(monkeypatch: pytest.MonkeyPatch) -> None:
    stand = Stand().complete()

    def away(*_: Any) -> Any:
        raise RegistryUnavailableError("away")

    monkeypatch.setattr(stand.registry, "referrers", away)
    with pytest.raises(RegistryUnavailableError):
        stand.verify()


def test_tag_that_was_moved_between_scan_and_deployment_is_refused() -> None:
    memory = MemoryRegistry()
    scanned, evil = memory.image("amd64", "scanned"), memory.image("amd64", "evil")
    memory.put_manifest(REPOSITORY, "v1", scanned)
    reference = parse_reference(f"{REPOSITORY}:v1@{scanned.digest}")
    assert reference.resolved(memory) == scanned.digest
    memory.put_manifest(REPOSITORY, "v1", evil)
    with pytest.raises(MovedTagError) as caught:
        reference.resolved(memory)
    assert evil.digest in str(caught.value.why)
    assert parse_reference(f"{REPOSITORY}@{scanned.digest}").resolved(memory) == scanned.digest


def test_bundles_are_found_under_the_fallback_tag_when_several_are_put_there() -> None:
    memory = MemoryRegistry(lists_referrers=False)
    subject = memory.image("amd64")
    about = Descriptor(subject.digest, len(subject.content), subject.media_type)
    for content in (b"one", b"two"):
        attach(memory, REPOSITORY, about, content, predicate_type="x", now=NOW)
    assert sorted(each for each in bundles_of(memory, REPOSITORY, subject.digest) if isinstance(each, bytes)) == [
        b"one",
        b"two",
    ]


def test_list_under_the_fallback_tag_is_refused_when_it_is_none() -> None:
    memory = MemoryRegistry(lists_referrers=False)
    subject = memory.image("amd64")
    tag = subject.digest.replace(":", "-")
    memory.put_manifest(REPOSITORY, tag, Fetched(json.dumps({"manifests": [{}]}).encode(), OCI_MANIFEST))
    with pytest.raises(BrokenImageError):
        list(bundles_of(memory, REPOSITORY, subject.digest))
