"""What a build will be: the project as it is, with what the one who starts it wants otherwise.

Pure. What cannot be done here is refused when the build is started, never ignored while it runs.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from alphaswarm_local.aws.faults import not_implemented
from alphaswarm_local.builds.projects import Project
from alphaswarm_local.builds.quotas import Quota, quota_of
from alphaswarm_local.builds.validation import invalid
from alphaswarm_local.builds.worker.orders import Variable

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_RESERVED = "CODEBUILD_"
_NOT_HERE: Mapping[str, str] = {
    "buildStatusConfigOverride": "no status is reported to GitHub",
    "fleetOverride": "there are no fleets",
    "secondaryArtifactsOverride": "a build has one artifact here",
    "secondarySourcesOverride": "a build has one source here",
    "secondarySourcesVersionOverride": "a build has one source here",
}
_NOT_HERE_IF_TRUE: Mapping[str, str] = {
    "autoRetryLimitOverride": "builds are not retried by themselves",
    "debugSessionEnabled": "there is nothing to log in to",
    "reportBuildStatusOverride": "no status is reported to GitHub",
}
_PROJECT_NOT_HERE = ("secondarySources", "secondaryArtifacts", "fileSystemLocations", "autoRetryLimit")
_SOURCES = ("GITHUB", "S3", "NO_SOURCE")
_OVERRIDDEN: Mapping[str, tuple[str, str]] = {
    "buildspecOverride": ("source", "buildspec"),
    "certificateOverride": ("environment", "certificate"),
    "computeTypeOverride": ("environment", "computeType"),
    "environmentTypeOverride": ("environment", "type"),
    "gitCloneDepthOverride": ("source", "gitCloneDepth"),
    "gitSubmodulesConfigOverride": ("source", "gitSubmodulesConfig"),
    "hostKernelOverride": ("environment", "hostKernel"),
    "imageOverride": ("environment", "image"),
    "imagePullCredentialsTypeOverride": ("environment", "imagePullCredentialsType"),
    "insecureSslOverride": ("source", "insecureSsl"),
    "privilegedModeOverride": ("environment", "privilegedMode"),
    "registryCredentialOverride": ("environment", "registryCredential"),
    "sourceAuthOverride": ("source", "auth"),
    "sourceLocationOverride": ("source", "location"),
    "sourceTypeOverride": ("source", "type"),
}


@dataclass(frozen=True, slots=True)
class BuildSettings:
    """A build before it runs.

    Attributes:
        source: The API's ProjectSource.
        environment: The API's ProjectEnvironment, with the variables of project and caller.
        source_version: As asked for, or the project's; empty for none.
        log_group: None: no log in CloudWatch Logs.
        log_stream_prefix: What stands before the build's id in the stream's name; empty for nothing.
        quota: What limits how many of its kind run.
        vpc: As the project has it; it changes nothing here.
    """

    source: Mapping[str, Any]
    environment: Mapping[str, Any]
    artifacts: Mapping[str, Any]
    logs: Mapping[str, Any]
    cache: Mapping[str, Any]
    service_role: str
    source_version: str
    timeout_minutes: int
    queued_minutes: int
    log_group: str | None
    log_stream_prefix: str
    encryption_key: str
    quota: Quota
    vpc: Mapping[str, Any]

    @property
    def variables(self) -> tuple[Variable, ...]:
        """The variables of project and caller."""
        return tuple(
            Variable(each["name"], each["value"], each.get("type", "PLAINTEXT"))
            for each in self.environment["environmentVariables"]
        )

    @property
    def has_custom_cache(self) -> bool:
        """Whether directories that the buildspec names are kept on this machine."""
        return self.cache.get("type") == "LOCAL" and "LOCAL_CUSTOM_CACHE" in self.cache.get("modes", ())

    @property
    def notes(self) -> Iterator[str]:
        """What of it has no effect here, in sentences for the log."""
        yield f"Without effect here: the image {self.environment['image']}; commands run on this machine"
        if self.vpc:
            yield "Without effect here: the VPC; builds use the network of this machine"
        if self.cache.get("type", "NO_CACHE") != "NO_CACHE" and not self.has_custom_cache:
            yield "Without effect here: a cache other than LOCAL_CUSTOM_CACHE"
        if self.environment.get("privilegedMode"):
            yield "Without effect here: privileged mode; commands have the rights of who started the local cloud"


def settings_of(project: Project, request: Mapping[str, Any]) -> BuildSettings:
    """The settings of a build of `project` that `request` (a checked StartBuild) asks for.

    Raises:
        AwsFault: InvalidInputException, or 501 for what the local cloud does not do.
    """
    document = project.document
    _refuse(request, document)
    parts = {name: dict(document[name]) for name in ("source", "environment")}
    for parameter, (part, name) in _OVERRIDDEN.items():
        if parameter in request:
            parts[part][name] = request[parameter]
    environment = {**parts["environment"], "environmentVariables": _variables(document, request)}
    quota = quota_of(environment["type"], environment["computeType"])
    if quota is None:
        raise not_implemented(f"builds in an environment of {environment['type']} and {environment['computeType']}")
    logs = request.get("logsConfigOverride") or document.get("logsConfig") or {}
    group, prefix = _log_place(project.name, logs)
    return BuildSettings(
        source=_source(parts["source"]),
        environment=environment,
        artifacts=request.get("artifactsOverride") or document["artifacts"],
        logs=logs,
        cache=request.get("cacheOverride") or document["cache"],
        service_role=_role(request.get("serviceRoleOverride") or project.service_role, project.account_id),
        source_version=request.get("sourceVersion") or document.get("sourceVersion") or "",
        timeout_minutes=request.get("timeoutInMinutesOverride") or document["timeoutInMinutes"],
        queued_minutes=request.get("queuedTimeoutInMinutesOverride") or document["queuedTimeoutInMinutes"],
        log_group=group,
        log_stream_prefix=prefix,
        encryption_key=request.get("encryptionKeyOverride") or document["encryptionKey"],
        quota=quota,
        vpc=document.get("vpcConfig") or {},
    )


def _refuse(request: Mapping[str, Any], document: Mapping[str, Any]) -> None:
    for name, why in _NOT_HERE.items():
        if name in request:
            raise not_implemented(f"codebuild:StartBuild with {name}: {why}")
    for name, why in _NOT_HERE_IF_TRUE.items():
        if request.get(name):
            raise not_implemented(f"codebuild:StartBuild with {name}: {why}")
    for name in _PROJECT_NOT_HERE:
        if document.get(name):
            raise not_implemented(f"builds of a project with {name}")


def _variables(document: Mapping[str, Any], request: Mapping[str, Any]) -> list[dict[str, str]]:
    """The project's variables; those of the caller replace or follow them."""
    given = [*document["environment"]["environmentVariables"], *request.get("environmentVariablesOverride", ())]
    merged = {each["name"]: {"type": "PLAINTEXT", **each} for each in given}
    for name, each in merged.items():
        if not _VARIABLE.fullmatch(name) or "\0" in each["value"]:
            raise invalid(f"Invalid environment variable: {name[:80]!r}")
        if name.startswith(_RESERVED):
            raise invalid(f"Invalid environment variable: names that begin with {_RESERVED} are reserved: {name[:80]}")
    return list(merged.values())


def _source(source: Mapping[str, Any]) -> Mapping[str, Any]:
    kind = source["type"]
    if kind not in _SOURCES:
        raise not_implemented(f"builds of a source of type {kind}; it has {', '.join(_SOURCES)}")
    if kind == "NO_SOURCE" and not source.get("buildspec"):
        raise invalid("Invalid project source: a buildspec is required for source type NO_SOURCE")
    if kind != "NO_SOURCE" and not source.get("location"):
        raise invalid("Project source location is required")
    if kind == "GITHUB" and source.get("gitSubmodulesConfig", {}).get("fetchSubmodules"):
        raise not_implemented("builds of a source with submodules")
    return source


def _role(role: str, account_id: str) -> str:
    return role if role.startswith("arn:") else f"arn:aws:iam::{account_id}:role/{role}"


def _log_place(project: str, logs: Mapping[str, Any]) -> tuple[str | None, str]:
    watch = logs.get("cloudWatchLogs") or {"status": "ENABLED"}
    if logs.get("s3Logs", {}).get("status") == "ENABLED":
        raise not_implemented("logs of builds in S3")
    if watch["status"] != "ENABLED":
        return None, ""
    return watch.get("groupName") or f"/aws/codebuild/{project}", (watch.get("streamName") or "").strip("/")
