"""The operations on builds. Source: AWS CodeBuild API reference."""

import base64
import binascii
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from alphaswarm_local.aws.faults import AwsFault
from alphaswarm_local.aws.operations import ApiCall
from alphaswarm_local.aws.sessions import Credential, Identity
from alphaswarm_local.builds.book import BuildBook, Place
from alphaswarm_local.builds.credentials import BuildCredentials
from alphaswarm_local.builds.projects import Project, find_project
from alphaswarm_local.builds.queue import BuildQueue
from alphaswarm_local.builds.record import BuildIdentity, BuildRecord
from alphaswarm_local.builds.settings import BuildSettings, settings_of
from alphaswarm_local.builds.validation import checked, invalid

_PAGE = 100
_BAD_REQUEST = 400

SessionFor = Callable[[Project, str, str], Credential]
"""A session of a role (its ARN) for a build (its UUID) of a project."""


class Builds:
    """StartBuild, RetryBuild, StopBuild, and what is read.

    Args:
        book: All builds.
        queue: Those that are not over.
        credentials: Where builds get theirs.
        session_for: Makes the sessions of service roles.
        now: Seconds since the epoch.
    """

    def __init__(
        self,
        book: BuildBook,
        queue: BuildQueue,
        credentials: BuildCredentials,
        session_for: SessionFor,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._book, self._queue, self._credentials = book, queue, credentials
        self._session_for, self._now = session_for, now
        self._starting = threading.Lock()
        self.table: Mapping[str, Callable[[ApiCall], dict[str, Any]]] = {
            "BatchGetBuilds": self.get,
            "ListBuilds": self.all,
            "ListBuildsForProject": self.of_project,
            "RetryBuild": self.retry,
            "StartBuild": self.start,
            "StopBuild": self.stop,
        }

    def start(self, call: ApiCall) -> dict[str, Any]:
        """The new build, or the one that the same request has started a while ago.

        Raises:
            AwsFault: InvalidInputException, ResourceNotFoundException, AccountLimitExceededException.
        """
        request = checked("StartBuild", call.operation.parameters)
        token = request.pop("idempotencyToken", None)
        with self._starting:
            if (known := self._book.started_with(_place(call), token, request)) is not None:
                return {"build": known.document()}
            project = _project(call, request["projectName"])
            build = self._started(call, project, settings_of(project, request), request)
            self._book.remember(_place(call), token, request, build)
        return {"build": build.document()}

    def retry(self, call: ApiCall) -> dict[str, Any]:
        """A new build that is asked for just what the old one was.

        Raises:
            AwsFault: as `start`; InvalidInputException also for a build that is not over.
        """
        request = checked("RetryBuild", call.operation.parameters)
        token = request.pop("idempotencyToken", None)
        with self._starting:
            if (known := self._book.started_with(_place(call), token, request)) is not None:
                return {"build": known.document()}
            old = self._build(call, request.get("id", ""))
            if not old.complete:
                raise invalid(f"Build {old.identity.id} is in progress and cannot be retried")
            project = _project(call, old.identity.project)
            build = self._started(call, project, old.settings, old.identity.request)
            self._book.remember(_place(call), token, request, build)
        return {"build": build.document()}

    def stop(self, call: ApiCall) -> dict[str, Any]:
        """The build, which will be over soon; one that is over already stays as it ended.

        Raises:
            AwsFault: InvalidInputException, ResourceNotFoundException.
        """
        build = self._build(call, checked("StopBuild", call.operation.parameters)["id"])
        self._queue.stop(build)
        return {"build": build.document()}

    def get(self, call: ApiCall) -> dict[str, Any]:
        """Those that there are, and the ids of those that there are not."""
        ids = checked("BatchGetBuilds", call.operation.parameters)["ids"]
        found = {each: self._book.find(_place(call), each) for each in ids}
        return {
            "builds": [build.document() for build in found.values() if build is not None],
            "buildsNotFound": [each for each, build in found.items() if build is None],
        }

    def all(self, call: ApiCall) -> dict[str, Any]:
        """The ids of all builds, the youngest first unless asked otherwise."""
        return _page(self._book.of(_place(call)), checked("ListBuilds", call.operation.parameters))

    def of_project(self, call: ApiCall) -> dict[str, Any]:
        """The ids of one project's builds.

        Raises:
            AwsFault: ResourceNotFoundException.
        """
        request = checked("ListBuildsForProject", call.operation.parameters)
        project = _project(call, request["projectName"])
        return _page(self._book.of(_place(call), project.name), request)

    def _started(
        self, call: ApiCall, project: Project, settings: BuildSettings, request: Mapping[str, Any]
    ) -> BuildRecord:
        """A build in the queue: there is room for it, and its service role has given it a session."""
        account, region = _place(call)
        limit = project.document.get("concurrentBuildLimit")
        self._queue.require_room(account, region, project.name, settings.quota, limit)
        uuid = str(uuid4())
        arn = f"arn:aws:codebuild:{region}:{account}:build/{project.name}:{uuid}"
        token = self._opened(arn, project, settings.service_role, uuid)
        number = self._book.next_number((account, region), project.name)
        identity = BuildIdentity(account, region, project.name, uuid, number, _initiator(call.identity), request)
        build = BuildRecord(identity, settings, self._now)
        self._book.add(build)
        self._queue.add(build, token)
        return build

    def _opened(self, build_arn: str, project: Project, role_arn: str, uuid: str) -> str:
        try:
            return self._credentials.open(build_arn, lambda: self._session_for(project, role_arn, uuid))
        except AwsFault as fault:
            if fault.code != "AccessDenied":
                raise
            raise invalid(f"CodeBuild is not authorized to perform: sts:AssumeRole on {role_arn}") from fault

    def _build(self, call: ApiCall, build_id: str) -> BuildRecord:
        build = self._book.find(_place(call), build_id)
        if build is None:
            raise AwsFault("ResourceNotFoundException", _BAD_REQUEST, f"Build cannot be found: {build_id}")
        return build


def _place(call: ApiCall) -> Place:
    return call.identity.account_id, call.region


def _project(call: ApiCall, name: str) -> Project:
    project = find_project(call.identity.account_id, call.region, name)
    if project is None:
        arn = f"arn:aws:codebuild:{call.region}:{call.identity.account_id}:project/{name}"
        raise AwsFault("ResourceNotFoundException", _BAD_REQUEST, f"Project cannot be found: {arn}")
    return project


def _initiator(identity: Identity) -> str:
    session = identity.session
    return f"{session.role_arn.rpartition('/')[2]}/{session.name}" if session else "root"


def _page(builds: list[BuildRecord], request: Mapping[str, Any]) -> dict[str, Any]:
    """A hundred ids; `nextToken` names the last of them, so that new builds move no page."""
    ids = [each.identity.id for each in builds]
    if request.get("sortOrder", "DESCENDING") == "DESCENDING":
        ids.reverse()
    start = ids.index(_after(request["nextToken"], ids)) + 1 if "nextToken" in request else 0
    page = ids[start : start + _PAGE]
    more = start + _PAGE < len(ids)
    return {"ids": page, **({"nextToken": base64.urlsafe_b64encode(page[-1].encode()).decode()} if more else {})}


def _after(token: str, ids: list[str]) -> str:
    try:
        named = base64.urlsafe_b64decode(token.encode()).decode()
    except (ValueError, binascii.Error):
        named = ""
    if named not in ids:
        raise invalid("Invalid next token")
    return named
