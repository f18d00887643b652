"""GitHub's settings through the program: set up from nothing, compared, and looked at before a gated apply."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from example_project import Project

from alphaswarm.program import run

from .command_line import CommandLine, Ended
from .fake_github import REPOSITORY, Environment, FakeGithub, fake_github

SETTINGS = """
[github]
gate_app = "example-gate"
[github.repositories.platform]
name = "octo-org/octo-repo"
id = 456789
owner_id = 123456
apply_workflows = [".github/workflows/terraform-pipeline.yml"]
[people.ann]
github_id = 4711
"""
PATH = f"/repos/{REPOSITORY}/environments/staging"


@pytest.fixture
def github() -> Iterator[FakeGithub]:
    with fake_github() as running:
        yield running


@dataclass(frozen=True)
class Here:
    """The program called in this process: these are many calls, and none of them starts anything."""

    environment: dict[str, str]
    directory: str
    capture: pytest.CaptureFixture[str]
    patch: pytest.MonkeyPatch

    def run(self, *words: str, env: dict[str, str] | None = None) -> Ended:
        with self.patch.context() as patch:
            patch.chdir(self.directory)
            for name in [each for each in os.environ if each.startswith(("GITHUB_", "GH_", "AWS_", "ALPHASWARM_"))]:
                patch.delenv(name)
            for name, value in {**self.environment, **(env or {})}.items():
                patch.setenv(name, value)
            self.capture.readouterr()
            code = run(words)
            out, err = self.capture.readouterr()
        return Ended(code, out, err)

    def succeed(self, *words: str) -> Ended:
        ended = self.run(*words)
        assert ended.code == 0, ended.err
        return ended


@pytest.fixture
def administrator(
    command_line: CommandLine,
    project: Project,
    github: FakeGithub,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Here:
    """The program with a token of an administrator."""
    text = project.settings.read_text().replace(
        "approvals = 1", 'approvals = 1\nreviewers = ["ann"]\nreviewer_teams = ["platform"]'
    )
    project.settings.write_text(text + SETTINGS)
    environment = {**command_line.environment, "GITHUB_API_URL": github.url, "GITHUB_TOKEN": "a-token"}
    return Here(environment, str(project.root), capsys, monkeypatch)


def check(administrator: Here, *words: str) -> Ended:
    return administrator.run("github", "check", *words, "--json")


def off(ended: Ended) -> dict[str, str]:
    """What is not ok: aspect and live."""
    return {each["aspect"]: each["live"] for each in ended.document["findings"] if each["verdict"] != "ok"}


def test_what_was_set_up_is_as_declared(administrator: Here, github: FakeGithub) -> None:
    done = administrator.run("github", "setup", "--json")

    assert done.code == 0, done.err
    staging, dev = github.environments["staging"], github.environments["dev"]
    reviewers = staging.document["protection_rules"][0]
    assert reviewers["prevent_self_review"] is True
    assert [each["reviewer"]["id"] for each in reviewers["reviewers"]] == [4711, 31]
    assert staging.document["can_admins_bypass"] is False
    assert [each["name"] for each in staging.branches] == ["main"]
    assert staging.rules[0]["app"]["slug"] == "example-gate"
    assert staging.variables["AWS_DEPLOYER_ROLE_ARN"] == "arn:aws:iam::222222222222:role/aqp-gha-apply"
    assert dev.rules == []
    assert check(administrator).code == 0
    assert check(administrator).document["verdict"] == "ok"


def test_setting_up_again_changes_nothing(administrator: Here, github: FakeGithub) -> None:
    administrator.succeed("github", "setup")
    github.writes.clear()

    administrator.succeed("github", "setup")

    assert {method for method, _ in github.writes} == {"PUT", "PATCH"}
    assert len(github.environments["staging"].branches) == 1
    assert len(github.environments["staging"].rules) == 1


def test_protection_stands_before_the_variables(administrator: Here, github: FakeGithub) -> None:
    administrator.succeed("github", "setup", "--env", "staging")

    calls = [path.removeprefix(PATH) for _, path in github.writes]
    assert calls[:3] == ["", "/deployment-branch-policies", "/deployment_protection_rules"]
    assert all(each.startswith("/variables") for each in calls[3:])


def test_other_branches_that_were_allowed_are_taken_out(administrator: Here, github: FakeGithub) -> None:
    administrator.succeed("github", "setup")
    github.environments["staging"].branches.append({"id": 9, "name": "release/*", "type": "branch"})
    github.environments["staging"].branches.append({"id": 10, "name": "main", "type": "tag"})
    assert off(check(administrator)) == {"deployments from": "main, branch release/*, tag main"}

    administrator.succeed("github", "setup")

    assert [each["name"] for each in github.environments["staging"].branches] == ["main"]


def test_gate_that_is_not_installed_is_named(administrator: Here, github: FakeGithub) -> None:
    github.apps = []

    refused = administrator.run("github", "setup", "--json")

    assert refused.error["code"] == "AS-GH-020"
    assert github.environments["staging"].variables == {}


Change = Callable[[FakeGithub], object]


def staging(github: FakeGithub) -> Environment:
    return github.environments["staging"]


def reviewers(github: FakeGithub) -> dict[str, Any]:
    rule: dict[str, Any] = staging(github).document["protection_rules"][0]
    return rule


EVIL = "arn:aws:iam::999999999999:role/evil"
SUBJECT, ACTIONS, RULES = "/actions/oidc/customization/sub", "/actions/permissions", "/rules/branches/main"
WORKFLOWS = "/actions/permissions/workflow"


@pytest.mark.parametrize(
    ("aspect", "live", "change"),
    [
        ("administrators may bypass", "yes", lambda g: staging(g).document.update(can_admins_bypass=True)),
        ("deployments from", "any branch or tag", lambda g: staging(g).document.update(deployment_branch_policy=None)),
        ("gate's rule", "none", lambda g: staging(g).rules.clear()),
        ("gate's rule", "none", lambda g: staging(g).rules[0].update(enabled=False)),
        ("variable AWS_DEPLOYER_ROLE_ARN", EVIL, lambda g: staging(g).variables.update(AWS_DEPLOYER_ROLE_ARN=EVIL)),
        ("starter may approve", "yes", lambda g: reviewers(g).update(prevent_self_review=False)),
        ("reviewers", "Team 31", lambda g: reviewers(g)["reviewers"].pop(0)),
        ("exists", "no: a workflow that names it creates it unprotected", lambda g: g.environments.pop("staging")),
        ("id", "1", lambda g: g.documents[""].update(id=1)),
        ("tokens' subject", "a template of its own", lambda g: g.documents[SUBJECT].update(use_default=False)),
        ("subject format", "legacy", lambda g: g.documents[SUBJECT].update(use_immutable_subject=False)),
        ("actions by commit only", "no", lambda g: g.documents[ACTIONS].update(sha_pinning_required=False)),
        (
            "GITHUB_TOKEN by default",
            "write",
            lambda g: g.documents[WORKFLOWS].update(default_workflow_permissions="write"),
        ),
        ("rules of main", "non_fast_forward, pull_request", lambda g: g.documents[RULES].pop(0)),
        ("reviews before a merge to main", "0", lambda g: g.documents[RULES][2].update(parameters={})),
    ],
)
def test_each_change_of_a_setting_is_drift(
    administrator: Here, github: FakeGithub, aspect: str, live: str, change: Change
) -> None:
    administrator.succeed("github", "setup")
    change(github)

    compared = check(administrator)

    assert compared.code == 3
    assert compared.document["verdict"] == "drift"
    assert off(compared)[aspect] == live


@pytest.mark.parametrize("status", [403, 404])
@pytest.mark.parametrize(
    "path",
    [
        f"/repos/{REPOSITORY}/actions/oidc/customization/sub",
        f"/repos/{REPOSITORY}/actions/permissions",
        f"/repos/{REPOSITORY}/rules/branches/main",
        f"{PATH}/deployment-branch-policies",
        f"{PATH}/deployment_protection_rules",
        f"{PATH}/variables",
        "/orgs/octo-org/teams/platform",
    ],
)
def test_what_may_not_be_read_is_unknown(administrator: Here, github: FakeGithub, path: str, status: int) -> None:
    administrator.succeed("github", "setup")
    github.hidden[path] = status

    compared = check(administrator)

    assert compared.code == 5
    assert compared.document["verdict"] == "unknown"
    assert off(compared)


def test_everything_is_unknown_when_the_repository_is_not_to_be_seen(administrator: Here, github: FakeGithub) -> None:
    github.hidden[f"/repos/{REPOSITORY}"] = 403

    verdicts = {each["aspect"]: each["verdict"] for each in check(administrator).document["findings"]}

    assert verdicts["exists"] == "unknown"
    assert verdicts["repository"] == "unknown"


def test_environment_without_reviewers_is_not_set_up(administrator: Here, project: Project) -> None:
    text = project.settings.read_text().replace('reviewers = ["ann"]\nreviewer_teams = ["platform"]', "")
    project.settings.write_text(text)

    assert administrator.run("github", "setup", "--json").error["code"] == "AS-CFG-001"


JOB = {"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": REPOSITORY, "GITHUB_SHA": "a" * 40}
APPLY = ("deploy", "apply", "0193a6b2-0000-7000-8000-000000000000", "--env", "staging", "--executor", "codebuild")


def apply_in_a_job(administrator: Here, **variables: str) -> Ended:
    return administrator.run(*APPLY, "--yes", "--json", env={**JOB, **variables})


@pytest.mark.parametrize(
    "change",
    [
        lambda g: g.environments.clear(),
        lambda g: g.environments["staging"].document.update(protection_rules=[]),
        lambda g: g.environments["staging"].document.update(can_admins_bypass=True),
        lambda g: g.environments["staging"].document.update(deployment_branch_policy=None),
        lambda g: g.environments["staging"].rules.clear(),
        lambda g: g.hidden.update({PATH: 403}),
        lambda g: g.hidden.update({f"{PATH}/deployment_protection_rules": 404}),
    ],
)
def test_apply_in_a_job_is_refused_when_its_environment_does_not_hold_it(
    administrator: Here, github: FakeGithub, change: Change
) -> None:
    administrator.succeed("github", "setup")
    change(github)

    refused = apply_in_a_job(administrator)

    assert refused.code == 3
    assert refused.error["code"] == "AS-GHS-001"


def test_apply_in_a_job_goes_on_when_its_environment_holds_it(administrator: Here, github: FakeGithub) -> None:
    administrator.succeed("github", "setup")
    github.hidden["/orgs/octo-org/teams/platform"] = 404  # a job's token does not see teams

    assert apply_in_a_job(administrator).error["code"] != "AS-GHS-001"


def test_apply_in_a_job_is_refused_when_it_cannot_look(administrator: Here) -> None:
    assert apply_in_a_job(administrator, GITHUB_TOKEN="").error["code"] == "AS-GH-017"


ZONE = """
[trees.infrastructure]
path = "infrastructure/envs/{env}"
applied_by = "terraform"
"""


def apply_zone_in_a_job(administrator: Here, project: Project) -> Ended:
    """An apply of plans that nobody kept: whoever comes past the look at the environment is told so."""
    with project.settings.open("a") as settings:
        settings.write(ZONE)
    kept = ("--kept", str(project.root), "--digest", "a" * 64)
    return administrator.run("landing-zone", "apply", "--env", "staging", *kept, "--json", env=JOB)


def test_landing_zone_in_a_job_is_not_applied_when_its_environment_does_not_hold_it(
    administrator: Here, project: Project
) -> None:
    refused = apply_zone_in_a_job(administrator, project)

    assert refused.code == 3
    assert refused.error["code"] == "AS-GHS-001"


def test_landing_zone_in_a_job_comes_to_its_plans_when_its_environment_holds_it(
    administrator: Here, project: Project
) -> None:
    administrator.succeed("github", "setup")

    assert apply_zone_in_a_job(administrator, project).error["code"] == "AS-KEEP-001"
