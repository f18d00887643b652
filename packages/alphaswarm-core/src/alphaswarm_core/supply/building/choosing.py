"""Which builder this machine has: buildx with an engine that answers, else buildah, else none and a refusal."""

import os
import shutil
from collections.abc import Callable

from alphaswarm_core.supply.building.buildah import Buildah
from alphaswarm_core.supply.building.buildx import Buildx
from alphaswarm_core.supply.building.errors import BuilderMissingError
from alphaswarm_core.supply.building.orders import Builder
from alphaswarm_core.supply.building.running import Program

BUILDERS = ("auto", "buildx", "buildah")
_SECONDS = 20.0
_ENGINE = ("PATH", "HOME", "DOCKER_HOST", "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY")


def choose_builder(wanted: str = "auto", *, plain_http: bool = False) -> Builder:
    """The builder.

    Args:
        wanted: One of `BUILDERS`.
        plain_http: Whether it has to reach a registry of this machine's loopback: buildx cannot.

    Raises:
        BuilderMissingError: it is not installed, or there is none at all.
    """
    finders: dict[str, Callable[[], Builder | None]] = {"buildx": _buildx, "buildah": _buildah}
    names = [wanted] if wanted != "auto" else ["buildah"] if plain_http else ["buildx", "buildah"]
    for name in names:
        if (found := finders[name]()) is not None:
            return found
    raise BuilderMissingError(
        f"There is no {' and no '.join(names)} on this machine",
        why="buildx needs a Docker engine that answers; buildah is a program of its own",
        fix="Install buildah, or start Docker; or let CodeBuild build: --executor codebuild",
    )


def _buildx() -> Builder | None:
    path = shutil.which("docker")
    if path is None:
        return None
    asking = Program(path, {name: os.environ[name] for name in _ENGINE if name in os.environ}, _SECONDS)
    both = asking.answers(["buildx", "version"]) and asking.answers(["version", "--format", "{{.Server.Version}}"])
    return Buildx(path) if both else None


def _buildah() -> Builder | None:
    path = shutil.which("buildah")
    return Buildah(path) if path else None
