"""The condition keys of AWS CodeBuild that a request has: what it wants other than the project has it.

Source: AWS CodeBuild user guide, "Using CodeBuild condition keys as IAM service control variables".
Timeouts, the debug session, clone depth and the host kernel have no key: only not allowing StartBuild stops them.
"""

import json
from collections.abc import Mapping
from typing import Any

from alphaswarm_local.access.request_facts import Facts

_OVERRIDES: Mapping[str, tuple[str, ...]] = {
    "artifactsOverride": ("artifacts",),
    "autoRetryLimitOverride": ("autoRetryLimit",),
    "buildspecOverride": ("source.buildspec",),
    "cacheOverride": ("cache",),
    "certificateOverride": ("environment.certificate",),
    "computeTypeOverride": ("environment.computeType",),
    "encryptionKeyOverride": ("encryptionKey",),
    "environmentTypeOverride": ("environment.type",),
    "fleetOverride": ("environment.fleet.fleetArn",),
    "imageOverride": ("environment.image",),
    "imagePullCredentialsTypeOverride": ("environment.imagePullCredentialsType",),
    "insecureSslOverride": ("source.insecureSsl",),
    "logsConfigOverride": ("logsConfig",),
    "privilegedModeOverride": ("environment.privilegedMode",),
    "registryCredentialOverride": ("environment.registryCredential",),
    "secondaryArtifactsOverride": ("secondaryArtifacts",),
    "secondarySourcesOverride": ("secondarySources",),
    "secondarySourcesVersionOverride": ("secondarySources",),
    "serviceRoleOverride": ("serviceRole",),
    "sourceAuthOverride": ("source", "source.auth"),
    "sourceLocationOverride": ("source", "source.location"),
    "sourceTypeOverride": ("source", "source.type"),
}
_VARIABLES = "environment.environmentVariables"


def build_facts(operation: str, document: Mapping[str, Any]) -> Facts:
    """The keys of a StartBuild, CreateProject or UpdateProject; none of other operations."""
    if operation in {"StartBuild", "StartBuildBatch"}:
        return _of_overrides(document)
    if operation in {"CreateProject", "UpdateProject"}:
        return _of_project(document)
    return {}


def _of_overrides(document: Mapping[str, Any]) -> Facts:
    facts: Facts = {}
    for parameter, keys in _OVERRIDES.items():
        if document.get(parameter) is not None:
            facts.update({f"codebuild:{key}": (_text(document[parameter]),) for key in keys})
    for part, value in _mapping(document.get("sourceAuthOverride")).items():
        facts[f"codebuild:source.auth.{part}"] = (_text(value),)
    for part, value in _mapping(document.get("buildStatusConfigOverride")).items():
        facts[f"codebuild:source.buildStatusConfig.{part}"] = (_text(value),)
    return facts | _variables(document.get("environmentVariablesOverride"))


def _of_project(document: Mapping[str, Any]) -> Facts:
    facts: Facts = {}
    for name in ("artifacts", "source", "environment", "vpcConfig"):
        for part, value in _mapping(document.get(name)).items():
            if part != "environmentVariables":
                facts[f"codebuild:{name}.{part}"] = _texts(value)
    named = (
        "artifacts", "source", "secondarySources", "secondaryArtifacts", "serviceRole", "logsConfig", "cache",
        "encryptionKey", "autoRetryLimit", "vpcConfig",
    )  # fmt: skip
    facts.update({f"codebuild:{name}": (_text(document[name]),) for name in named if document.get(name) is not None})
    return facts | _variables(_mapping(document.get("environment")).get("environmentVariables"))


def _variables(given: Any) -> Facts:
    listed = [each for each in given if isinstance(each, Mapping)] if isinstance(given, list) else []
    if not listed:
        return {}
    facts: Facts = {f"codebuild:{_VARIABLES}.name": tuple(str(each.get("name", "")) for each in listed)}
    for each in listed:
        key = f"codebuild:{_VARIABLES}/{each.get('name', '')}.value"
        facts[key] = (*facts.get(key, ()), str(each.get("value", "")))  # a name that is there twice has both values
    return facts


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(map(_text, value)) if isinstance(value, list) and value else (_text(value),)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
