"""Names of distribution files, and what their own metadata says. Source: PyPA specifications for wheels and sdists."""

import io
import tarfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from pathlib import Path

from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from alphaswarm_local.packages.names import normalized

_MOST_METADATA = 4 * 1024 * 1024


class UnreadableFileError(Exception):
    """The file is not what its name says."""


@dataclass(frozen=True, slots=True)
class CoreMetadata:
    """A distribution's own words.

    Attributes:
        text: The file as it is in the distribution; None for an sdist, whose metadata may change when it is built.
    """

    name: str
    version: str
    summary: str
    home_page: str
    licenses: tuple[str, ...]
    requires_python: str | None
    text: bytes | None


def version_in(filename: str, package: str) -> str | None:
    """The version in the name of a wheel or sdist of `package` (normalised); None if it is neither, or another's."""
    try:
        if filename.endswith(".whl"):
            name, version, _, _ = parse_wheel_filename(filename)
        else:
            name, version = parse_sdist_filename(filename)
    except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion):
        return None
    return str(version) if name == package else None


def same_version(one: str, other: str) -> bool:
    """Whether two texts mean one version."""
    try:
        return Version(one) == Version(other)
    except InvalidVersion:
        return False


def core_metadata(filename: str, content: bytes) -> CoreMetadata:
    """The metadata in a wheel or sdist.

    Raises:
        UnreadableFileError: it is no such archive, or has no metadata, or too much.
    """
    try:
        text = _of_wheel(content) if filename.endswith(".whl") else _of_sdist(filename, content)
    except (zipfile.BadZipFile, tarfile.TarError, OSError, EOFError, ValueError, NotImplementedError) as error:
        raise UnreadableFileError(f"{filename} cannot be opened: {error}") from error
    message = BytesParser().parsebytes(text, headersonly=True)
    name, version = _text(message, "Name"), _text(message, "Version")
    if not name or not version:
        raise UnreadableFileError(f"the metadata of {filename} has no name or no version")
    licence = _text(message, "License-Expression") or _text(message, "License")
    return CoreMetadata(
        name=normalized(name),
        version=version,
        summary=_text(message, "Summary"),
        home_page=_text(message, "Home-Page"),
        licenses=(licence.splitlines()[0],) if licence else (),
        requires_python=_text(message, "Requires-Python") or None,
        text=text if filename.endswith(".whl") else None,
    )


def _text(message: Message | Mapping[str, str], name: str) -> str:
    return str(message.get(name, "") or "").strip()


def _of_wheel(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        found = [each for each in archive.infolist() if _is_metadata(each.filename)]
        if len(found) != 1 or found[0].file_size > _MOST_METADATA:
            raise UnreadableFileError("a wheel has exactly one METADATA of a sensible size")
        return archive.read(found[0])


def _is_metadata(name: str) -> bool:
    parts = Path(name).parts
    return len(parts) == 2 and parts[0].endswith(".dist-info") and parts[1] == "METADATA"  # noqa: PLR2004


def _of_sdist(filename: str, content: bytes) -> bytes:
    if not filename.endswith(".tar.gz"):
        raise UnreadableFileError("a source distribution is a .tar.gz")
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
        for member in archive:
            if Path(member.name).parts[1:] == ("PKG-INFO",) and member.isfile() and member.size <= _MOST_METADATA:
                file = archive.extractfile(member)
                return file.read() if file is not None else b""
    raise UnreadableFileError("the source distribution has no PKG-INFO")
