"""From a buildspec's text to a `Buildspec`."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

import yaml

from alphaswarm_local.builds.buildspec import nodes
from alphaswarm_local.builds.buildspec.errors import BuildspecError
from alphaswarm_local.builds.buildspec.failure import OnFailure, parse_on_failure
from alphaswarm_local.builds.buildspec.model import (
    COMMAND_PHASES,
    ArtifactSpec,
    Buildspec,
    PhaseSpec,
    SecretReference,
)

_TOP = dict.fromkeys(("version", "run-as", "env", "proxy", "batch", "phases", "reports", "artifacts", "cache"))
_ENV = dict.fromkeys(
    ("shell", "variables", "parameter-store", "secrets-manager", "exported-variables", "git-credential-helper")
)
_PHASE = dict.fromkeys(("run-as", "on-failure", "runtime-versions", "commands", "finally"))
_ARTIFACTS = dict.fromkeys(
    (
        "files", "name", "discard-paths", "base-directory", "exclude-paths", "enable-symlinks", "s3-prefix",
        "secondary-artifacts",
    )
)  # fmt: skip
_CACHE = dict.fromkeys(("action", "fallback-keys", "key", "paths"))
_SHELLS = {"bash": "bash", "/bin/bash": "bash", "sh": "/bin/sh", "/bin/sh": "/bin/sh"}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
T = TypeVar("T")


def parse_buildspec(source: str | bytes) -> Buildspec:
    """Read a buildspec.

    Raises:
        BuildspecError: it is not one, or asks for what is not done here; the message names the line.
    """
    root = nodes.compose(_decoded(source))
    top = nodes.mapping(root, "The buildspec", _TOP)
    _check_version(top.get("version"), root)
    _refuse_unsupported(top)
    env = nodes.mapping(top["env"], "env", _ENV) if "env" in top else {}
    if "phases" not in top:
        raise nodes.refused("The buildspec has no phases", root)
    phases = nodes.mapping(top["phases"], "phases", dict.fromkeys(COMMAND_PHASES))
    if not phases:
        raise nodes.refused("phases is empty", top["phases"])
    parameters = dict(_variables(env, "parameter-store", nodes.text))
    secrets = dict(_variables(env, "secrets-manager", _secret))
    return Buildspec(
        phases={name: _phase(name, phases[name]) for name in COMMAND_PHASES if name in phases},
        shell=_shell(env.get("shell")),
        variables=dict(_variables(env, "variables", nodes.scalar)),
        parameters=parameters,
        secrets=secrets,
        exported=_exported(env.get("exported-variables"), {*parameters, *secrets}),
        artifacts=_artifacts(top["artifacts"]) if "artifacts" in top else None,
        cached=_cached(top["cache"]) if "cache" in top else (),
        notes=tuple(_notes(top, env, phases)),
    )


def _decoded(source: str | bytes) -> str:
    if isinstance(source, str):
        return source
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise BuildspecError("The buildspec is not UTF-8", why=str(problem)) from problem


def _check_version(node: yaml.Node | None, root: yaml.Node) -> None:
    if node is None:
        raise nodes.refused("The buildspec has no version", root, fix="Begin it with: version: 0.2")
    version = nodes.scalar(node, "version")
    if version == "0.1":
        raise nodes.refused(
            "Version 0.1 is not run here: in it every command has a shell of its own",
            node,
            fix="Write version: 0.2, in which directory and variables are kept from command to command",
        )
    if version != "0.2":
        raise nodes.refused(f"There is no version {version[:20]!r} of buildspecs", node, fix="Write version: 0.2")


def _refuse_unsupported(top: Mapping[str, yaml.Node]) -> None:
    for name, why in (
        ("run-as", "commands run as the user who started the local cloud"),
        ("batch", "batch builds are not run here"),
        ("proxy", "builds here use no proxy"),
    ):
        if name in top:
            raise nodes.refused(f"{name} is not supported: {why}", top[name])


def _shell(node: yaml.Node | None) -> str:
    if node is None:
        return "/bin/sh"
    named = nodes.text(node, "env/shell")
    if named not in _SHELLS:
        raise nodes.refused(f"There is no shell {named[:40]!r} here", node, fix="bash or /bin/sh")
    return _SHELLS[named]


def _variables(
    env: Mapping[str, yaml.Node], section: str, read: Callable[[yaml.Node, str], T]
) -> Iterator[tuple[str, T]]:
    """The variables of one section of `env`. A name that CodeBuild sets itself may not be taken."""
    node = env.get(section)
    if node is None or (isinstance(node, yaml.ScalarNode) and not nodes.scalar(node, section)):
        return
    for name, value in nodes.mapping(node, f"env/{section}").items():
        if not _NAME.fullmatch(name):
            raise nodes.refused(f"{name[:80]!r} cannot be the name of a variable", value)
        if name.startswith("CODEBUILD_"):
            raise nodes.refused(f"{name[:80]} is reserved: names that begin with CODEBUILD_ are CodeBuild's", value)
        yield name, read(value, f"env/{section}/{name}")


def _secret(node: yaml.Node, what: str) -> SecretReference:
    try:
        return SecretReference.parse(nodes.text(node, what))
    except ValueError as problem:
        raise nodes.refused(f"{what}: {problem}", node) from None


def _exported(node: yaml.Node | None, secret: set[str]) -> tuple[str, ...]:
    """Exported values leave the build for everybody who may read it, so none may be a secret."""
    if node is None:
        return ()
    names = nodes.sequence(node, "env/exported-variables", nodes.text)
    for name in names:
        if not _NAME.fullmatch(name):
            raise nodes.refused(f"{name[:80]!r} cannot be the name of a variable", node)
        if name in secret or name.startswith("AWS_"):
            raise nodes.refused(f"{name[:80]} cannot be exported: it is a secret, or one of AWS's own variables", node)
    return tuple(dict.fromkeys(names))


def _phase(name: str, node: yaml.Node) -> PhaseSpec:
    parts = nodes.mapping(node, f"phases/{name}", _PHASE)
    if "run-as" in parts:
        raise nodes.refused("run-as is not supported: commands run as the user of the local cloud", parts["run-as"])
    if "runtime-versions" in parts and name != "install":
        raise nodes.refused("runtime-versions belongs to phases/install", parts["runtime-versions"])
    if not parts.keys() & {"commands", "finally", "runtime-versions"}:
        raise nodes.refused(f"phases/{name} has no commands", node)
    return PhaseSpec(
        nodes.sequence(parts["commands"], "Commands", nodes.command) if "commands" in parts else (),
        nodes.sequence(parts["finally"], "Finally", nodes.command) if "finally" in parts else (),
        _on_failure(parts.get("on-failure"), f"phases/{name}/on-failure"),
    )


def _on_failure(node: yaml.Node | None, what: str) -> OnFailure:
    if node is None:
        return OnFailure()
    try:
        return parse_on_failure(nodes.text(node, what))
    except ValueError as problem:
        raise nodes.refused(f"{what}: {problem}", node) from None


def _artifacts(node: yaml.Node) -> ArtifactSpec:
    parts = nodes.mapping(node, "artifacts", _ARTIFACTS)
    for name in ("secondary-artifacts", "s3-prefix"):
        if name in parts:
            raise nodes.refused(f"artifacts/{name} is not supported", parts[name])
    if "files" not in parts:
        raise nodes.refused("artifacts has no files", node)
    if "enable-symlinks" in parts and nodes.flag(parts["enable-symlinks"], "artifacts/enable-symlinks"):
        raise nodes.refused("artifacts/enable-symlinks is not supported: files are packed", parts["enable-symlinks"])
    return ArtifactSpec(
        files=nodes.sequence(parts["files"], "artifacts/files", nodes.text),
        name=nodes.text(parts["name"], "artifacts/name") if "name" in parts else None,
        discard_paths="discard-paths" in parts and nodes.flag(parts["discard-paths"], "artifacts/discard-paths"),
        base_directory=nodes.text(parts["base-directory"], "artifacts/base-directory")
        if "base-directory" in parts
        else ".",
        exclude_paths=_excluded(parts.get("exclude-paths")),
    )


def _cached(node: yaml.Node) -> tuple[str, ...]:
    parts = nodes.mapping(node, "cache", _CACHE)
    return nodes.sequence(parts["paths"], "cache/paths", nodes.text) if "paths" in parts else ()


def _excluded(node: yaml.Node | None) -> tuple[str, ...]:
    if node is None:
        return ()
    if isinstance(node, yaml.ScalarNode):
        return (nodes.text(node, "artifacts/exclude-paths"),)
    return nodes.sequence(node, "artifacts/exclude-paths", nodes.text)


def _notes(
    top: Mapping[str, yaml.Node], env: Mapping[str, yaml.Node], phases: Mapping[str, yaml.Node]
) -> Iterator[str]:
    """What has no effect here and harms nobody by that."""
    if "reports" in top:
        nodes.mapping(top["reports"], "reports")
        yield "reports: there are no report groups here, nothing is reported"
    if "cache" in top and nodes.mapping(top["cache"], "cache").keys() & {"action", "fallback-keys", "key"}:
        yield "cache/key, cache/fallback-keys, cache/action: they are for caches in S3"
    if "git-credential-helper" in env and nodes.flag(env["git-credential-helper"], "env/git-credential-helper"):
        yield "git-credential-helper: there is no repository to authenticate to"
    if "install" in phases:
        versions = nodes.mapping(phases["install"], "phases/install").get("runtime-versions")
        if versions is not None:
            listed = nodes.mapping(versions, "runtime-versions").items()
            wanted = ", ".join(f"{name} {nodes.scalar(node, name)}" for name, node in listed)
            yield f"runtime-versions ({wanted}): programs are those on PATH of this machine"
