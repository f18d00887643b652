"""From an answer that is a failure to the error that says what to do about it."""

import re
from http import HTTPStatus
from typing import Any

import httpx

from alphaswarm_core.adapters.github.errors import (
    GithubApiError,
    GithubConflictError,
    GithubForbiddenError,
    GithubNotFoundError,
    GithubRateLimitedError,
    GithubUnavailableError,
)

_LIMITED = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS})
_SECONDS = re.compile(r"[0-9]{1,6}")
_UNTOLD = 60.0  # what GitHub asks for when it says nothing
_SECONDARY = "secondary rate limit"
_LONGEST_MESSAGE = 500


def limited_for(answer: httpx.Response, now: float) -> float | None:
    """Seconds for which a rate limit lasts; None when the answer is no rate limit.

    Source: docs.github.com, "Rate limits for the REST API": 403 or 429 with `retry-after`, or with
    `x-ratelimit-remaining: 0` and `x-ratelimit-reset`, or a secondary limit, for which a minute is to be waited.
    """
    if answer.status_code not in _LIMITED:
        return None
    if (after := _number(answer, "retry-after")) is not None:
        return after
    if answer.headers.get("x-ratelimit-remaining") == "0":
        reset = answer.headers.get("x-ratelimit-reset", "")
        return max(0.0, float(reset) - now) if reset.isdigit() and len(reset) < 12 else _UNTOLD  # noqa: PLR2004
    secondary = answer.status_code == HTTPStatus.TOO_MANY_REQUESTS or _SECONDARY in message_of(answer).lower()
    return _UNTOLD if secondary else None


def raise_for(answer: httpx.Response, request: str, now: float) -> None:
    """Raise the error that `answer` is, if it is one. `request`: method and path, without the query.

    Raises:
        GithubApiError: one of its subclasses.
    """
    status = answer.status_code
    if status < HTTPStatus.BAD_REQUEST:
        return
    why = message_of(answer) or None
    if (seconds := limited_for(answer, now)) is not None:
        raise GithubRateLimitedError(
            "GitHub's rate limit is used up",
            status=status,
            why=f"{request}: {why}",
            fix=f"Try again in {seconds:.0f} s",
        )
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise GithubUnavailableError(
            f"GitHub fails with status {status}: {request}",
            status=status,
            why=why,
            fix="See https://www.githubstatus.com, and try again",
        )
    raise _refusal(status, request, why, answer)


def message_of(answer: httpx.Response) -> str:
    """GitHub's message with its details, shortened; empty if there is none."""
    try:
        document: Any = answer.json()
    except ValueError:
        return ""
    if not isinstance(document, dict):
        return ""
    errors = document.get("errors")
    details = "; ".join(_detail(each) for each in errors) if isinstance(errors, list) else ""
    return f"{document.get('message', '')}{f' ({details})' if details else ''}"[:_LONGEST_MESSAGE]


def _refusal(status: int, request: str, why: str | None, answer: httpx.Response) -> GithubApiError:
    if status == HTTPStatus.UNAUTHORIZED:
        return GithubForbiddenError(
            "GitHub does not know the token",
            status=status,
            why=why,
            fix="Make a new token; this one is wrong or expired",
        )
    if status == HTTPStatus.FORBIDDEN:
        needs = answer.headers.get("x-accepted-github-permissions")
        return GithubForbiddenError(
            f"The token may not do this: {request}",
            status=status,
            why=why,
            fix=f"Give it the permission {needs}" if needs else "Give it the permission that the endpoint asks for",
        )
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        return GithubNotFoundError(
            f"GitHub has nothing there for this token: {request}",
            status=status,
            why=why,
            fix="Check the name; if it is right, the token may not see it",
        )
    if status in {HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}:
        return GithubConflictError(f"GitHub does not accept this: {request}", status=status, why=why)
    return GithubApiError(f"GitHub answers with status {status}: {request}", status=status, why=why)


def _detail(error: object) -> str:
    if not isinstance(error, dict):
        return str(error)
    said = error.get("message") or error.get("code") or ""
    return " ".join(str(part) for part in (error.get("resource"), error.get("field"), said) if part)


def _number(answer: httpx.Response, name: str) -> float | None:
    text = answer.headers.get(name, "").strip()
    return float(text) if _SECONDS.fullmatch(text) else None
