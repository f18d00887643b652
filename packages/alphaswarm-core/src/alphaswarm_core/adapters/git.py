"""What git knows: who had a part in a commit, and the tree of another commit, checked out beside the project.

Nothing of the host's git configuration is read, and no hook of the repository runs.
"""

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from alphaswarm_core.errors import AlphaSwarmError
from alphaswarm_core.ledger.records import Part

_SECONDS = 120
_MOST_COMMITS = 500
_RECORD, _FIELD, _ITEM = "\x1e", "\x00", "\x1d"
_FORMAT = "%H%x00%P%x00%ae%x00%ce%x00%(trailers:key=Co-authored-by,valueonly,separator=%x1d)%x1e"
_WEB_INTERFACE = "noreply@github.com"


class GitError(AlphaSwarmError):
    """git is missing, or does not know what it was asked for."""

    code = "AS-GIT-001"
    summary = "git is missing, or the checkout does not have that commit"


def authors_of(root: Path, commit: str) -> Sequence[tuple[str, Part]]:
    """Who wrote, made or co-wrote `commit`, and what it merged; nothing where the checkout cannot tell.

    A shallow checkout does not have what a merge brought in: then nothing is better than half of it.
    """
    try:
        found = _log(root, "--max-count=1", commit)
        if _git(root, "rev-parse", "--is-shallow-repository").strip() == "true" and not found[0][1]:
            return ()
        first, *merged = found[0][1].split()
        if merged:
            found += _log(root, f"--max-count={_MOST_COMMITS}", *merged, f"^{first}")
        return tuple(dict.fromkeys(part for each in found for part in _parts(each)))
    except GitError:
        return ()
    except ValueError:  # the first commit of all has no parent
        return tuple(_parts(found[0]))


def _log(root: Path, *arguments: str) -> list[list[str]]:
    text = _git(root, "log", f"--format={_FORMAT}", *arguments, "--")
    return [record.strip("\n").split(_FIELD) for record in text.split(_RECORD) if record.strip("\n")]


def _parts(record: Sequence[str]) -> Iterator[tuple[str, Part]]:
    _, _, author, committer, co_authors = record
    yield f"email:{author.lower()}", Part.author
    if committer.lower() not in {author.lower(), _WEB_INTERFACE}:
        yield f"email:{committer.lower()}", Part.committer
    for each in filter(None, co_authors.split(_ITEM)):
        yield f"email:{each.rpartition('<')[2].strip('> ').lower()}", Part.co_author


@contextlib.contextmanager
def checked_out(root: Path, commit: str) -> Iterator[Path]:
    """The project at `root` as it was at `commit`, in a scratch worktree that is gone afterwards.

    Raises:
        GitError: there is no git, no repository, or no such commit.
    """
    top = Path(_git(root, "rev-parse", "--show-toplevel").strip())
    known = _git(root, "rev-parse", "--verify", "--quiet", f"{commit}^{{commit}}", missing=commit).strip()
    with tempfile.TemporaryDirectory(prefix="alphaswarm-source-") as scratch:
        place = Path(scratch).resolve() / "tree"
        _git(root, "worktree", "add", "--quiet", "--detach", str(place), known)
        try:
            yield place / root.resolve().relative_to(top.resolve())
        finally:
            with contextlib.suppress(GitError):
                _git(root, "worktree", "remove", "--force", str(place))


def _git(root: Path, *arguments: str, missing: str | None = None) -> str:
    options = ["-c", f"safe.directory={root.resolve()}", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false"]
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *options, *arguments],
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GitError("git cannot be run", why=str(error), fix="Install git 2.32 or newer") from error
    if done.returncode == 0:
        return done.stdout
    if missing:
        raise GitError(
            f"This checkout does not have the commit {missing}",
            why="it is shallow, or the commit was never fetched",
            fix="Fetch it: git fetch --unshallow origin; in a workflow: fetch-depth: 0",
        )
    raise GitError(f"git {arguments[0]} failed", why=done.stderr.strip()[:500] or None)


def _environment() -> dict[str, str]:
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": os.devnull,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }
