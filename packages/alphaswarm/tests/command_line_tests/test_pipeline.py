"""`alphaswarm pipeline` against a running local cloud: events, runs, approvals, and what each exit code means."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from example_project import Project

from .command_line import CommandLine

SETTINGS = """
schema = 1
project = "example"
region = "us-east-1"
[github.repositories.platform]
name = "acme/app"
id = 4711
owner_id = 815
[environments.dev]
account_id = "111111111111"
approvals = 0
[trees.alphaswarm_platform]
path = "terraform/environments/{env}"
applied_by = "runtime"
"""
WORKFLOW = """
name: Pipeline
on:
  push: {branches: [main]}
  pull_request:
  repository_dispatch: {types: [admin-image-published]}
  workflow_dispatch:
    inputs:
      env: {type: choice, options: [dev, prod], required: true}
permissions: {}
jobs:
  plan:
    runs-on: ubuntu-latest
    permissions: {contents: read, id-token: write}
    steps:
      - uses: actions/checkout@v4
      - env:
          TITLE: ${{ github.event.pull_request.title || github.event.client_payload.image }}
        run: |
          echo "files $(ls)"
          echo "title $TITLE"
          echo "identity ${ACTIONS_ID_TOKEN_REQUEST_TOKEN:+given}"
  apply:
    if: github.event_name == 'workflow_dispatch'
    needs: plan
    environment: ${{ inputs.env }}
    runs-on: ubuntu-latest
    steps:
      - run: echo applied
"""


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandLine]:
    root = tmp_path_factory.mktemp("pipeline") / "project"
    (root / ".github" / "workflows").mkdir(parents=True)
    (root / "alphaswarm.toml").write_text(SETTINGS)
    (root / ".gitignore").write_text(".alphaswarm\n")
    (root / ".github" / "workflows" / "terraform-pipeline.yml").write_text(WORKFLOW)
    git(root, "init", "-q", "--initial-branch=main")
    commit(root, "Begin")
    line = CommandLine(Project(root))
    line.succeed("local", "up")
    yield line
    line.succeed("local", "down")


def git(root: Path, *words: str) -> None:
    who = {f"GIT_{part}_{name}": value for part in ("AUTHOR", "COMMITTER")
           for name, value in (("NAME", "Ada Author"), ("EMAIL", "ada-author@people.example"))}  # fmt: skip
    clean = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", **who}
    subprocess.run(["git", *words], cwd=root, env=clean, check=True, capture_output=True, timeout=60)


def commit(root: Path, message: str) -> None:
    git(root, "add", "-A")
    git(root, "commit", "-q", "--allow-empty", "-m", message)


def log(line: CommandLine, run: int) -> str:
    return line.succeed("pipeline", "logs", str(run), "--job", "plan").out


def test_a_change_goes_from_a_fork_over_its_merge_to_an_approved_apply(line: CommandLine) -> None:
    root = line.project.root
    git(root, "checkout", "-q", "-b", "feature")
    (root / "new.txt").write_text("new\n")
    commit(root, "Add $(touch pwned) `touch pwned`; ${{ github.token }}")
    fork = line.succeed("pipeline", "run", "pull_request", "--fork", "--json").document["runs"][0]
    assert (fork["event"], fork["actor"]["login"], fork["conclusion"]) == ("pull_request", "olga-outside", "success")
    told = log(line, fork["id"])
    assert "title Add $(touch pwned) `touch pwned`; ${{ github.token }}" in told  # data, and nothing but data
    assert "identity given" not in told  # a fork gets no identity, whatever the workflow asks for
    assert "new.txt" in told

    merged = line.succeed("pipeline", "run", "push", "--pr", "1", "--as", "rita-reviewer", "--json").document["runs"][0]
    assert (merged["event"], merged["head_branch"], merged["conclusion"]) == ("push", "main", "success")
    assert "identity given" in log(line, merged["id"])

    guard(line)
    waiting = line.run("pipeline", "run", "workflow_dispatch", "--input", "env=prod", "--json")
    assert waiting.code == 4
    run = waiting.document["runs"][0]
    assert run["waiting_for"] == ["prod"]
    stranger = line.run("pipeline", "approve", str(run["id"]), "--as", "olga-outside", "--json")
    assert stranger.code != 0
    assert "not a required reviewer" in stranger.error["why"]
    assert line.run("pipeline", "watch", str(run["id"]), "--json").code == 4  # it still waits
    line.succeed("pipeline", "approve", str(run["id"]), "--as", "remy-reviewer", "--comment", "go")
    done = line.succeed("pipeline", "watch", str(run["id"]), "--json").document["runs"][0]
    assert [(job["name"], job["conclusion"]) for job in done["jobs"]] == [("plan", "success"), ("apply", "success")]
    again = line.run("pipeline", "approve", str(run["id"]), "--json")
    assert (again.code, again.error["why"]) == (2, "it waits for nothing")
    listed = line.succeed("pipeline", "list").out
    assert str(run["id"]) in listed


def test_a_rejected_run_fails(line: CommandLine) -> None:
    guard(line)
    run = line.run("pipeline", "run", "workflow_dispatch", "--input", "env=prod", "--json").document["runs"][0]
    line.succeed("pipeline", "approve", str(run["id"]), "--reject", "--env", "prod")
    assert line.run("pipeline", "watch", str(run["id"])).code == 1


def test_a_repository_dispatch_carries_its_payload_as_data(line: CommandLine) -> None:
    payload = '{"image": "$(touch pwned) && `id` ${{ secrets.X }}"}'
    words = ("pipeline", "run", "repository_dispatch", "--type", "admin-image-published", "--payload", payload)
    run = line.succeed(*words, "--json").document["runs"][0]
    assert "title $(touch pwned) && `id` ${{ secrets.X }}" in log(line, run["id"])


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("schedule",), 1, "AS-PIP-001"),
        (("repository_dispatch", "--type", "something-else"), 1, "AS-PIP-001"),
        (("workflow_dispatch", "--input", "env=moon"), 1, "it can be: dev, prod"),
        (("workflow_dispatch", "--input", "env"), 2, "is no input"),
        (("workflow_dispatch", "--workflow", "nothing.yml"), 1, "AS-GH-014"),
        (("workflow_dispatch", "--input", "env=dev", "--as", "olga-outside"), 3, "AS-GH-013"),
        (("push", "--as", "nobody"), 1, "AS-GH-014"),
        (("push", "--ref", "no-such-branch"), 2, "no branch or tag"),
        (("push", "--input", "a=b"), 2, "push does not take --input"),
        (("repository_dispatch",), 2, "has a type"),
        (("repository_dispatch", "--type", "t", "--payload", "[1]"), 2, "has to be a JSON object"),
        (("push", "--repo", "other"), 2, "There is no repository"),
    ],
)
def test_what_cannot_happen_is_refused(line: CommandLine, words: tuple[str, ...], code: int, said: str) -> None:
    ended = line.run("pipeline", "run", *words)
    assert (ended.code, said in ended.err) == (code, True), ended.err


def guard(line: CommandLine) -> None:
    """Protect prod, as the administrator does."""
    from alphaswarm_core.adapters.github import local_client
    from alphaswarm_core.local_address import read_local_address

    with local_client(read_local_address(line.project.home), "alex-admin") as admin:
        people = [admin.get(f"/users/{login}")["id"] for login in ("rita-reviewer", "remy-reviewer")]
        reviewers = [{"type": "User", "id": number} for number in people]
        admin.put("/repos/acme/app/environments/prod", {"reviewers": reviewers, "prevent_self_review": True})
