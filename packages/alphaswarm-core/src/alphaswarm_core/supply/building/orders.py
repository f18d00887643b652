"""What is to be built, from what, and where it goes: the same for every builder.

No value of an order is a secret but those in `secrets`, which go into a build as files that no layer keeps.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from alphaswarm_core.supply.building.errors import BuildOrderError

_PLATFORM = re.compile(r"linux/[a-z0-9]+(/v[0-9]+)?")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_BASE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:/_-]*@sha256:[0-9a-f]{64}")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_LONGEST_LABEL = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildOrder:
    """An image to be built.

    Attributes:
        context: The directory whose files the build may take: of a commit, not of somebody's working tree.
        dockerfile: The Dockerfile's path in it.
        platforms: What it is built for, `linux/amd64`.
        bases: The build arguments that name base images → the images, by digest: a tag would be another image tomorrow.
        secrets: Id → content, for `RUN --mount=type=secret`.
        labels: What the image says about itself.
        epoch: The time of everything in it, in seconds since the epoch: the same source makes the same bytes.

    Raises:
        BuildOrderError: it does not hold.
    """

    context: Path
    dockerfile: str
    platforms: tuple[str, ...]
    epoch: int
    bases: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    labels: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _check_file(self.context, self.dockerfile)
        if not self.platforms or len(set(self.platforms)) != len(self.platforms):
            raise BuildOrderError("An image is built for at least one platform, and for each once")
        for each in self.platforms:
            _require(_PLATFORM.fullmatch(each), f"'{each[:60]}' is no platform", "Write linux/amd64 or linux/arm64")
        for name, base in self.bases.items():
            _require(_NAME.fullmatch(name), f"'{name[:60]}' cannot be a build argument", "Letters, digits and _")
            _require(_BASE.fullmatch(base), f"The base image {name} is '{base[:120]}', without a digest", _BY_DIGEST)
        for name in self.secrets:
            _require(_NAME.fullmatch(name), f"'{name[:60]}' cannot be a secret's id", "Letters, digits and _")
        for name, value in self.labels.items():
            fits = len(value) <= _LONGEST_LABEL and value.isprintable() and "=" not in name
            _require(fits, f"The label '{name[:60]}' is no single printable line", "Shorten it")

    @property
    def file(self) -> Path:
        """The Dockerfile."""
        return self.context / self.dockerfile


_BY_DIGEST = "Pin it: NAME@sha256:DIGEST"


def _require(holds: object, what: str, fix: str) -> None:
    if not holds:
        raise BuildOrderError(what, fix=fix)


def _check_file(context: Path, dockerfile: str) -> None:
    """A Dockerfile out of the context would be one that no commit of it describes."""
    found = (context / dockerfile).resolve()
    if not found.is_relative_to(context.resolve()):
        raise BuildOrderError(f"The Dockerfile '{dockerfile}' is not in the context")
    if not found.is_file():
        raise BuildOrderError(
            f"The context has no file '{dockerfile}'", why="it is not in the commit", fix="Commit it, or name another"
        )


@dataclass(frozen=True, slots=True)
class RegistryAccess:
    """How a builder reaches a registry.

    Attributes:
        name: The registry as references name it, `ACCOUNT.dkr.ecr.REGION.amazonaws.com`.
        location: Where it answers, `HOST[:PORT][/PREFIX]`; on AWS the same.
        user: Of its login.
        password: Of its login. It goes into a file of the build's own, never on a command line.
        is_plain_http: Whether it speaks HTTP, as the local cloud does on loopback.
    """

    name: str
    location: str
    user: str
    password: str = field(repr=False)
    is_plain_http: bool = False

    @property
    def host(self) -> str:
        """`HOST[:PORT]` of the place."""
        return self.location.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Destination:
    """Where an image goes: a repository of `access`, and the tag."""

    access: RegistryAccess
    repository: str
    tag: str

    def __post_init__(self) -> None:
        _require(_TAG.fullmatch(self.tag), f"'{self.tag[:130]}' cannot be a tag", "Letters, digits, '.', '_' and '-'")


Say = Callable[[str], None]
"""Takes a line of progress."""


class Builder(Protocol):
    """Builds images. `name` is what people call it."""

    name: str

    def build(self, order: BuildOrder, access: RegistryAccess | None, say: Say) -> str:
        """Build for all platforms, and keep nothing; the digest of the index.

        Raises:
            ImageBuildFailedError: it could not be built.
        """

    def push(self, order: BuildOrder, destination: Destination, say: Say) -> str:
        """Build for all platforms and push; the digest of the index.

        Raises:
            ImageBuildFailedError: it could not be built or pushed.
        """
