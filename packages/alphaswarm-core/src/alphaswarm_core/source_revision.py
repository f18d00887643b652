"""Which commit a checkout stands on, read from git's own files: no process is started for it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class SourceRevision:
    """A commit (40 hexadecimal digits) and the ref it was reached by; None where unknown."""

    commit: str | None
    ref: str | None


def source_revision(root: Path, environ: Mapping[str, str]) -> SourceRevision:
    """The revision of the checkout at `root`; in a GitHub Actions job or a CodeBuild build, the one of the job."""
    if _COMMIT.fullmatch(environ.get("GITHUB_SHA", "")):
        return SourceRevision(environ["GITHUB_SHA"], environ.get("GITHUB_REF"))
    if _COMMIT.fullmatch(environ.get("CODEBUILD_RESOLVED_SOURCE_VERSION", "")):
        return SourceRevision(environ["CODEBUILD_RESOLVED_SOURCE_VERSION"], None)
    directory = _git_directory(root)
    return _head(directory) if directory else SourceRevision(None, None)


def _git_directory(root: Path) -> Path | None:
    for place in (root, *root.parents):
        candidate = place / ".git"
        if candidate.is_dir():
            return candidate
        if candidate.is_file():  # a worktree or submodule
            named = candidate.read_text(encoding="utf-8").removeprefix("gitdir:").strip()
            return (place / named).resolve()
    return None


def _head(directory: Path) -> SourceRevision:
    head = _text(directory / "HEAD")
    if not head.startswith("ref: "):
        return SourceRevision(head if _COMMIT.fullmatch(head) else None, None)
    ref = head.removeprefix("ref: ")
    common = directory / (_text(directory / "commondir") or ".")
    loose = _text(common / ref)
    if _COMMIT.fullmatch(loose):
        return SourceRevision(loose, ref)
    for line in _text(common / "packed-refs").splitlines():
        commit, _, name = line.partition(" ")
        if name == ref:
            return SourceRevision(commit, ref)
    return SourceRevision(None, ref)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        return ""
