"""`docker/setup-qemu-action` and `docker/setup-buildx-action`: what this machine can do, said and not installed."""

import platform
from pathlib import Path

from alphaswarm_local.actions.builtin.base import ActionCall, BuiltIn
from alphaswarm_local.actions.errors import ToolMissingError
from alphaswarm_local.actions.seam.events import Level

_EMULATORS = Path("/proc/sys/fs/binfmt_misc")
_NATIVE = {"x86_64": "linux/amd64", "AMD64": "linux/amd64", "aarch64": "linux/arm64", "arm64": "linux/arm64"}
_EMULATED = {"qemu-aarch64": "linux/arm64", "qemu-x86_64": "linux/amd64", "qemu-arm": "linux/arm/v7"}


def _platforms() -> list[str]:
    emulated = [name for file, name in _EMULATED.items() if (_EMULATORS / file).exists()]
    return list(dict.fromkeys([_NATIVE.get(platform.machine(), platform.machine()), *emulated]))


def _qemu(call: ActionCall) -> None:
    there = _platforms()
    wanted = [each.strip() for each in call.inputs["platforms"].split(",") if each.strip() not in ("", "all")]
    missing = [each for each in wanted if not any(each.removeprefix("linux/") in known for known in there)]
    if missing:
        call.work.annotate(
            Level.WARNING,
            f"This machine runs no programs for {', '.join(missing)}: images can be put together for it, but not run",
        )
    call.outputs["platforms"] = ",".join(there)


def _buildx(call: ActionCall) -> None:
    version = call.work.answer_of(["docker", "buildx", "version"])
    builder = "buildx" if version else "buildah" if call.work.answer_of(["buildah", "--version"]) else None
    if builder is None:
        raise ToolMissingError("Neither docker with buildx nor buildah is on this machine", fix="Install one of them")
    if builder == "buildah":
        call.work.annotate(Level.WARNING, "There is no docker with buildx on this machine; buildah is there instead")
    call.outputs.update(name="default", driver=builder, platforms=",".join(_platforms()))


SETUP_QEMU = BuiltIn(
    name="docker/setup-qemu-action",
    summary="Says which platforms this machine runs; installs no emulator and warns of those that are missing.",
    inputs={"platforms": "all", "image": "", "cache-image": "true"},
    main=_qemu,
)
SETUP_BUILDX = BuiltIn(
    name="docker/setup-buildx-action",
    summary="Finds docker with buildx, or buildah, on this machine; creates no builder.",
    inputs={"version": "", "driver": "", "install": "false", "use": "true", "platforms": "", "cleanup": "true"},
    refused=frozenset({"endpoint", "append", "buildkitd-config", "buildkitd-config-inline", "driver-opts"}),
    main=_buildx,
)
