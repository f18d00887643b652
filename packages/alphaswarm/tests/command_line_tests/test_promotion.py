"""What was applied and verified goes on to the next environment, and back: whole stories, each with its refusals."""

import json
import subprocess
from dataclasses import dataclass
from typing import Any

import pytest
from example_project import Project

from .command_line import CommandLine

GIT_ENVIRONMENT = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}


@dataclass
class Repository:
    """The small project as a repository, with `staging` promoted from `dev`."""

    command_line: CommandLine
    project: Project

    def begin(self) -> None:
        settings = self.project.settings.read_text()
        self.project.settings.write_text(settings.replace("approvals = 1", 'approvals = 1\npromoted_from = "dev"'))
        for environment in ("dev", "staging"):
            stack = self.project.stack(environment)
            stack.write_text(stack.read_text().replace("../../../state", f"{self.project.root}/state"))
        (self.project.root / ".gitignore").write_text("state/\n.alphaswarm/\n.terraform*\n")
        self.git("init", "-q", "-b", "main")
        self.commit("v1")

    def git(self, *words: str) -> str:
        names = ("-c", "user.name=Eve", "-c", "user.email=eve@example.com")
        done = subprocess.run(
            ["git", *names, *words],
            cwd=self.project.root,
            env={**self.command_line.environment, **GIT_ENVIRONMENT},
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def commit(self, part: str) -> str:
        """Another version of the module that both environments share."""
        text = self.project.part.read_text()
        self.project.part.write_text(text.replace(text.partition('input = "')[2].partition('"')[0], part))
        self.git("add", "-A")
        self.git("commit", "-q", "-m", part)
        return self.git("rev-parse", "HEAD")

    def do(self, *words: str) -> Any:
        return self.command_line.succeed(*words, "--json").document

    def refused(self, *words: str, code: str) -> dict[str, Any]:
        ended = self.command_line.run(*words, "--json")
        assert ended.code != 0, ended.out
        assert ended.error["code"] == code, ended.error
        return ended.error

    def deployed(self, environment: str) -> str:
        """What the state of an environment holds of the shared module."""
        resources = json.loads(self.project.state(environment).read_text())["resources"]
        return next(
            str(each["instances"][0]["attributes"]["input"]["value"]) for each in resources if each.get("module")
        )

    def status(self, environment: str) -> dict[str, Any]:
        status: dict[str, Any] = self.do("deploy", "status")["environments"][environment]
        return status

    def approve_and_apply(self, plan: str) -> dict[str, Any]:
        self.do("gate", "approve", plan, "--as", "bob")
        applied: dict[str, Any] = self.do("deploy", "apply", plan, "--yes")["run"]
        return applied

    def last_entry(self) -> dict[str, Any]:
        lines = self.command_line.succeed("ledger", "export").out.splitlines()
        entries = [json.loads(line) for line in lines if '"kind"' in line]
        body = entries[-1]["body"]
        return {"kind": entries[-1]["kind"], **(json.loads(body) if isinstance(body, str) else body)}


@pytest.fixture
def repository(command_line: CommandLine, project: Project) -> Repository:
    repository = Repository(command_line, project)
    repository.begin()
    return repository


def test_change_goes_on_only_when_it_was_applied_and_verified_before(repository: Repository) -> None:
    promote = ("promote", "--from", "dev", "--to", "staging")
    assert "nothing was applied" in repository.refused(*promote, code="AS-GATE-009")["why"]
    first = repository.do("deploy", "up", "--env", "dev", "--yes")["run"]
    assert "deploy drift --env dev" in repository.refused(*promote, code="AS-GATE-009")["fix"]
    assert repository.last_entry()["kind"] == "run:promotion:refused"
    assert repository.status("dev")["promotable_to"]["staging"].startswith("not yet")

    repository.do("deploy", "drift", "--env", "dev")
    assert repository.status("dev")["promotable_to"] == {"staging": "yes"}
    repository.commit("v2")  # main has moved on: what is promoted is what runs in dev, not what is checked out
    planned = repository.do(*promote)["run"]
    assert (planned["commit"], planned["purpose"], planned["parent_run_id"]) == (
        first["commit"],
        "promotion",
        first["id"],
    )
    repository.refused("deploy", "apply", planned["id"], "--yes", code="AS-GATE-001")
    repository.approve_and_apply(planned["id"])

    assert repository.deployed("staging") == "v1"
    assert repository.status("dev")["promotable_to"] == {"staging": "it is there already"}
    standing = repository.status("staging")
    assert (standing["applied"]["commit"], standing["drifted"]) == (first["commit"], None)
    text = repository.command_line.succeed("deploy", "status", "--env", "staging").out
    assert "nobody has looked since the apply" in text
    repository.command_line.require_whole_ledger()


def test_change_that_skipped_an_environment_is_refused_when_nobody_waived_it(repository: Repository) -> None:
    repository.do("deploy", "up", "--env", "dev", "--yes")
    repository.do("deploy", "drift", "--env", "dev")
    repository.commit("v2")
    planned = repository.do("deploy", "plan", "--env", "staging")["run"]
    repository.do("gate", "approve", planned["id"], "--as", "bob")
    error = repository.refused("deploy", "apply", planned["id"], "--yes", code="AS-GATE-009")
    assert "commit" in error["why"]
    assert repository.last_entry()["kind"] == "run:apply:refused"
    assert not repository.project.state("staging").exists()

    repository.do("gate", "waive", planned["id"], "--as", "cy", "--reason", "hotfix for incident 42")
    assert repository.last_entry()["kind"] == "promotion:waived"
    repository.do("deploy", "apply", planned["id"], "--yes")

    assert repository.deployed("staging") == "v2"
    assert repository.refused("promote", "--from", "staging", "--to", "dev", code="AS-USE-001")["why"]


def test_environment_goes_back_to_an_earlier_run_through_the_same_gate(repository: Repository) -> None:
    for version in ("v1", "v2"):
        if version != "v1":
            repository.commit(version)
        repository.do("deploy", "up", "--env", "dev", "--yes")
        repository.do("deploy", "drift", "--env", "dev")
        repository.approve_and_apply(repository.do("promote", "--from", "dev", "--to", "staging")["run"]["id"])
    applies = repository.do("runs", "list", "--env", "staging", "--kind", "apply")["runs"]
    earlier = applies[-1]
    assert repository.deployed("staging") == "v2"

    planned = repository.do("deploy", "rollback", "--env", "staging", "--to", earlier["id"])["run"]
    assert (planned["purpose"], planned["parent_run_id"], planned["status"]) == (
        "rollback",
        earlier["id"],
        "awaiting_approval",
    )
    assert planned["note"] == f"rollback of run {earlier['id']}"
    repository.refused("deploy", "apply", planned["id"], "--yes", code="AS-GATE-001")
    repository.approve_and_apply(planned["id"])

    assert repository.deployed("staging") == "v1"
    shown = repository.command_line.succeed("runs", "show", planned["id"]).out
    assert f"rollback of run {earlier['id']}" in shown
    assert repository.git("worktree", "list").count("\n") == 0  # nothing of the scratch checkout is left
    repository.command_line.require_whole_ledger()


def test_way_back_is_refused_when_there_is_none(repository: Repository) -> None:
    back = ("deploy", "rollback", "--env", "dev", "--to")
    text = repository.project.part.read_text()
    repository.project.part.write_text(text.replace('"v1"', '"never committed"'))
    dirty = repository.do("deploy", "up", "--env", "dev", "--yes")["run"]
    error = repository.refused(*back, dirty["id"], code="AS-GATE-011")
    assert "terraform/modules/part/main.tf" in error["why"]
    assert repository.last_entry()["kind"] == "run:rollback:refused"

    plan = dirty["parent_run_id"]
    assert "not an apply" in repository.refused(*back, plan, code="AS-GATE-011")["why"]
    other = ("deploy", "rollback", "--env", "staging", "--to", dirty["id"])
    assert "not an apply of alphaswarm_platform/staging" in repository.refused(*other, code="AS-GATE-011")["why"]
    assert repository.last_entry()["kind"] == "run:rollback:refused"
    assert repository.deployed("dev") == "never committed"
