"""Checks of a change as they are written, run by the local runner: a tool that is missing or complains is no pass."""

import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from alphaswarm_local.actions.engine import Engine, RunnerSettings, RunResult
from alphaswarm_local.actions.seam.in_memory import InMemoryControlPlane
from alphaswarm_local.actions.seam.requests import RunRequest
from tests.workflows.hollow import REPOSITORY, SHA
from tests.workflows.reading import PROJECT, WORKFLOWS

_PATH = ".github/workflows/one.yml"
_STANDARD = ("bash", "sh", "cat", "env", "dirname", "readlink")


class Machine:
    """A machine with a few tools; `docker` is there when a test says how it ends."""

    def __init__(self, place: Path) -> None:
        self.place, self.said, self.tools = place, place / "said", place / "tools"
        self.tools.mkdir()
        for name in _STANDARD:
            found = shutil.which(name)
            assert found is not None
            (self.tools / name).symlink_to(found)
        self.has("alphaswarm", f'cd {PROJECT} && exec {sys.executable} -m alphaswarm "$@"')

    def has(self, name: str, script: str) -> None:
        """Put a tool there."""
        (self.tools / name).write_text(f"#!/bin/sh\n{script}\n")
        (self.tools / name).chmod(0o755)

    def has_docker(self, code: int) -> None:
        """A docker that writes down what it is asked for, and ends so."""
        self.has("docker", f'echo "$@" >> {self.said}; exit {code}')

    def run(self, job: str, *steps: str) -> tuple[RunResult, list[str]]:
        """Run these steps of a job of pr-validate.yml, word for word: the result and the log."""
        found: dict[str, Any] = dict(WORKFLOWS["pr-validate.yml"].jobs[job])
        found["steps"] = [step for step in found["steps"] if step.get("name") in steps]
        assert len(found["steps"]) == len(steps)
        text = yaml.safe_dump({"on": "push", "permissions": {}, "jobs": {job: found}}, sort_keys=False)
        plane = InMemoryControlPlane({REPOSITORY.name: {_PATH: text}})
        engine = Engine(plane, RunnerSettings(work=self.place / "work", path=str(self.tools)))
        result = engine.execute(
            RunRequest(
                run_id=1,
                repository=REPOSITORY,
                event_name="push",
                ref="refs/heads/main",
                sha=SHA,
                workflow_path=_PATH,
                workflow_sha=SHA,
                actor="mona",
                actor_id=3,
            )
        )
        return result, plane.log()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


CONTAINERS = pytest.mark.parametrize(
    ("job", "step", "variable", "words"),
    [
        ("tfsec", "Look for misconfigurations", "TRIVY", "config --exit-code 1 --severity HIGH,CRITICAL"),
        ("conftest", "Test the policy with conftest", "CONFTEST", "verify --policy policy --data policy/data"),
    ],
)


@CONTAINERS
def test_a_check_whose_tool_is_missing_fails(machine: Machine, job: str, step: str, variable: str, words: str) -> None:
    result, log = machine.run(job, step)

    assert result.conclusion == "failure"
    assert any("docker: command not found" in line for line in log)


@CONTAINERS
def test_a_check_whose_tool_complains_fails_and_one_that_does_not_passes(
    machine: Machine, job: str, step: str, variable: str, words: str
) -> None:
    machine.has_docker(1)
    complained, _ = machine.run(job, step)
    machine.has_docker(0)
    passed, _ = machine.run(job, step)

    assert (complained.conclusion, passed.conclusion) == ("failure", "success")
    image = str(WORKFLOWS["pr-validate.yml"].jobs[job]["env"][variable])
    asked = machine.said.read_text().splitlines()
    assert len(asked) == 2
    assert f":/project:ro --workdir /project {image} {words}" in asked[0]


def test_the_trust_is_audited_and_proved(machine: Machine) -> None:
    result, log = machine.run("trust", "Audit workflows, roles and trees", "Prove the trust")

    assert result.conclusion == "success", log
    assert any(line.startswith("clean; ") for line in log)


def test_an_audit_that_cannot_start_fails(machine: Machine) -> None:
    (machine.tools / "alphaswarm").unlink()

    result, log = machine.run("trust", "Audit workflows, roles and trees")

    assert result.conclusion == "failure"
    assert any("alphaswarm: command not found" in line for line in log)


def test_tests_that_the_local_runner_leaves_out_are_said_to_be(machine: Machine) -> None:
    result, log = machine.run("tests", "Test", "Say that nothing was tested")

    assert result.conclusion == "success"
    assert any("leaves the tests out" in line for line in log)


def test_nothing_else_is_left_out_by_the_local_runner() -> None:
    """A check that passes because it was not run is none."""
    left_out = [
        step["name"] for file in WORKFLOWS.values() for step in file.steps() if "runner.name" in str(step.get("if", ""))
    ]

    assert left_out == ["Test", "Say that nothing was tested"]
