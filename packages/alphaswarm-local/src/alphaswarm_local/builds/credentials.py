"""The container-credentials endpoint: a build asks for a session of its service role here, and nobody else gets one.

Source: AWS SDKs and Tools Reference Guide, "Container credential provider". A build's token is its only secret; it is
good while the build runs. No key stands in a build's environment, as on AWS.
"""

import json
import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus

from alphaswarm_local.aws import signature
from alphaswarm_local.aws.faults import AwsFault
from alphaswarm_local.aws.messages import HttpRequest, HttpResponse
from alphaswarm_local.aws.sessions import Credential

_RENEWED_BEFORE = 900.0
"""Seconds before the end of a session from which a new one is given: the SDKs ask again from then on."""

Give = Callable[[], Credential]


class BuildCredentials:
    """Answers `GET` with a build's token in `Authorization`.

    Args:
        hosts: The values of `Host` that are ours.
        now: Seconds since the epoch.
    """

    def __init__(self, hosts: frozenset[str], now: Callable[[], float] = time.time) -> None:
        self._hosts, self._now = hosts, now
        self._lock = threading.Lock()
        self._open: dict[str, tuple[str, Give]] = {}
        self._held: dict[str, Credential] = {}

    def open(self, build_arn: str, give: Give) -> str:
        """Let a build ask; its token. The first session is made at once, so that a role that gives none is found now.

        Args:
            build_arn: The build.
            give: Makes a session for it.

        Raises:
            AwsFault: AccessDenied: the role does not trust CodeBuild.
        """
        token, first = secrets.token_urlsafe(48), give()
        with self._lock:
            self._open[build_arn], self._held[build_arn] = (token, give), first
        return token

    def close(self, build_arn: str) -> None:
        """The build is over: its token opens nothing any more."""
        with self._lock:
            self._open.pop(build_arn, None)
            self._held.pop(build_arn, None)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The credentials, or why there are none. Never an exception."""
        if request.headers.get("host", "").lower() not in self._hosts:
            return _refusal(HTTPStatus.FORBIDDEN, "Forbidden", "This is the local cloud")
        if request.method != "GET":
            return _refusal(HTTPStatus.METHOD_NOT_ALLOWED, "MethodNotAllowed", "Credentials are asked for with GET")
        found = self._build_of(request.headers.get("authorization", ""))
        if found is None:
            return _refusal(HTTPStatus.UNAUTHORIZED, "Unauthorized", "The token is not one of a build that runs")
        try:
            return _answer(HTTPStatus.OK, _document(self._credential(*found)))
        except AwsFault as fault:
            return _refusal(HTTPStatus.FORBIDDEN, fault.code, fault.message)

    def _build_of(self, token: str) -> tuple[str, Give] | None:
        with self._lock:
            known = list(self._open.items())
        return next(((build, give) for build, (right, give) in known if signature.equal(token.strip(), right)), None)

    def _credential(self, build: str, give: Give) -> Credential:
        """The session that the build has, or a new one. The role has to trust CodeBuild still."""
        with self._lock:
            held = self._held.get(build)
        session = held.identity.session if held else None
        if held is not None and session is not None and session.expires_at - self._now() > _RENEWED_BEFORE:
            return held
        given = give()
        with self._lock:
            if build in self._open:
                self._held[build] = given
        return given


def _document(credential: Credential) -> dict[str, str]:
    session = credential.identity.session
    ends = session.expires_at if session else 0.0
    return {
        "RoleArn": session.role_arn if session else "",
        "AccessKeyId": credential.identity.access_key_id,
        "SecretAccessKey": credential.secret_access_key,
        "Token": credential.session_token or "",
        "Expiration": f"{datetime.fromtimestamp(ends, UTC):%Y-%m-%dT%H:%M:%SZ}",
    }


def _refusal(status: HTTPStatus, code: str, message: str) -> HttpResponse:
    return _answer(status, {"code": code, "message": message})


def _answer(status: HTTPStatus, document: dict[str, str]) -> HttpResponse:
    headers = [("Content-Type", "application/json"), ("Cache-Control", "no-store")]
    return HttpResponse(int(status), headers, json.dumps(document).encode())
