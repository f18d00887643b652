"""The commits of hosted repositories: bare repositories on disk, read and written with git.

git gets a clean environment, no configuration of this machine, no hooks and no prompts. Names and refs from outside
never stand where git would read them as an option. Nothing that a stranger pushed is ever checked out here.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from alphaswarm_core.identity.github import names

ZERO = "0" * 40
_SECONDS = 60
_FIELDS = "%H%x00%T%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B"
_SAFE = ("-c", "safe.directory=*", "-c", "core.hooksPath=/dev/null", "-c", "gc.auto=0")
_MOST_COMMITS = 1000


class GitError(Exception):
    """git refused; the text is its own last line."""


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit as it is written."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    author: str
    author_email: str
    authored_at: str
    committer: str
    committer_email: str
    committed_at: str
    message: str


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """A file that differs between two commits. `status`: `added`, `removed`, `modified`."""

    path: str
    status: str
    additions: int
    deletions: int


def clean_environment() -> dict[str, str]:
    """What git is started with."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": os.devnull,
        "LC_ALL": "C.UTF-8",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
    }


class BareRepository:
    """One repository's commits.

    Args:
        path: Its directory.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def create(self, source: Path | None, default_branch: str) -> None:
        """Make it: empty, or with all branches and tags of `source`."""
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        _git(self.path.parent, "init", "-q", "--bare", f"--initial-branch={default_branch}", str(self.path))
        if source is not None and self.is_repository(source):
            self.fetch(source, "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
        self.run("config", "http.receivepack", "true")
        self.run("config", "uploadpack.allowAnySHA1InWant", "true")
        self.run("config", "receive.denyDeleteCurrent", "refuse")
        self.run("config", "transfer.hideRefs", "refs/internal")

    @staticmethod
    def is_repository(directory: Path) -> bool:
        """Whether `directory` is a git checkout or a bare clone."""
        if not directory.is_dir():
            return False
        try:
            top = _git(directory, "rev-parse", "--git-dir", "--show-prefix").decode().splitlines()
        except GitError:
            return False
        return len(top) < 2 or not top[1]  # noqa: PLR2004 - a directory within another checkout is no repository

    @staticmethod
    def head_branch(directory: Path) -> str:
        """The branch that a checkout is on; empty when it is on none."""
        try:
            return _git(directory, "symbolic-ref", "--short", "-q", "HEAD").decode().strip()
        except GitError:
            return ""

    def run(self, *arguments: str, content: bytes | None = None, more: Mapping[str, str] | None = None) -> bytes:
        """Git's output.

        Raises:
            GitError: it failed.
        """
        return _git(self.path, *arguments, content=content, more=more)

    def fetch(self, source: Path, *refspecs: str) -> None:
        """Copy objects and refs from another repository on this machine."""
        self.run("fetch", "-q", "--no-tags", "--no-write-fetch-head", "--", str(source), *refspecs)

    def refs(self, prefix: str = "refs/") -> dict[str, str]:
        """Full ref → commit; annotated tags are followed to their commit."""
        text = self.run("for-each-ref", "--format=%(refname)%00%(objectname)%00%(*objectname)", prefix).decode()
        rows = [line.split("\0") for line in text.splitlines()]
        return {name: peeled or sha for name, sha, peeled in rows if not name.startswith("refs/internal/")}

    def resolve(self, name: str) -> str | None:
        """The commit of a full ref, a branch, a tag or a commit id, in that order; None if there is none."""
        if not name or name.startswith("-") or ".." in name or "@{" in name or ":" in name:
            return None
        candidates = [name] if name.startswith("refs/") else [f"refs/heads/{name}", f"refs/tags/{name}"]
        if names.is_sha(name):
            candidates.append(name)
        for candidate in candidates:
            try:
                return self.run("rev-parse", "--verify", "-q", f"{candidate}^{{commit}}").decode().strip()
            except GitError:
                continue
        return None

    def commit(self, sha: str) -> Commit | None:
        """A commit."""
        found = self.commits(sha, limit=1)
        return found[0] if found else None

    def commits(self, start: str, *, limit: int = _MOST_COMMITS, without: str = "", path: str = "") -> list[Commit]:
        """The history of a commit, the newest first; `without`: minus what that commit has."""
        if not names.is_sha(start):
            return []
        arguments = ["log", "-z", f"--max-count={limit}", f"--format={_FIELDS}", start]
        arguments += [f"^{without}"] if without else []
        try:
            text = self.run(*arguments, "--", *([path] if path else [])).decode(errors="replace")
        except GitError:
            return []
        parts = text.split("\0")
        return [_commit(parts[at : at + 10]) for at in range(0, len(parts) - 9, 10)]

    def read(self, sha: str, path: str) -> bytes | None:
        """A file at a commit; None if there is none."""
        try:
            kind = self.run("cat-file", "-t", f"{sha}:{path}").decode().strip()
            return self.run("cat-file", "blob", f"{sha}:{path}") if kind == "blob" else None
        except GitError:
            return None

    def entries(self, sha: str, path: str) -> list[tuple[str, str, str, int]] | None:
        """What lies in a directory at a commit: type, object id, path and size; None if there is no such directory."""
        place = f"{sha}:{path.strip('/')}" if path.strip("/") else sha
        try:
            text = self.run("ls-tree", "-z", "-l", place).decode(errors="replace")
        except GitError:
            return None
        found = []
        for line in filter(None, text.split("\0")):
            about, _, name = line.partition("\t")
            _, kind, object_id, size = about.split()
            found.append((kind, object_id, name, 0 if size == "-" else int(size)))
        return found

    def files(self, sha: str, directory: str) -> list[str]:
        """The paths of the files in a directory, not below it."""
        found = self.entries(sha, directory) or []
        return [f"{directory.strip('/')}/{name}" for kind, _, name, _ in found if kind == "blob"]

    def changed(self, base: str, head: str) -> list[ChangedFile]:
        """What differs between two commits; without a base, all files of `head`."""
        old = self.run("hash-object", "-t", "tree", "/dev/null").decode().strip() if base == ZERO else base
        states = self.run("diff", "--no-renames", "--name-status", "-z", old, head, "--").decode(errors="replace")
        counts = self.run("diff", "--no-renames", "--numstat", "-z", old, head, "--").decode(errors="replace")
        lines = dict(_numbers(each) for each in filter(None, counts.split("\0")))
        words = {"A": "added", "D": "removed"}
        pairs = list(filter(None, states.split("\0")))
        return [
            ChangedFile(path, words.get(state[0], "modified"), *lines.get(path, (0, 0)))
            for state, path in zip(pairs[::2], pairs[1::2], strict=True)
        ]

    def merge_base(self, one: str, other: str) -> str | None:
        """The best common ancestor."""
        try:
            return self.run("merge-base", one, other).decode().strip() or None
        except GitError:
            return None

    def is_ancestor(self, old: str, new: str) -> bool:
        """Whether going from `old` to `new` loses no commit."""
        try:
            self.run("merge-base", "--is-ancestor", old, new)
        except GitError:
            return False
        return True

    def has(self, sha: str) -> bool:
        """Whether the commit is here."""
        return names.is_sha(sha) and self.resolve(sha) is not None

    def set_ref(self, ref: str, new: str, old: str | None = None) -> None:
        """Move or make a ref, if it still is `old`.

        Raises:
            GitError: it is not, or the name is none.
        """
        self.run("update-ref", ref, new, *([old] if old is not None else []))

    def delete_ref(self, ref: str) -> None:
        """Take a ref away."""
        self.run("update-ref", "-d", ref)

    def merge(self, base: str, head: str, message: str, who: tuple[str, str], at: datetime) -> str | None:
        """The commit that merges `head` into `base`; None on conflicts."""
        try:
            tree = self.run("merge-tree", "--write-tree", "--no-messages", base, head).decode().split()[0]
        except GitError:
            return None
        return self.commit_tree(tree, (base, head), message, who, at)

    def commit_tree(self, tree: str, parents: Sequence[str], message: str, who: tuple[str, str], at: datetime) -> str:
        """A new commit of that tree."""
        moment = at.isoformat()
        name, email = who
        identity = {
            "GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": email, "GIT_AUTHOR_DATE": moment,
            "GIT_COMMITTER_NAME": name, "GIT_COMMITTER_EMAIL": email, "GIT_COMMITTER_DATE": moment,
        }  # fmt: skip
        over = [part for parent in parents for part in ("-p", parent)]
        return self.run("commit-tree", tree, *over, "-F", "-", content=message.encode(), more=identity).decode().strip()

    def with_file(self, base: str | None, path: str, content: bytes | None) -> str:
        """The tree of `base` with one file written, or removed when `content` is None."""
        index = {"GIT_INDEX_FILE": str(self.path / f"index-{os.urandom(8).hex()}")}
        try:
            self.run("read-tree", *([base] if base else ["--empty"]), more=index)
            if content is None:
                self.run("update-index", "--force-remove", "--", path, more=index)
            else:
                blob = self.run("hash-object", "-w", "--stdin", content=content).decode().strip()
                self.run("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}", more=index)
            return self.run("write-tree", more=index).decode().strip()
        finally:
            Path(index["GIT_INDEX_FILE"]).unlink(missing_ok=True)

    def export(self, sha: str, destination: Path) -> None:
        """Write all files of a commit into a directory that is emptied first."""
        shutil.rmtree(destination, ignore_errors=True)
        destination.mkdir(parents=True)
        index = {"GIT_INDEX_FILE": str(destination / ".index")}
        self.run("read-tree", sha, more=index)
        self.run("--work-tree", str(destination), "checkout-index", "-q", "-a", "-f", more=index)
        (destination / ".index").unlink()


def _commit(parts: Sequence[str]) -> Commit:
    sha, tree, parents, author, author_email, authored, committer, committer_email, committed, message = parts
    return Commit(
        sha.strip(), tree, tuple(parents.split()), author, author_email, authored, committer, committer_email,
        committed, message.strip("\n"),
    )  # fmt: skip


def _numbers(line: str) -> tuple[str, tuple[int, int]]:
    added, removed, path = line.split("\t", 2)
    return path, (0 if added == "-" else int(added), 0 if removed == "-" else int(removed))


def _git(
    directory: Path, *arguments: str, content: bytes | None = None, more: Mapping[str, str] | None = None
) -> bytes:
    try:
        done = subprocess.run(
            ["git", *_SAFE, *arguments],
            cwd=directory,
            env=clean_environment() | dict(more or {}),
            input=content if content is not None else b"",
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise GitError(f"git cannot be run: {type(problem).__name__}") from problem
    if done.returncode != 0:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or [f"exit code {done.returncode}"]
        raise GitError(lines[-1])
    return done.stdout
