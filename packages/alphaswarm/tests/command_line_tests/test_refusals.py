"""Who may change what from where: each refusal beside what is allowed, with its exit code and its entry."""

from typing import Any

import pytest
from example_project import Project

from .command_line import CommandLine

UP = ("deploy", "up", "--env", "dev", "--yes", "--json")
TEMPORARY = {"AWS_ACCESS_KEY_ID": "ASIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t"}


def refused(command_line: CommandLine, *words: str, code: str, exit_code: int, **options: Any) -> dict[str, Any]:
    ended = command_line.run(*words, "--json", **options)
    assert ended.code == exit_code, ended.err
    assert ended.error["code"] == code
    return ended.error


@pytest.mark.parametrize("command", [("up", "--env", "dev"), ("destroy", "--env", "dev"), ("apply", "0")])
def test_nothing_is_asked_or_done_without_a_terminal(command_line: CommandLine, command: tuple[str, ...]) -> None:
    error = refused(command_line, "deploy", *command, code="AS-USE-001", exit_code=2)

    assert "--yes" in error["fix"]
    assert command_line.runs() == []


def test_unlock_is_not_asked_without_a_terminal(command_line: CommandLine) -> None:
    error = refused(command_line, "runs", "unlock", "0", code="AS-USE-001", exit_code=2)

    assert "--yes" in error["fix"]


def test_environment_that_needs_approval_names_the_way_on(command_line: CommandLine, project: Project) -> None:
    error = refused(command_line, "deploy", "up", "--env", "staging", "--yes", code="AS-GATE-001", exit_code=4)
    planned = command_line.succeed("deploy", "plan", "--env", "staging", "--json").document["run"]
    later = refused(command_line, "deploy", "apply", planned["id"], "--yes", code="AS-GATE-001", exit_code=4)

    assert "deploy plan --env staging" in error["fix"]
    assert planned["status"] == "awaiting_approval"
    assert f"alphaswarm deploy apply {planned['id']}" in later["fix"]
    assert not project.state("staging").exists()
    assert any(kind.endswith(":refused") for kind in command_line.entries())


def test_unknown_environment_is_named_with_those_that_exist(command_line: CommandLine) -> None:
    for words in (
        ("deploy", "plan", "--env", "stagign"),
        ("deploy", "up", "--env", "stagign", "--yes"),
        ("deploy", "destroy", "--env", "stagign", "--yes"),
        ("deploy", "drift", "--env", "stagign"),
        ("deploy", "status", "--env", "stagign"),
        ("runs", "list", "--env", "stagign"),
        ("local", "env", "--env", "stagign"),
    ):
        error = refused(command_line, *words, code="AS-USE-001", exit_code=2)
        assert "dev, staging" in error["why"]
        assert "did you mean 'staging'" in error["why"]


def test_shared_environment_is_not_deployed_from_a_workstation(command_line: CommandLine, project: Project) -> None:
    error = refused(command_line, *UP[:-1], "--target", "aws", code="AS-GATE-003", exit_code=3)

    assert "terraform-pipeline.yml" in error["fix"]
    assert not project.state().exists()
    assert command_line.runs() == []
    assert [kind for kind in command_line.entries() if "refused" in kind] == ["run:up:refused"]


def test_break_glass_is_recorded_in_row_and_entry(command_line: CommandLine, project: Project) -> None:
    ended = command_line.run(*UP, "--target", "aws", "--break-glass", "the pipeline is down", env=TEMPORARY)

    assert ended.code == 0, ended.err
    assert "Target: AWS (us-east-1), dev, account 111111111111" in ended.err
    assert project.state().exists()
    assert [run["note"] for run in command_line.runs()] == ["the pipeline is down"] * 2
    assert "break_glass:deploy:used" in command_line.entries()


def test_environment_that_is_not_shared_is_deployed_from_a_workstation(
    command_line: CommandLine, project: Project
) -> None:
    project.settings.write_text(project.settings.read_text().replace("approvals = 0", "approvals = 0\nshared = false"))

    assert command_line.run(*UP, "--target", "aws", env=TEMPORARY).code == 0


def test_workflow_job_is_refused_on_aws_when_no_token_says_who_runs_it(command_line: CommandLine) -> None:
    job = {"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "o/r", "GITHUB_ACTOR": "octocat", "GITHUB_ACTOR_ID": "1"}

    error = refused(command_line, *UP, "--target", "aws", code="AS-ID-001", exit_code=3, env={**TEMPORARY, **job})

    assert "id-token: write" in error["fix"]
    assert command_line.runs() == []


@pytest.mark.parametrize(
    "ambient",
    [
        {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "s"},
        {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SESSION_TOKEN": "t"},
        {"AWS_ACCESS_KEY_ID": "ASIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "s"},
        {**TEMPORARY, "AWS_ENDPOINT_URL": "http://127.0.0.1:4566"},
        {**TEMPORARY, "AWS_ENDPOINT_URL_S3": "https://s3.example.org"},
    ],
    ids=["static", "static with a token", "no token", "loopback", "another endpoint of one service"],
)
def test_aws_target_refuses_static_keys_and_other_endpoints(command_line: CommandLine, ambient: dict[str, str]) -> None:
    words = ("deploy", "plan", "--env", "dev", "--target", "aws")

    error = refused(command_line, *words, code="AS-TGT-001", exit_code=3, env=ambient)

    assert error["fix"]
    assert command_line.runs() == []


def test_local_target_does_not_look_at_keys_of_the_host(command_line: CommandLine) -> None:
    host = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_PROFILE": "production", "AWS_ENDPOINT_URL": "https://example.org"}

    assert command_line.run(*UP, env=host).code == 0


@pytest.mark.parametrize("given", ["size", "=3", "si ze=3", "1size=3", "run_id=7"])
def test_input_that_is_none_is_a_usage_error(command_line: CommandLine, given: str) -> None:
    error = refused(command_line, "deploy", "plan", "--env", "dev", "--var", given, code="AS-USE-001", exit_code=2)

    assert error["fix"]
    assert command_line.runs() == []


def test_input_with_an_equals_sign_reaches_terraform_whole(command_line: CommandLine, project: Project) -> None:
    stack = project.stack()
    stack.write_text(stack.read_text() + '\nvariable "words" { default = "" }\noutput "words" { value = var.words }\n')

    command_line.succeed("deploy", "up", "--env", "dev", "--yes", "--var", "words=a=b c")

    assert '"a=b c"' in project.state().read_text()


def test_input_that_the_stack_does_not_have_is_named(command_line: CommandLine) -> None:
    error = refused(command_line, "deploy", "plan", "--env", "dev", "--var", "sise=3", code="AS-TF-011", exit_code=1)

    assert "sise" in f"{error['what']} {error['why']}"
