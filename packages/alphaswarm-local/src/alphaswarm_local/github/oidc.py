"""GitHub's OIDC issuer: discovery, keys, and the endpoint at which a job asks for its token.

The tokens name GitHub's own issuer, so that trust policies are byte for byte those of production; only who holds the
keys differs. Denies by default: no path, method, host or secret is accepted that is not named here.
Source: docs.github.com, "OpenID Connect reference"; `@actions/core`, `oidc-utils`.
"""

import json
import logging
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, fields
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from alphaswarm_core.identity.github.claims import Claims, NoToken, claims
from alphaswarm_core.identity.github.issuers import GITHUB_COM, Issuer
from alphaswarm_core.identity.github.jobs import WorkflowJob
from alphaswarm_local.aws.messages import HttpRequest, HttpResponse
from alphaswarm_local.github.errors import AudienceError, TokenNotGrantedError
from alphaswarm_local.github.registered_jobs import RegisteredJob, RegisteredJobs
from alphaswarm_local.github.signing import SigningKeys

TOKEN_SECONDS = 300
NOT_BEFORE_SECONDS = 600
"""How long before `iat` GitHub's `nbf` lies, in the tokens that its documentation shows."""

LONGEST_JOB_SECONDS = 6 * 3600
"""GitHub's default `timeout-minutes`."""

_LARGEST_AUDIENCE = 1024
_DISCOVERY, _JWKS, _REQUEST = "/.well-known/openid-configuration", "/.well-known/jwks", "/_oidc/jobs/"
_API_VERSION = "2.0"
_LOG = logging.getLogger("alphaswarm_local.github")


@dataclass(frozen=True, slots=True)
class RequestAddress:
    """What a job's process needs to ask for tokens. `token` is a secret until the job ends.

    Attributes:
        job_id: For `end_job`.
    """

    job_id: str
    url: str
    token: str

    def environment(self) -> dict[str, str]:
        """The two variables that GitHub's runner sets."""
        return {"ACTIONS_ID_TOKEN_REQUEST_URL": self.url, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": self.token}

    def __repr__(self) -> str:
        return f"RequestAddress(job_id={self.job_id!r}, url={self.url!r}, token=…)"


class RefusedRequest(Exception):  # noqa: N818 - an answer, not a fault
    """A request that gets no token; `message` tells the job why, and an attacker nothing."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


class GithubOidc:
    """Issues tokens to registered jobs, in process and over HTTP.

    Args:
        base_url: Where it is served: `http://127.0.0.1:PORT` and possibly a path.
        issuer: Whose tokens they pretend to be.
        clock: Seconds since the epoch.
    """

    def __init__(self, base_url: str, *, issuer: Issuer = GITHUB_COM, clock: Callable[[], float] = time.time) -> None:
        place = urlsplit(base_url)
        self._base_url, self._prefix = base_url.rstrip("/"), place.path.rstrip("/")
        self._hosts = frozenset({place.netloc, f"localhost:{place.port}"})
        self._issuer, self._clock = issuer, clock
        self._keys = SigningKeys(keep_seconds=2 * TOKEN_SECONDS)
        self._jobs = RegisteredJobs()

    def register_job(self, job: WorkflowJob, *, seconds: float = LONGEST_JOB_SECONDS) -> RequestAddress | NoToken:
        """Let a job that starts ask for tokens, or say why GitHub would not: then it gets neither variable.

        Args:
            job: The job. Where GitHub does not document its subject, the first possible one is minted.
            seconds: After that the job is over in any case.
        """
        possible = claims(job)
        if isinstance(possible, NoToken):
            return possible
        registered, secret = self._jobs.add(possible[0], self._clock() + seconds)
        url = f"{self._base_url}{_REQUEST}{registered.id}/idtoken?api-version={_API_VERSION}"
        return RequestAddress(registered.id, url, secret)

    def end_job(self, job_id: str) -> None:
        """The job is over: its request token gives nothing more. Tokens that it has live on until they expire."""
        self._jobs.end(job_id, self._clock())

    def mint(self, job: WorkflowJob, audience: str | None = None) -> str:
        """A token of `job`, without a request; the default audience is the owner's page.

        Raises:
            TokenNotGrantedError: GitHub gives such a job none.
            AudienceError: an empty audience, or more than 1,024 characters.
        """
        possible = claims(job)
        if isinstance(possible, NoToken):
            raise TokenNotGrantedError(
                "The job gets no OIDC token", why=f"{possible.reason.value} {possible.detail}".strip()
            )
        return self._signed(possible[0], audience)

    def jwks(self) -> dict[str, Any]:
        """The public keys: what `JwkSet.from_document` reads."""
        return self._keys.published(self._clock())

    def jwks_bytes(self) -> bytes:
        """The same as bytes: what `FetchedKeys` fetches."""
        return json.dumps(self.jwks()).encode()

    def rotate_keys(self) -> str:
        """Sign with a new key; its id. The old one stays published until its last token has expired."""
        return self._keys.rotate(self._clock())

    def discovery(self) -> dict[str, Any]:
        """The discovery document. Its issuer is GitHub's, its keys are here."""
        names = [each.name for each in fields(Claims) if each.name != "properties"]
        return {
            "issuer": self._issuer.url,
            "jwks_uri": f"{self._base_url}{_JWKS}",
            "subject_types_supported": ["public", "pairwise"],
            "response_types_supported": ["id_token"],
            "claims_supported": sorted([*names, "aud", "exp", "iat", "iss", "jti", "nbf"]),
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid"],
        }

    def serves(self, request: HttpRequest) -> bool:
        """Whether `request` is for the issuer, to share an address with others."""
        path = request.raw_path.removeprefix(self._prefix) if request.raw_path.startswith(self._prefix) else ""
        return path in {_DISCOVERY, _JWKS} or path.startswith(_REQUEST)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer to `request`: never an exception."""
        try:
            return _json(HTTPStatus.OK, self._answer(request))
        except RefusedRequest as refusal:
            _LOG.info("refused %s: %s", request.method, refusal)
            headers = {"WWW-Authenticate": "Bearer"} if refusal.status is HTTPStatus.UNAUTHORIZED else {}
            return _json(refusal.status, {"message": str(refusal)}, headers)
        except Exception:  # noqa: BLE001 - the job gets a status, the log the traceback
            _LOG.exception("a request failed in the issuer itself")
            return _json(HTTPStatus.INTERNAL_SERVER_ERROR, {"message": "The issuer failed"})

    def _answer(self, request: HttpRequest) -> dict[str, Any]:
        if request.headers.get("host", "").lower() not in self._hosts:  # a web page could have its own name point here
            raise RefusedRequest(HTTPStatus.FORBIDDEN, "This is the local cloud; it answers only under its own address")
        if not self.serves(request):
            raise RefusedRequest(HTTPStatus.NOT_FOUND, "Not Found")
        if request.method != "GET":
            raise RefusedRequest(HTTPStatus.METHOD_NOT_ALLOWED, "Only GET")
        path = request.raw_path.removeprefix(self._prefix)
        if path == _DISCOVERY:
            return self.discovery()
        if path == _JWKS:
            return self.jwks()
        return {"value": self._requested(request, path.removeprefix(_REQUEST))}

    def _requested(self, request: HttpRequest, place: str) -> str:
        job = self._authenticated(request)
        if place != f"{job.id}/idtoken":  # a secret is good for its own job's address only
            raise RefusedRequest(HTTPStatus.FORBIDDEN, "The request token belongs to another job")
        audiences = [value for name, value in request.query if name == "audience"]
        if len(audiences) > 1:
            raise RefusedRequest(HTTPStatus.BAD_REQUEST, "More than one audience")
        try:
            token = self._signed(job.claims, audiences[0] if audiences else None)
        except AudienceError as problem:
            raise RefusedRequest(HTTPStatus.BAD_REQUEST, problem.what) from problem
        _LOG.info("issued a token to job %s", job.id)
        return token

    def _authenticated(self, request: HttpRequest) -> RegisteredJob:
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        job = self._jobs.find(secret.strip(), self._clock()) if scheme.lower() == "bearer" else None
        if job is None:  # one answer for no secret, a wrong one and one whose job is over
            raise RefusedRequest(HTTPStatus.UNAUTHORIZED, "The request token is missing, unknown or expired")
        return job

    def _signed(self, said: Claims, audience: str | None) -> str:
        wanted = self._issuer.default_audience(said.repository_owner) if audience is None else audience
        if not 0 < len(wanted) <= _LARGEST_AUDIENCE:
            raise AudienceError(f"An audience has 1-{_LARGEST_AUDIENCE} characters")
        now = int(self._clock())
        standard = {
            "iss": self._issuer.url,
            "aud": wanted,
            "jti": str(uuid.uuid4()),
            "iat": now,
            "nbf": now - NOT_BEFORE_SECONDS,
            "exp": now + TOKEN_SECONDS,
        }
        return self._keys.sign(said.document() | standard)


def _json(status: HTTPStatus, document: dict[str, Any], headers: dict[str, str] | None = None) -> HttpResponse:
    kept = {"Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store", **(headers or {})}
    return HttpResponse(int(status), list(kept.items()), json.dumps(document).encode())
