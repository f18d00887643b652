"""Which commit a checkout stands on: from git's files, or from the job's variables."""

from pathlib import Path

import pytest

from alphaswarm_core.source_revision import SourceRevision, source_revision

A, B = "a" * 40, "b" * 40


@pytest.fixture
def git(tmp_path: Path) -> Path:
    directory = tmp_path / "project/.git"
    directory.mkdir(parents=True)
    (directory / "HEAD").write_text("ref: refs/heads/main\n")
    return directory


def test_commit_of_a_branch_is_found(git: Path) -> None:
    (git / "refs/heads").mkdir(parents=True)
    (git / "refs/heads/main").write_text(A + "\n")

    assert source_revision(git.parent, {}) == SourceRevision(A, "refs/heads/main")
    below = git.parent / "deep/below"
    below.mkdir(parents=True)
    assert source_revision(below, {}).commit == A


def test_commit_of_a_packed_branch_is_found(git: Path) -> None:
    (git / "packed-refs").write_text(f"# pack-refs with: peeled\n{B} refs/heads/other\n{A} refs/heads/main\n^{B}\n")

    assert source_revision(git.parent, {}) == SourceRevision(A, "refs/heads/main")


def test_commit_without_a_branch_is_found(git: Path) -> None:
    (git / "HEAD").write_text(A)

    assert source_revision(git.parent, {}) == SourceRevision(A, None)


def test_commit_of_a_worktree_is_found(git: Path, tmp_path: Path) -> None:
    (git / "refs/heads").mkdir(parents=True)
    (git / "refs/heads/topic").write_text(B)
    inner = git / "worktrees/topic"
    inner.mkdir(parents=True)
    (inner / "HEAD").write_text("ref: refs/heads/topic\n")
    (inner / "commondir").write_text("../..\n")
    worktree = tmp_path / "topic"
    worktree.mkdir()
    (worktree / ".git").write_text(f"gitdir: {inner}\n")

    assert source_revision(worktree, {}) == SourceRevision(B, "refs/heads/topic")


@pytest.mark.parametrize("head", ["", "garbage", "ref: refs/heads/missing"])
def test_checkout_without_a_commit_has_none(git: Path, head: str) -> None:
    (git / "HEAD").write_text(head)

    assert source_revision(git.parent, {}).commit is None


def test_job_and_build_say_their_own_commit(git: Path) -> None:
    job = {"GITHUB_SHA": B, "GITHUB_REF": "refs/heads/x"}

    assert source_revision(git.parent, job) == SourceRevision(B, "refs/heads/x")
    assert source_revision(git.parent, {"CODEBUILD_RESOLVED_SOURCE_VERSION": B}) == SourceRevision(B, None)
    assert source_revision(git.parent, {"GITHUB_SHA": "main"}).commit is None
