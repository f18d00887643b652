"""Requests to GitHub's REST API: authenticated, bounded, tried again where GitHub says so, and never redirected away.

The token goes to the API's own address and nowhere else, and into no log and no error. Reads are tried again after a
failure of GitHub's; writes only when GitHub says that it did nothing (rate limits, 503), because a second POST could
do it twice.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

import httpx

from alphaswarm_core.adapters.github import failures
from alphaswarm_core.adapters.github.address import GITHUB_COM_API, ApiAddress
from alphaswarm_core.adapters.github.errors import GithubAnswerError, GithubForeignHostError, GithubUnavailableError
from alphaswarm_core.adapters.github.tokens import TokenSource

_VERSION = "2022-11-28"
_LARGEST_ANSWER = 64 * 1024 * 1024
_LARGEST_PAGE = 100
_MOST_REDIRECTS = 3
_READS = frozenset({"GET", "HEAD"})
_LOG = logging.getLogger("alphaswarm_core.github")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a request may take.

    Args:
        attempts: How often it is sent at most.
        longest_wait: Seconds between two attempts at most; a rate limit that lasts longer is an error at once.
        timeout: Seconds for one attempt.
    """

    attempts: int = 4
    longest_wait: float = 60.0
    timeout: float = 30.0


@dataclass(frozen=True, slots=True)
class GithubAnswer:
    """An answer with what stands around it. `document` is None where there is no body."""

    status: int
    headers: Mapping[str, str]
    document: Any


class GithubClient:
    """A client of one API with one token.

    Args:
        token: Gives the token for each request; None: anonymous.
        api_url: `https://api.github.com`, or another GitHub's.
        patience: How long to try.
        sleep: Waits that many seconds.
        clock: Seconds since the epoch, as rate limits are told.
        transport: httpx's, for tests.

    Raises:
        GithubAddressError: a token may not be sent to `api_url`.
    """

    def __init__(
        self,
        token: TokenSource | None,
        *,
        api_url: str = GITHUB_COM_API,
        patience: Patience | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.address = ApiAddress(api_url)
        self._token, self._patience, self._sleep, self._clock = token, patience or Patience(), sleep, clock
        # trust_env: neither a proxy nor a .netrc of the host decides where a token goes
        self._http = httpx.Client(
            transport=transport, timeout=self._patience.timeout, follow_redirects=False, trust_env=False
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def get(self, path: str, **parameters: object) -> Any:
        """The document at `path`; `parameters` go into the query."""
        return self.request("GET", path, parameters=parameters).document

    def post(self, path: str, document: object = None) -> Any:
        """POST `document`; the answer's."""
        return self.request("POST", path, document=document).document

    def put(self, path: str, document: object = None) -> Any:
        """PUT `document`; the answer's."""
        return self.request("PUT", path, document=document).document

    def patch(self, path: str, document: object = None) -> Any:
        """PATCH `document`; the answer's."""
        return self.request("PATCH", path, document=document).document

    def delete(self, path: str) -> Any:
        """DELETE what is at `path`."""
        return self.request("DELETE", path).document

    def paginate(self, path: str, key: str | None = None, **parameters: object) -> Iterator[Any]:
        """Every item of a list, page by page.

        Args:
            path: Of the list.
            key: Where the items stand in the page's document (`workflow_runs`, …); None: it is the list itself.
            parameters: For the query of the first page.

        Raises:
            GithubAnswerError: a page holds no list, or the pages go round in circles.
            GithubForeignHostError: the link to the next page leads elsewhere.
        """
        seen: set[str] = set()
        following: str | None = path
        given: Mapping[str, object] = {"per_page": _LARGEST_PAGE, **parameters}
        while following is not None:
            if following in seen:
                raise GithubAnswerError("The pages of a list lead back to one that was read", why=path)
            seen.add(following)
            answer = self.request("GET", following, parameters=given)
            yield from _items(answer.document, key, path)
            following, given = _next_page(answer.headers), {}

    def download(self, path: str) -> bytes:
        """The bytes of a log or an artifact. GitHub redirects to a store: that is asked without the token."""
        answer = self._attempts("GET", path, {}, None)
        if answer.status_code in {HTTPStatus.FOUND, HTTPStatus.SEE_OTHER, HTTPStatus.TEMPORARY_REDIRECT}:
            answer = self._without_token(answer.headers.get("location", ""))
        return _bounded(answer)

    def request(
        self, method: str, path: str, *, document: object = None, parameters: Mapping[str, object] | None = None
    ) -> GithubAnswer:
        """Send a request and read the answer.

        Raises:
            GithubApiError: one of its subclasses, by what went wrong.
            GithubForeignHostError: the request or a redirect would leave the API.
        """
        answer = self._attempts(method, path, parameters or {}, document)
        for _ in range(_MOST_REDIRECTS):
            if not answer.is_redirect:
                break
            if method not in _READS:
                raise GithubAnswerError("GitHub redirects a write", why="the repository was renamed or moved")
            answer = self._attempts(method, answer.headers.get("location", ""), {}, None)
        return GithubAnswer(answer.status_code, answer.headers, _document(answer))

    def _attempts(self, method: str, path: str, parameters: Mapping[str, object], document: object) -> httpx.Response:
        """The last answer of as many attempts as make sense; a failure is an exception."""
        url = self.address.resolve(path)
        for attempt in range(1, self._patience.attempts + 1):
            answer = self._once(method, url, parameters, document)
            wait = self._worth_waiting(method, answer, attempt)
            if wait is None:
                break
            _LOG.info("%s %s: trying again in %.0f s", method, path.partition("?")[0], wait)
            self._sleep(wait)
        if isinstance(answer, httpx.Response):
            failures.raise_for(answer, f"{method} {httpx.URL(url).path}", self._clock())
            return answer
        raise GithubUnavailableError(
            f"GitHub's API does not answer: {method} {httpx.URL(url).path}",
            why=f"{type(answer).__name__} after {attempt} attempts",
            fix="See https://www.githubstatus.com, and try again",
        ) from answer

    def _once(
        self, method: str, url: str, parameters: Mapping[str, object], document: object
    ) -> httpx.Response | httpx.TransportError:
        query = {name: _text(value) for name, value in parameters.items() if value is not None}
        try:
            return self._http.request(
                method,
                url,
                params=query or None,
                json=document if document is not None else None,
                headers=self._headers(),
            )
        except httpx.TransportError as problem:
            return problem

    def _headers(self) -> dict[str, str]:
        known = {
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": _VERSION,
            "User-Agent": "alphaswarm-delivery",
        }
        return known | ({"Authorization": f"Bearer {self._token()}"} if self._token else {})

    def _worth_waiting(self, method: str, answer: httpx.Response | Exception, attempt: int) -> float | None:
        """Seconds until the next attempt; None when another would not help, or would come too late."""
        if attempt == self._patience.attempts:
            return None
        backoff = min(2.0 ** (attempt - 1), self._patience.longest_wait)
        if not isinstance(answer, httpx.Response):
            safe = method in _READS or isinstance(answer, httpx.ConnectError)
            return backoff if safe else None
        limited = failures.limited_for(answer, self._clock())
        if limited is not None:
            wait = max(limited, backoff)
            return wait if wait <= self._patience.longest_wait else None
        if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            nothing_done = answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
            return backoff if method in _READS or nothing_done else None
        return None

    def _without_token(self, location: str) -> httpx.Response:
        place = httpx.URL(location)
        loopback_to_itself = self.address.owns(location)
        if place.scheme != "https" and not loopback_to_itself:
            raise GithubForeignHostError(f"A download leads to {place.scheme}://{place.host}", why="it is not https")
        try:
            answer = self._http.get(location, headers={"User-Agent": "alphaswarm-delivery"})
        except httpx.TransportError as problem:
            raise GithubUnavailableError("A download does not answer", why=type(problem).__name__) from problem
        failures.raise_for(answer, "GET (download)", self._clock())
        return answer


def _items(document: object, key: str | None, path: str) -> list[Any]:
    found = document.get(key) if key is not None and isinstance(document, dict) else document
    if not isinstance(found, list):
        raise GithubAnswerError(f"GitHub's answer holds no list{f' called {key}' if key else ''}", why=path)
    return found


def _next_page(headers: Mapping[str, str]) -> str | None:
    links = httpx.Response(HTTPStatus.OK, headers={"link": headers.get("link", "")}).links
    return links.get("next", {}).get("url")


def _document(answer: httpx.Response) -> Any:
    content = _bounded(answer)
    if not content or answer.status_code == HTTPStatus.NO_CONTENT:
        return None
    try:
        return answer.json()
    except ValueError:
        raise GithubAnswerError(
            "GitHub's answer is not JSON",
            status=answer.status_code,
            why=answer.headers.get("content-type"),
            fix="See what answers there: a proxy, or a wrong GITHUB_API_URL",
        ) from None


def _bounded(answer: httpx.Response) -> bytes:
    if len(answer.content) > _LARGEST_ANSWER:
        raise GithubAnswerError(f"GitHub's answer is larger than {_LARGEST_ANSWER} bytes")
    return answer.content


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
