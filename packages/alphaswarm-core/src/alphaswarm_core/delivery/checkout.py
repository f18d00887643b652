"""What git says about the source that is published: the commit, its time, and whether the files are the commit's."""

import os
import re
import subprocess
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from alphaswarm_core.delivery.errors import UncommittedSourceError
from alphaswarm_core.source_revision import source_revision

_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Checkout:
    """The source of a build.

    Attributes:
        commit: 40 hexadecimal digits.
        committed_at: Seconds since the epoch: the date that everything in a wheel gets.
        tags: The tags on the commit.
        is_clean: Whether the files are exactly the commit's; False too where that cannot be known.
    """

    commit: str
    committed_at: int
    tags: frozenset[str]
    is_clean: bool


def read_checkout(root: Path, directories: Sequence[str], environ: Mapping[str, str]) -> Checkout:
    """The checkout at `root`, clean if nothing under `directories` differs from the commit.

    Where there is no git (a build's source without history), commit and date come from the job's environment:
    `GITHUB_SHA` or `CODEBUILD_RESOLVED_SOURCE_VERSION`, and `SOURCE_DATE_EPOCH`.

    Raises:
        UncommittedSourceError: nothing says which commit this is, and when it was made.
    """
    commit = _git(root, "rev-parse", "--verify", "HEAD")
    if commit is None:
        return _of_environment(root, environ)
    date = _git(root, "show", "--no-patch", "--format=%ct", commit) or "0"
    tags = (_git(root, "tag", "--points-at", commit) or "").split()
    changed = _git(root, "status", "--porcelain", "--untracked-files=all", "--", *directories)
    return Checkout(commit, int(date), frozenset(tags), changed == "")


def exported_commit(root: Path, commit: str, directories: Sequence[str], into: Path) -> Checkout:
    """The files of `directories` as they are in `commit`, written below `into`; whatever the checkout's own files are.

    Raises:
        UncommittedSourceError: the repository has no such commit, or the commit no such directories.
    """
    found = _git(root, "rev-parse", "--verify", f"{commit}^{{commit}}")
    archive = into / "commit.tar"
    if found is None or _git(root, "archive", "--format=tar", f"--output={archive}", found, "--", *directories) is None:
        raise UncommittedSourceError(
            f"The files of {commit} cannot be had from git",
            why=f"this repository has no such commit, or the commit has no {', '.join(directories)}",
            fix="Fetch it: git fetch",
        )
    with tarfile.open(archive) as held:
        held.extractall(into, filter="data")
    archive.unlink()
    date = _git(root, "show", "--no-patch", "--format=%ct", found) or "0"
    tags = (_git(root, "tag", "--points-at", found) or "").split()
    return Checkout(found, int(date), frozenset(tags), is_clean=True)


def has_commit(root: Path, commit: str) -> bool:
    """Whether the repository at `root` has the commit, so that a build of the local cloud gets it from there."""
    return _git(root, "cat-file", "-e", f"{commit}^{{commit}}") is not None


def was_pushed(root: Path, commit: str) -> bool:
    """Whether a branch of a remote, as it was last fetched or pushed here, contains the commit."""
    return bool(_git(root, "branch", "--remotes", "--contains", commit))


def uncommitted(root: Path) -> int:
    """How many files differ from the commit: no build gets them."""
    return len((_git(root, "status", "--porcelain", "--untracked-files=no") or "").splitlines())


def _of_environment(root: Path, environ: Mapping[str, str]) -> Checkout:
    commit, date = source_revision(root, environ).commit, environ.get("SOURCE_DATE_EPOCH", "")
    if commit is None or not re.fullmatch(r"[0-9]{1,11}", date):
        raise UncommittedSourceError(
            "Nothing says which commit this source is",
            why="git does not answer here, and the job's environment does not name the commit and SOURCE_DATE_EPOCH",
            fix="Publish from a git checkout",
        )
    return Checkout(commit, int(date), frozenset(), is_clean=False)


def _git(root: Path, *words: str) -> str | None:
    """What git answers; None where there is none, or no repository. No configuration but the repository's own."""
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "HOME": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "LC_ALL": "C",
    }
    trusted = ("-c", f"safe.directory={root}", "-c", "core.fsmonitor=false")
    try:
        done = subprocess.run(
            ["git", *trusted, "-C", str(root), *words],
            env=environment,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
