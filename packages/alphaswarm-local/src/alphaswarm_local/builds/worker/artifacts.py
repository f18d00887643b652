"""UPLOAD_ARTIFACTS: the files that the buildspec names, to the place that the project names."""

import hashlib
import io
import os
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from alphaswarm_local.builds.buildspec import ArtifactSpec
from alphaswarm_local.builds.worker.cloud import Cloud, CloudError
from alphaswarm_local.builds.worker.failures import client_error


def find_files(spec: ArtifactSpec, source: Path) -> dict[str, Path]:
    """The files by the names that they get, relative to the artifact.

    Only what lies in the source is found: a link that leads out of it would upload files of this machine.

    Raises:
        PhaseFailedError: a pattern leads out of the source, or no file fits.
    """
    root = source.resolve()
    base = (root / spec.base_directory).resolve()
    if not base.is_relative_to(root):
        raise client_error(f"base-directory {spec.base_directory} leads out of the source")
    wanted, excluded = _patterns(spec.files), _patterns(spec.exclude_paths)
    found: dict[str, Path] = {}
    for name, path in _files(base):
        fits = any(each.fullmatch(name) for each in wanted) and not any(each.fullmatch(name) for each in excluded)
        if fits and path.resolve().is_relative_to(root):
            found[path.name if spec.discard_paths else name] = path
    if not found:
        raise client_error("no matching artifact paths found")
    return found


def upload(  # noqa: PLR0917 - all of it says where and what
    cloud: Cloud, project: Mapping[str, Any], name: str, files: Mapping[str, Path], build_arn: str, uuid: str
) -> dict[str, str]:
    """Upload the files; what the API's BuildArtifacts says of them.

    Args:
        cloud: Where to.
        project: The artifacts of the project.
        name: The artifact's name.
        files: As `find_files` found them.
        build_arn: Goes into the metadata of every object.
        uuid: The build's, for the namespace.

    Raises:
        PhaseFailedError: an upload was refused.
    """
    bucket = str(project["location"]).removeprefix("arn:aws:s3:::")
    namespace = uuid if project.get("namespaceType") == "BUILD_ID" else ""
    parts = [str(project.get("path") or "").strip("/"), namespace, name.strip("/")]
    place = "/".join(part for part in parts if part)
    headers = {"x-amz-meta-codebuild-buildarn": build_arn}
    try:
        if project.get("packaging") == "ZIP":
            content = _packed(files)
            cloud.put_object(bucket, place, content, headers)
            return {"location": f"arn:aws:s3:::{bucket}/{place}", **_sums(content)}
        for relative, path in files.items():
            cloud.put_object(bucket, f"{place}/{relative}" if place else relative, path.read_bytes(), headers)
    except (CloudError, OSError) as problem:
        raise client_error(f"Failed to upload artifacts: {problem}") from problem
    return {"location": f"arn:aws:s3:::{bucket}/{place}"}


def glob_expression(pattern: str) -> str:
    """A regular expression for the paths that `pattern` means: `*` stays in a directory, `**` does not."""
    meanings = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return "".join(meanings.get(part, re.escape(part)) for part in re.split(r"(\*\*/|\*\*|\*|\?)", pattern))


def _patterns(written: tuple[str, ...]) -> list[re.Pattern[str]]:
    for pattern in written:
        if PurePosixPath(pattern).is_absolute() or ".." in PurePosixPath(pattern).parts:
            raise client_error(f"{pattern} leads out of the source")
    return [re.compile(glob_expression(pattern.removeprefix("./")), re.DOTALL) for pattern in written]


def _files(base: Path) -> Iterator[tuple[str, Path]]:
    """Every file below `base` with its path from there, in one order."""
    for directory, directories, names in os.walk(base):
        directories[:] = sorted(each for each in directories if each != ".git")
        for name in sorted(names):
            path = Path(directory, name)
            if path.is_file():
                yield path.relative_to(base).as_posix(), path


def _packed(files: Mapping[str, Path]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in files.items():
            archive.write(path, name)
    return content.getvalue()


def _sums(content: bytes) -> dict[str, str]:
    return {
        "sha256sum": hashlib.sha256(content).hexdigest(),
        "md5sum": hashlib.md5(content, usedforsecurity=False).hexdigest(),
    }
