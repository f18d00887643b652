"""The distributions of the workspace as they are published: their files, one version for all, their pins on each other.

The version follows from what is in them, because the index takes a version once: a release is a commit with the tag
`vX.Y.Z`; any other commit is `X.Y.Z.devDATE+gCOMMIT`; changed files add a digest of them.
"""

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from alphaswarm_core.delivery.checkout import Checkout
from alphaswarm_core.delivery.errors import WheelNotBuiltError

_LEFT_OUT = frozenset({"__pycache__", "dist", "build", "tests"})
_VERSION_LINE = re.compile(r'^__version__ = "(?P<version>[^"]+)"$', re.MULTILINE)
_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(\[[^\]]*\])?")


@dataclass(frozen=True, slots=True)
class Distribution:
    """One distribution.

    Attributes:
        name: As `pyproject.toml` has it.
        base: The version that its source says.
        version_file: Which file says it.
        files: Path below its directory → content; no tests, no caches.
        executable: Those of them that may be executed.
        newest: When the newest file was changed, in seconds since the epoch.
    """

    name: str
    base: str
    version_file: str
    files: Mapping[str, bytes]
    executable: frozenset[str]
    newest: int


def read_distribution(directory: Path) -> Distribution:
    """The distribution in `directory`.

    Raises:
        WheelNotBuiltError: it is none, or does not say its version in the way of this workspace.
    """
    paths = list(_files(directory))
    files = {path.relative_to(directory).as_posix(): path.read_bytes() for path in paths}
    try:
        project = tomllib.loads(files["pyproject.toml"].decode())
        version_file = PurePosixPath(project["tool"]["hatch"]["version"]["path"]).as_posix()
        match = _VERSION_LINE.search(files[version_file].decode())
        name = str(project["project"]["name"])
    except (KeyError, ValueError) as error:
        raise _not_a_distribution(directory, error) from error
    if match is None:
        raise _not_a_distribution(directory, f"{version_file} has no line __version__ = …")
    return Distribution(
        name=name,
        base=match["version"],
        version_file=version_file,
        files=files,
        executable=frozenset(key for key, path in zip(files, paths, strict=True) if path.stat().st_mode & 0o100),
        newest=int(max(path.stat().st_mtime for path in paths)),
    )


def version_of(distributions: Sequence[Distribution], checkout: Checkout) -> str:
    """The one version of all of them.

    Raises:
        WheelNotBuiltError: their sources say different versions.
    """
    bases = {each.base for each in distributions}
    if len(bases) != 1:
        raise WheelNotBuiltError(
            f"The distributions have different versions: {', '.join(sorted(bases))}",
            fix="Give them the same __version__: they are published together",
        )
    base = bases.pop()
    if checkout.is_clean and f"v{base}" in checkout.tags:
        return base
    moment, label = checkout.committed_at, f"g{checkout.commit[:12]}"
    if not checkout.is_clean:
        # Later than the commit, so that of two states of one commit an installer takes the newer.
        moment = max([moment, *(each.newest for each in distributions)])
        label += f".d{digest_of(distributions)[:8]}"
    return f"{base}.dev{datetime.fromtimestamp(moment, UTC):%Y%m%d%H%M%S}+{label}"


def digest_of(distributions: Sequence[Distribution]) -> str:
    """A digest of all files and their names."""
    digest = hashlib.sha256()
    for each in sorted(distributions, key=lambda each: each.name):
        for path, content in sorted(each.files.items()):
            mark = b"x" if path in each.executable else b"-"
            digest.update(f"{each.name}\0{path}\0{len(content)}\0".encode() + mark + content)
    return digest.hexdigest()


def staged(distribution: Distribution, version: str, together: Sequence[str]) -> dict[str, bytes]:
    """Its files with `version` in them, and with requirements on what is published `together` pinned to it.

    A command line of one commit never meets the core of another.
    """
    files = dict(distribution.files)
    source = files[distribution.version_file].decode()
    files[distribution.version_file] = _VERSION_LINE.sub(f'__version__ = "{version}"', source).encode()
    text = files["pyproject.toml"].decode()
    for requirement in _requirements(tomllib.loads(text)["project"]):
        match = _REQUIREMENT.fullmatch(requirement)
        if match is not None and match["name"] in together:
            text = _pinned(text, requirement, version)
    files["pyproject.toml"] = text.encode()
    return files


def _pinned(text: str, requirement: str, version: str) -> str:
    quoted = f'"{requirement}"'
    lines = text.split("\n")
    return "\n".join(
        line if line.startswith("name = ") else line.replace(quoted, f'"{requirement}=={version}"') for line in lines
    )


def _requirements(project: Mapping[str, Any]) -> set[str]:
    optional: Mapping[str, list[str]] = project.get("optional-dependencies", {})
    return {*project.get("dependencies", ()), *(each for listed in optional.values() for each in listed)}


def _files(directory: Path) -> Iterator[Path]:
    for path in sorted(directory.rglob("*")):
        parts = path.relative_to(directory).parts
        hidden = any(part.startswith(".") or part in _LEFT_OUT or part.endswith(".egg-info") for part in parts)
        if path.is_file() and not hidden and path.suffix != ".pyc":
            yield path


def _not_a_distribution(directory: Path, why: object) -> WheelNotBuiltError:
    return WheelNotBuiltError(
        f"{directory} is no distribution of this workspace",
        why=str(why),
        fix="index.distributions in alphaswarm.toml lists directories with a pyproject.toml",
    )
