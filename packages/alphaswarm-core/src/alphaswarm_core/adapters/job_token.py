"""The OIDC token of the workflow job that this process runs in: asked for as `@actions/core` does, and verified.

Source: docs.github.com, "OpenID Connect reference" (`ACTIONS_ID_TOKEN_REQUEST_URL`, `ACTIONS_ID_TOKEN_REQUEST_TOKEN`).
"""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from alphaswarm_core.errors import RefusedError, UnavailableError
from alphaswarm_core.identity.github.issuers import Issuer
from alphaswarm_core.identity.tokens.keys import FetchedKeys
from alphaswarm_core.identity.tokens.verified import VerifiedClaims
from alphaswarm_core.identity.tokens.verifier import TokenVerifier
from alphaswarm_core.target import is_loopback

AUDIENCE = "alphaswarm"
"""Ours alone: AWS and Sigstore take no token that was made for it, so one that leaks opens nothing."""

REQUEST_URL, _TOKEN = "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
_SECONDS = 20.0
_LARGEST_ANSWER = 256 * 1024


class JobTokenMissingError(RefusedError):
    """The job cannot prove who runs it."""

    code = "AS-ID-001"
    summary = "The workflow job has no OIDC token, so nobody can say who runs it"


class JobTokenUnavailableError(UnavailableError):
    """GitHub's issuer does not answer."""

    code = "AS-ID-002"
    summary = "GitHub's token issuer does not answer"


def can_request(environ: Mapping[str, str]) -> bool:
    """Whether the job was given what it takes to ask for a token."""
    return bool(environ.get(REQUEST_URL) and environ.get(_TOKEN))


def verified_job_claims(environ: Mapping[str, str], issuer: Issuer, jwks_url: str) -> VerifiedClaims:
    """The claims of a fresh token of this job.

    Args:
        environ: The job's environment.
        issuer: Whose token it has to be.
        jwks_url: Where that issuer's keys are.

    Raises:
        JobTokenMissingError: the job has no `id-token: write`.
        JobTokenUnavailableError: the issuer does not answer.
        TokenError: the token is not the issuer's, or not one for us.
    """
    return verify_token(job_token(environ), issuer, jwks_url, AUDIENCE)


def job_token(environ: Mapping[str, str]) -> str:
    """A fresh token of this job, made for us; not yet verified.

    Raises:
        AlphaSwarmError: as `token_for`.
    """
    return token_for(environ, AUDIENCE)


def token_for(environ: Mapping[str, str], audience: str) -> str:
    """A fresh token of this job for `audience`; not yet verified.

    Raises:
        JobTokenMissingError: the job has no `id-token: write`.
        JobTokenUnavailableError: the issuer does not answer.
    """
    if not can_request(environ):
        raise JobTokenMissingError(
            "This workflow job cannot prove who runs it",
            why=f"{REQUEST_URL} and {_TOKEN} are not set",
            fix="Give the job `permissions: id-token: write`; a pull request from a fork never gets it",
        )
    return _requested(environ, audience)


def verify_token(text: str, issuer: Issuer, jwks_url: str, audience: str, *, at: float | None = None) -> VerifiedClaims:
    """The claims of the token `text`, verified with the keys at `jwks_url`.

    Args:
        text: The token.
        issuer: Whose token it has to be.
        jwks_url: Where that issuer's keys are.
        audience: For whom it has to be made.
        at: When it has to be valid, in seconds since the epoch; now if None.

    Raises:
        TokenError: it is refused; the subclass says why.
        KeySetError: the keys cannot be had.
    """
    keys = FetchedKeys(lambda: _answer(urllib.request.Request(_web(jwks_url))))  # noqa: S310 - `_web` checked the scheme
    return TokenVerifier(issuer, [audience], keys).verify(text, time.time() if at is None else at)


def _requested(environ: Mapping[str, str], audience: str) -> str:
    url = f"{_web(environ[REQUEST_URL])}&audience={quote(audience, safe='')}"
    request = urllib.request.Request(url, headers={"Authorization": f"bearer {environ[_TOKEN]}"})  # noqa: S310 - checked
    try:
        value = json.loads(_answer(request))["value"]
    except (ValueError, KeyError, TypeError) as error:
        raise JobTokenUnavailableError("GitHub's issuer answers with something that is no token") from error
    return str(value)


def _web(url: str) -> str:
    """`url`, if what is sent there cannot be read on the way."""
    if urlsplit(url).scheme == "https" or (urlsplit(url).scheme == "http" and is_loopback(url)):
        return url
    raise JobTokenMissingError(
        f"{urlsplit(url).scheme}://{urlsplit(url).hostname} is not asked for tokens or keys", why="it is not https"
    )


def _answer(request: urllib.request.Request) -> bytes:
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as response:  # noqa: S310 - `_web` checked the scheme
            content: bytes = response.read(_LARGEST_ANSWER)
    except OSError as error:
        raise JobTokenUnavailableError(
            f"{urlsplit(request.full_url).hostname} does not give the job its token",
            why=str(error),
            fix="Try again; if it stays, look at githubstatus.com",
        ) from error
    return content
