"""Projects. moto holds them, lists and deletes them; what it forgets of a project is kept here in its own object.

Without that a second plan of `aws_codebuild_project` would always find differences: moto drops a third of the fields,
answers other defaults than AWS, and cannot update. Source: AWS CodeBuild API reference, Project.
"""

import copy
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alphaswarm_local.aws.faults import AwsFault, not_implemented
from alphaswarm_local.aws.operations import ApiCall
from alphaswarm_local.builds.validation import checked, invalid

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{1,149}")
_ROLE = re.compile(r"arn:aws:iam::(?P<account>[0-9]{12}):role/.+")
_NOT_KEPT = ("badgeEnabled",)
_UNLIMITED = -1
_BAD_REQUEST = 400


@dataclass(frozen=True, slots=True)
class Project:
    """A build project as it is now. `document` is what `BatchGetProjects` answers; a copy, free to read."""

    name: str
    arn: str
    service_role: str
    document: Mapping[str, Any]

    @property
    def account_id(self) -> str:
        """The account that owns it."""
        return self.arn.split(":")[4]

    @property
    def region(self) -> str:
        """The region it is in."""
        return self.arn.split(":")[3]


def find_project(account_id: str, region: str, name: str) -> Project | None:
    """The project of that name or ARN in the account and region; None where there is none."""
    found = _backend(account_id, region).codebuild_projects.get(_short(name))
    if found is None or (name.startswith("arn:") and found.arn != name):
        return None
    document = copy.deepcopy(found.project_metadata)
    return Project(_short(name), str(found.arn), str(document["serviceRole"]), document)


class Projects:
    """CreateProject, UpdateProject and BatchGetProjects."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def create(self, call: ApiCall) -> dict[str, Any]:
        """The new project.

        Raises:
            AwsFault: InvalidInputException, ResourceAlreadyExistsException.
        """
        given = checked("CreateProject", call.operation.parameters)
        account, name = call.identity.account_id, given["name"]
        _check(given, account)
        with self._lock:
            backend = _backend(account, call.region)
            if name in backend.codebuild_projects:
                arn = backend.codebuild_projects[name].arn
                raise AwsFault("ResourceAlreadyExistsException", _BAD_REQUEST, f"Project already exists: {arn}")
            backend.create_project(
                name, None, given["source"], given["artifacts"], given["environment"], given["serviceRole"],
                given.get("tags"), None, None, None, None, None, None,
            )  # fmt: skip
            return self._keep(backend.codebuild_projects[name], given, call)

    def update(self, call: ApiCall) -> dict[str, Any]:
        """The changed project: what is given replaces what was there.

        Raises:
            AwsFault: InvalidInputException, ResourceNotFoundException.
        """
        given = checked("UpdateProject", call.operation.parameters)
        _check(given, call.identity.account_id)
        with self._lock:
            held = _backend(call.identity.account_id, call.region).codebuild_projects.get(given["name"])
            if held is None:
                arn = f"arn:aws:codebuild:{call.region}:{call.identity.account_id}:project/{given['name']}"
                raise AwsFault("ResourceNotFoundException", _BAD_REQUEST, f"Project cannot be found: {arn}")
            return self._keep(held, given, call)

    @staticmethod
    def get(call: ApiCall) -> dict[str, Any]:
        """Those that there are, and the names of those that there are not."""
        names = checked("BatchGetProjects", call.operation.parameters)["names"]
        found = {name: find_project(call.identity.account_id, call.region, name) for name in names}
        return {
            "projects": [project.document for project in found.values() if project is not None],
            "projectsNotFound": [name for name, project in found.items() if project is None],
        }

    @staticmethod
    def _keep(held: Any, given: Mapping[str, Any], call: ApiCall) -> dict[str, Any]:
        """Write what is given into moto's own object."""
        document: dict[str, Any] = held.project_metadata
        document.pop("lastModifiedDate", None)
        now = time.time()
        if "lastModified" not in document:
            document.update(_defaults(call), created=now)
        document.update({name: copy.deepcopy(value) for name, value in given.items() if name not in _NOT_KEPT})
        document.update(lastModified=now, environment=_environment(document["environment"]))
        document["source"] = {"insecureSsl": False, **document["source"]}
        if document.get("concurrentBuildLimit") == _UNLIMITED:
            del document["concurrentBuildLimit"]
        if not document.get("vpcConfig"):
            document.pop("vpcConfig", None)
        held.tags, held.service_role = document["tags"], document["serviceRole"]
        return {"project": copy.deepcopy(document)}


def _defaults(call: ApiCall) -> dict[str, Any]:
    return {
        "badge": {"badgeEnabled": False},
        "cache": {"type": "NO_CACHE"},
        "encryptionKey": f"arn:aws:kms:{call.region}:{call.identity.account_id}:alias/aws/s3",
        "projectVisibility": "PRIVATE",
        "queuedTimeoutInMinutes": 480,
        "secondaryArtifacts": [],
        "secondarySourceVersions": [],
        "secondarySources": [],
        "tags": [],
        "timeoutInMinutes": 60,
    }


def _environment(given: Mapping[str, Any]) -> dict[str, Any]:
    variables = [{"type": "PLAINTEXT", **each} for each in given.get("environmentVariables", ())]
    defaults = {"imagePullCredentialsType": "CODEBUILD", "privilegedMode": False}
    return {**defaults, **given, "environmentVariables": variables}


def _check(given: Mapping[str, Any], account_id: str) -> None:
    """What the shapes do not say."""
    if not _NAME.fullmatch(given["name"]):
        raise invalid("Only alphanumeric characters, dash, and underscore are supported")
    role = _ROLE.fullmatch(given.get("serviceRole", f"arn:aws:iam::{account_id}:role/unchanged"))
    if role is None or role["account"] != account_id:
        raise invalid("Invalid service role: Service role account ID does not match caller's account")
    if given.get("badgeEnabled"):
        raise not_implemented("codebuild:CreateProject with badgeEnabled: there is nowhere to show a badge")
    _check_source(given.get("source"))
    _check_artifacts(given.get("artifacts"))
    limit = given.get("concurrentBuildLimit", 1)
    if limit < 1 and limit != _UNLIMITED:
        raise invalid("Invalid concurrentBuildLimit: it must be at least 1")


def _check_source(source: Mapping[str, Any] | None) -> None:
    if source is None:
        return
    if source["type"] == "NO_SOURCE":
        if not source.get("buildspec"):
            raise invalid("Invalid project source: a buildspec is required for source type NO_SOURCE")
    elif source["type"] != "CODEPIPELINE" and not source.get("location"):
        raise invalid("Project source location is required")


def _check_artifacts(artifacts: Mapping[str, Any] | None) -> None:
    if artifacts is None:
        return
    if artifacts["type"] == "NO_ARTIFACTS" and artifacts.get("location"):
        raise invalid("Invalid artifacts: artifact type NO_ARTIFACTS should have null location")
    if artifacts["type"] == "S3" and not artifacts.get("location"):
        raise invalid("Invalid artifacts: location is required for artifact type S3")


def _short(name: str) -> str:
    return name.rpartition(":project/")[2] if name.startswith("arn:") else name


def _backend(account_id: str, region: str) -> Any:
    from moto.codebuild.models import codebuild_backends  # noqa: PLC0415 - only after `Moto.prepare`

    return codebuild_backends[account_id][region]
