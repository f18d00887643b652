"""A job of the local GitHub runs the program: who it is comes from its token, whatever its environment says."""

from collections.abc import Iterator

import pytest
from example_project import Project

from alphaswarm_core.identity.github.events import Event
from alphaswarm_core.identity.github.jobs_of import workflow_job
from alphaswarm_core.identity.github.repositories import Repository
from alphaswarm_core.identity.github.subjects import SubjectFormat
from alphaswarm_core.local_address import read_local_address
from alphaswarm_local.github.client import register_job

from .command_line import CommandLine

PLAN = ("deploy", "plan", "--env", "dev")
REPOSITORY = Repository(name="octo-org/octo-repo", id=456789, owner_id=123456, subject_format=SubjectFormat.IMMUTABLE)
CLAIMED = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_REPOSITORY": "octo-org/octo-repo",
    "GITHUB_ACTOR": "somebody-else",
    "GITHUB_ACTOR_ID": "1",
    "GITHUB_RUN_ID": "77",
    "GITHUB_SHA": "b" * 40,
    "GITHUB_REF": "refs/heads/main",
}


@pytest.fixture
def cloud(project: Project) -> Iterator[CommandLine]:
    command_line = CommandLine(project)
    command_line.succeed("local", "up")
    yield command_line
    command_line.succeed("local", "down")


def test_row_names_whom_the_token_names(cloud: CommandLine) -> None:
    job = workflow_job(Event.PUSH, REPOSITORY, ".github/workflows/a.yml", actor="mona", actor_id=4711, run_id=77)
    granted = register_job(read_local_address(cloud.project.home), job)

    cloud.succeed(*PLAN, env={**CLAIMED, **granted})
    run = cloud.runs()[0]
    document = cloud.succeed("runs", "show", run["id"], "--json").document["run"]

    assert run["actor"]["subject"] == "github:4711"
    assert run["actor"]["display_name"] == "mona"
    assert run["actor"]["run_url"] == "https://github.com/octo-org/octo-repo/actions/runs/77"
    assert run["commit"] == "b" * 40
    assert len(document["claims_digest"]) == 64


def test_job_is_refused_when_its_token_is_not_given_out(cloud: CommandLine) -> None:
    job = workflow_job(Event.PUSH, REPOSITORY, ".github/workflows/a.yml")
    granted = register_job(read_local_address(cloud.project.home), job)

    ended = cloud.run(*PLAN, "--json", env={**CLAIMED, **granted, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "guessed"})

    assert ended.error["code"] == "AS-ID-002"
    assert cloud.runs() == []


def test_job_of_another_github_is_described_and_not_believed(cloud: CommandLine) -> None:
    """Somebody's own pipeline rehearses: its issuer's keys are not the local cloud's, and nothing is shared."""
    cloud.succeed(*PLAN, env={**CLAIMED, "ACTIONS_ID_TOKEN_REQUEST_URL": "https://issuer.example/x?y=1"})

    run = cloud.runs()[0]
    assert run["actor"]["subject"] == "github:1"
    assert cloud.succeed("runs", "show", run["id"], "--json").document["run"]["claims_digest"] is None
