"""Requests to the upstream index, as pip on this machine would make them: certificates, proxies, credentials."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from alphaswarm_local.packages.upstream.listing import ACCEPT
from alphaswarm_local.pip_settings import PipSettings

if TYPE_CHECKING:
    import httpx

_SECONDS = 30.0
_OK, _NOT_MODIFIED, _NOT_FOUND = 200, 304, 404
_MOST_BYTES_OF_A_PAGE = 64 * 1024 * 1024


class UpstreamError(Exception):
    """The upstream index does not answer, or not with what it should."""


@dataclass(frozen=True, slots=True)
class Page:
    """An answer to a request for a package's page.

    Attributes:
        state: `found`, `unchanged` since the page with the entity tag that was sent, or `missing`.
    """

    state: str
    url: str = ""
    content_type: str = ""
    etag: str = ""
    body: bytes = b""


class UpstreamClient:
    """One index.

    Args:
        settings: As pip has them.
    """

    def __init__(self, settings: PipSettings) -> None:
        import httpx  # noqa: PLC0415 - takes a while to load, and many clouds never ask upstream

        self._settings = settings
        self._host = urlsplit(settings.index_url).hostname or ""
        verify = ssl.create_default_context(cafile=settings.certificates) if settings.certificates else True
        mounts: dict[str, httpx.BaseTransport] = {
            pattern: httpx.HTTPTransport(verify=verify, proxy=proxy) for pattern, proxy in settings.proxies.items()
        }
        mounts |= {f"all://{host.lstrip('.')}": httpx.HTTPTransport(verify=verify) for host in settings.direct_hosts}
        mounts |= {f"all://{host}": httpx.HTTPTransport(verify=False) for host in settings.trusted_hosts}
        self._client = httpx.Client(
            verify=verify, mounts=mounts, timeout=_SECONDS, follow_redirects=True, trust_env=False
        )

    def page(self, package: str, etag: str) -> Page:
        """The page of `package` (normalised), unless it is still the one with `etag`.

        Raises:
            UpstreamError: the index does not answer.
        """
        headers = {"Accept": ACCEPT} | ({"If-None-Match": etag} if etag else {})
        with self._response(f"{self._settings.index_url}/{package}/", headers) as response:
            if response.status_code in {_NOT_MODIFIED, _NOT_FOUND}:
                return Page("unchanged" if response.status_code == _NOT_MODIFIED else "missing")
            self._require_ok(response)
            body = bytearray()
            for part in response.iter_bytes():
                body += part
                if len(body) > _MOST_BYTES_OF_A_PAGE:
                    raise UpstreamError(f"the page of {package} is too long")
            address = str(response.url.copy_with(userinfo=b""))
            kind, tag = response.headers.get("content-type", ""), response.headers.get("etag", "")
            return Page("found", address, kind, tag, bytes(body))

    @contextmanager
    def file(self, url: str) -> Iterator[Iterator[bytes]]:
        """The bytes at `url`, part by part, as they are stored there.

        Raises:
            UpstreamError: it does not answer, or not with the file.
        """
        with self._response(url, {"Accept-Encoding": "identity"}) as response:
            self._require_ok(response)
            yield response.iter_raw()

    def close(self) -> None:
        """Let go of its connections."""
        self._client.close()

    @contextmanager
    def _response(self, url: str, headers: dict[str, str]) -> Iterator["httpx.Response"]:
        import httpx  # noqa: PLC0415 - loaded by now

        try:
            with self._client.stream("GET", url, headers=headers, auth=self._credentials(url)) as response:
                yield response
        except httpx.HTTPError as error:
            raise UpstreamError(f"the upstream index does not answer: {type(error).__name__}") from error

    def _credentials(self, url: str) -> tuple[str, str] | None:
        """Those in the index's address, for its own host only."""
        parts = urlsplit(self._settings.index_url)
        if parts.username is None or urlsplit(url).hostname != self._host:
            return None
        return unquote(parts.username), unquote(parts.password or "")

    @staticmethod
    def _require_ok(response: "httpx.Response") -> None:
        if response.status_code != _OK:
            raise UpstreamError(f"the upstream index answers with status {response.status_code}")
