"""The rehearsal of a build's authority: what a build that a session starts would be allowed to do, for a command here.

A deploy that runs on this machine should have the authority of the deploy build, no more and no less, and for the same
reasons: the session that asks has to be allowed to start that build, and its service role has to trust CodeBuild. So
the question is put to the front door's own authorizer, and the credentials come from the exchange that builds use.
"""

import json
import logging
from datetime import UTC, datetime
from http import HTTPStatus

from alphaswarm_local.aws.authorization import refuse_unauthorized
from alphaswarm_local.aws.catalogue import catalogue
from alphaswarm_local.aws.faults import AwsFault
from alphaswarm_local.aws.messages import HttpRequest, HttpResponse
from alphaswarm_local.aws.operations import ApiCall, identify
from alphaswarm_local.aws.protocols import Protocol
from alphaswarm_local.aws.sessions import Credential, Identity
from alphaswarm_local.builds.door import answer, posted, refusal, refused_at_the_door
from alphaswarm_local.builds.projects import Project, find_project
from alphaswarm_local.builds.service_role import service_session
from alphaswarm_local.world import World

_PARTS = {"environment", "project", "access_key_id"}
_LOG = logging.getLogger("alphaswarm_local.builds")


class Rehearsal:
    """Answers `POST` with `{"environment", "project", "access_key_id"}`, to who knows the admin token."""

    def __init__(self, world: World) -> None:
        self._world = world

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The credentials, or why there are none. Never an exception."""
        if (refused := refused_at_the_door(request, self._world)) is not None:
            return refused
        asked = _asked(request)
        if asked is None:
            return refusal(HTTPStatus.BAD_REQUEST, f"A rehearsal is a POST of {', '.join(sorted(_PARTS))}")
        try:
            return self._given(**asked)
        except AwsFault as fault:
            return refusal(HTTPStatus(fault.status), fault.message, fault.code)

    def _given(self, environment: str, project: str, access_key_id: str) -> HttpResponse:
        account = self._world.accounts.get(environment)
        if account is None:
            return refusal(HTTPStatus.NOT_FOUND, f"The local cloud has no environment {environment!r}")
        caller = self._caller(access_key_id, account.account_id)
        refuse_unauthorized(_start_build(caller, project, self._world.region), self._world.authorizer)
        found = find_project(account.account_id, self._world.region, project)
        if found is None:
            arn = f"arn:aws:codebuild:{self._world.region}:{account.account_id}:project/{project}"
            raise AwsFault("ResourceNotFoundException", HTTPStatus.NOT_FOUND, f"Project cannot be found: {arn}")
        credential = service_session(self._world.exchange, found)
        _LOG.info("rehearsal of %s: a session of its service role", found.arn)
        return answer(HTTPStatus.OK, _document(found, credential))

    def _caller(self, access_key_id: str, account_id: str) -> Identity:
        """The session of that key, alive and of that account: the root may do everything and would prove nothing."""
        credential = self._world.sessions.find(access_key_id)
        session = credential.identity.session if credential else None
        if credential is None or session is None or credential.identity.account_id != account_id:
            raise AwsFault("AccessDenied", HTTPStatus.FORBIDDEN, "No session of this environment has that access key")
        if session.expires_at <= datetime.now(UTC).timestamp():
            raise AwsFault("ExpiredToken", HTTPStatus.FORBIDDEN, "The session has expired")
        return credential.identity


def _start_build(caller: Identity, project: str, region: str) -> ApiCall:
    """The call that `caller` would sign to start `project` as it is configured: no override."""
    service = catalogue().services["codebuild"]
    body = json.dumps({"projectName": project}).encode()
    request = HttpRequest("POST", "/", {"x-amz-target": f"{service.target_prefix}.StartBuild"}, body)
    return ApiCall(identify(request, service, Protocol.JSON), caller, region, request)


def _document(project: Project, credential: Credential) -> dict[str, str]:
    session = credential.identity.session
    ends = session.expires_at if session else 0.0
    return {
        "role_arn": project.service_role,
        "session_name": session.name if session else "",
        "access_key_id": credential.identity.access_key_id,
        "secret_access_key": credential.secret_access_key,
        "session_token": credential.session_token or "",
        "expiration": f"{datetime.fromtimestamp(ends, UTC):%Y-%m-%dT%H:%M:%SZ}",
    }


def _asked(request: HttpRequest) -> dict[str, str] | None:
    document = posted(request, _PARTS)
    return document if document is not None and all(isinstance(each, str) for each in document.values()) else None
