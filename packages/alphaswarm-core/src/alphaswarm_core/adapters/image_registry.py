"""The door to a registry of images: the OCI distribution API, with ECR's login.

Bounded, never redirected with credentials, and never believed: whoever asks checks digests. Source: OCI Distribution
Specification 1.1; Amazon ECR user guide, "Private registry authentication".
"""

import base64
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from alphaswarm_core.adapters.aws_answers import asking
from alphaswarm_core.canonical import sha256_hex
from alphaswarm_core.supply.errors import (
    BrokenImageError,
    ImageMissingError,
    RegistryRefusedError,
    RegistryUnavailableError,
)
from alphaswarm_core.supply.images import MANIFEST_TYPES, Descriptor, Fetched, descriptor_of
from alphaswarm_core.supply.references import Repository
from alphaswarm_core.supply.strict_json import strict_object
from alphaswarm_core.target import is_loopback

_SECONDS = 30.0
_LARGEST_MANIFEST = 4 * 1024 * 1024
_LARGEST_BLOB = 256 * 1024 * 1024
_REFUSED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


@dataclass(frozen=True, slots=True)
class RegistryAddress:
    """Where a registry is, and what to come with.

    Attributes:
        base: `https://HOST/v2`, or the local cloud's, which ends with the account.
        authorization: Gives the `Authorization` header; asked once.
    """

    base: str
    authorization: Callable[[], str]


def ecr_authorization(ecr: Any) -> str:
    """ECR's login for a client of it, as a header.

    Raises:
        RegistryRefusedError: the caller may not have one.
        RegistryUnavailableError: ECR does not answer.
    """
    with asking(
        lambda refusal: RegistryRefusedError("ECR gives no login", why=refusal.message),
        lambda why: RegistryUnavailableError("ECR does not answer", why=why),
    ):
        token = ecr.get_authorization_token()["authorizationData"][0]["authorizationToken"]
    base64.b64decode(token, validate=True)
    return f"Basic {token}"


class ImageRegistry:
    """An `ImageStore` over HTTP; safe for threads.

    Args:
        address: From a repository to its registry.
        transport: httpx's, for tests.
    """

    def __init__(
        self, address: Callable[[Repository], RegistryAddress], transport: httpx.BaseTransport | None = None
    ) -> None:
        self._address, self._lock = address, threading.Lock()
        self._known: dict[str, tuple[str, str]] = {}
        self._http = httpx.Client(transport=transport, timeout=_SECONDS, follow_redirects=False, trust_env=False)

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def manifest(self, repository: Repository, reference: str) -> Fetched:
        """The manifest with that tag or digest.

        Raises:
            ImageMissingError: there is none.
            RegistryUnavailableError: the registry does not answer.
            RegistryRefusedError: the caller may not read it.
        """
        answer = self._ask("GET", repository, f"manifests/{reference}", {"Accept": ", ".join(MANIFEST_TYPES)})
        if len(answer.content) > _LARGEST_MANIFEST:
            raise BrokenImageError(f"The manifest of {repository}:{reference} is too large")
        return Fetched(answer.content, answer.headers.get("content-type", "").partition(";")[0].strip())

    def blob(self, repository: Repository, digest: str, size: int) -> bytes:
        """The blob, `size` bytes long.

        Raises:
            BrokenImageError: it has another size.
            AlphaSwarmError: as `manifest`.
        """
        if size > _LARGEST_BLOB:
            raise BrokenImageError(f"The blob {digest} has {size} bytes, too many to be read at once")
        answer = self._ask("GET", repository, f"blobs/{digest}")
        if answer.status_code in {HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.FOUND, HTTPStatus.PERMANENT_REDIRECT}:
            answer = self._elsewhere(repository, answer)
        if len(answer.content) != size:
            raise BrokenImageError(f"The blob {digest} has {len(answer.content)} bytes, not {size}")
        return answer.content

    def referrers(self, repository: Repository, digest: str) -> Sequence[Descriptor]:
        """What the registry lists; nothing where it knows no referrers.

        Raises:
            AlphaSwarmError: as `manifest`.
        """
        try:
            answer = self._ask("GET", repository, f"referrers/{digest}")
        except ImageMissingError:
            return []
        listed = strict_object(answer.content, "The list of referrers").get("manifests")
        if not isinstance(listed, list):
            raise BrokenImageError("The list of referrers has no manifests")
        return [descriptor_of(each) for each in listed]

    def tags(self, repository: Repository) -> list[str]:
        """The tags, as the registry sorts them.

        Raises:
            AlphaSwarmError: as `manifest`.
        """
        tags = strict_object(self._ask("GET", repository, "tags/list").content, "The list of tags").get("tags")
        return [each for each in tags if isinstance(each, str)] if isinstance(tags, list) else []

    def push_blob(self, repository: Repository, content: bytes) -> str:
        """Put a blob there, if it is not there yet; its digest.

        Raises:
            AlphaSwarmError: as `manifest`.
        """
        digest = f"sha256:{sha256_hex(content)}"
        try:
            self._ask("HEAD", repository, f"blobs/{digest}")
        except ImageMissingError:
            begun = self._ask("POST", repository, "blobs/uploads/", {"Content-Length": "0"})
            place = urljoin(self._url(repository, ""), begun.headers.get("location", ""))
            joint = "&" if urlsplit(place).query else "?"
            kind = {"Content-Type": "application/octet-stream"}
            self._send("PUT", repository, f"{place}{joint}digest={digest}", kind, content)
        return digest

    def put_manifest(self, repository: Repository, reference: str, manifest: Fetched) -> bool:
        """Put a manifest there; whether the registry lists it as a referrer.

        Raises:
            AlphaSwarmError: as `manifest`.
        """
        kind = {"Content-Type": manifest.media_type}
        answer = self._send("PUT", repository, self._url(repository, f"manifests/{reference}"), kind, manifest.content)
        return "oci-subject" in answer.headers

    def _ask(
        self, method: str, repository: Repository, path: str, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        return self._send(method, repository, self._url(repository, path), headers or {})

    def _url(self, repository: Repository, path: str) -> str:
        return f"{self._place(repository)[0]}/{repository.name}/{path}"

    def _place(self, repository: Repository) -> tuple[str, str]:
        """Base and authorization of the registry, found out once."""
        with self._lock:
            if repository.registry not in self._known:
                address = self._address(repository)
                self._known[repository.registry] = _web(address.base).rstrip("/"), address.authorization()
            return self._known[repository.registry]

    def _send(
        self, method: str, repository: Repository, url: str, headers: Mapping[str, str], content: bytes | None = None
    ) -> httpx.Response:
        base, authorization = self._place(repository)
        if urlsplit(url)[:2] != urlsplit(base)[:2]:
            raise RegistryRefusedError(f"The registry sends its caller to {urlsplit(url).hostname}, with credentials")
        return _judged(self._request(method, url, {"Authorization": authorization, **headers}, content), repository)

    def _elsewhere(self, repository: Repository, answer: httpx.Response) -> httpx.Response:
        """ECR keeps layers in S3: one step, without the credentials of the registry."""
        place = urljoin(str(answer.url), answer.headers.get("location", ""))
        return _judged(self._request("GET", _web(place), {}, None), repository)

    def _request(self, method: str, url: str, headers: Mapping[str, str], content: bytes | None) -> httpx.Response:
        try:
            return self._http.request(method, url, headers=headers, content=content)
        except httpx.HTTPError as error:
            raise RegistryUnavailableError(
                f"The registry at {urlsplit(url).netloc} does not answer",
                why=str(error) or type(error).__name__,
                fix="Try again. Nothing was half done: an image is there when its manifest is",
            ) from error


def _judged(answer: httpx.Response, repository: Repository) -> httpx.Response:
    """The answer, if it is not a refusal."""
    if answer.status_code in _REFUSED:
        raise RegistryRefusedError(f"The registry refuses this for {repository}", why=_message(answer))
    if answer.status_code == HTTPStatus.NOT_FOUND:
        raise ImageMissingError(f"{repository} does not have what was asked for", why=_message(answer))
    if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise RegistryUnavailableError(f"The registry of {repository} failed", why=_message(answer))
    if answer.status_code >= HTTPStatus.BAD_REQUEST:
        raise RegistryRefusedError(f"The registry does not take this for {repository}", why=_message(answer))
    return answer


def _message(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["errors"][0]["message"])[:300]
    except (ValueError, LookupError, TypeError):
        return f"HTTP {answer.status_code}"


def _web(url: str) -> str:
    """`url`, if what is sent there cannot be read or changed on the way."""
    if urlsplit(url).scheme == "https" or (urlsplit(url).scheme == "http" and is_loopback(url)):
        return url
    raise RegistryRefusedError(f"{urlsplit(url).hostname} is not asked", why="it is not https")
