"""Runs of the repository's own workflows whose steps do nothing but say what a scenario wants: what is left decides.

Triggers, needs, conditions, matrices, environments, permissions and called bodies are those of the files, and the
runner that decides on them is the local cloud's. The order job is real: it reads the event by the program.
"""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from alphaswarm_local.actions.engine import Engine, RunnerSettings, RunResult
from alphaswarm_local.actions.seam.cancellation import Cancellation
from alphaswarm_local.actions.seam.control_plane import Admission
from alphaswarm_local.actions.seam.events import JobChanged
from alphaswarm_local.actions.seam.in_memory import InMemoryControlPlane
from alphaswarm_local.actions.seam.requests import JobFacts, RepositoryFacts, RunRequest
from tests.workflows.reading import PROJECT, WORKFLOWS

REPOSITORY = RepositoryFacts("Alpha-Swarm-ai/alphaswarm_platform", 1, 2)
ENVIRONMENTS = ("dev", "staging", "prod")
SHA = "a" * 40
_READ_EVENT = f"cd {PROJECT} && {sys.executable} -m alphaswarm pipeline-event --outputs"


@dataclass(frozen=True)
class Scenario:
    """What happens, and what the jobs find out.

    Attributes:
        outputs: Of steps, by job and name.
        failing: Jobs whose steps fail.
        refused: Environments that do not let anybody in.
    """

    event: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    ref: str = "refs/heads/main"
    outputs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    failing: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    from_fork: bool = False


@dataclass(frozen=True)
class Happened:
    """How a run went.

    Attributes:
        jobs: Conclusion by key.
        asked: The environments that were asked, by the key of the job.
        opened: The jobs that ran.
    """

    result: RunResult
    jobs: Mapping[str, str]
    asked: Mapping[str, str]
    opened: tuple[JobFacts, ...]

    def ran(self) -> set[str]:
        """The keys of the jobs that succeeded."""
        return {key for key, conclusion in self.jobs.items() if conclusion == "success"}


def play(work: Path, workflow: str, scenario: Scenario) -> Happened:
    """Run a workflow through a scenario."""
    asked: dict[str, str] = {}

    def admit(job: JobFacts, _: Cancellation) -> Admission:
        asked[job.key] = job.environment or ""
        return Admission(admitted=job.environment not in scenario.refused, reason="refused")

    files = {f".github/workflows/{name}": _hollow(name, scenario) for name in WORKFLOWS}
    plane = InMemoryControlPlane({REPOSITORY.name: files}, environments=dict.fromkeys(ENVIRONMENTS, admit))
    result = Engine(plane, RunnerSettings(work=work)).execute(_request(workflow, scenario))
    changed = [each for each in plane.events if isinstance(each, JobChanged) and each.conclusion is not None]
    jobs = {each.job.key: str(each.conclusion) for each in changed}
    return Happened(result, jobs, asked, tuple(plane.opened))


def _request(workflow: str, scenario: Scenario) -> RunRequest:
    pull = "pull_request" in scenario.payload
    return RunRequest(
        run_id=1,
        repository=REPOSITORY,
        event_name=scenario.event,
        event=scenario.payload,
        ref=scenario.ref,
        sha=SHA,
        workflow_path=f".github/workflows/{workflow}",
        workflow_sha=SHA,
        actor="mona",
        actor_id=3,
        base_ref="main" if pull else "",
        head_ref="feature" if pull else "",
        inputs=dict(scenario.payload.get("inputs", {})),
        from_fork=scenario.from_fork,
    )


def _hollow(name: str, scenario: Scenario) -> str:
    document: dict[Any, Any] = yaml.safe_load(WORKFLOWS[name].text)
    document["on"] = document.pop(True)
    for job, found in document["jobs"].items():
        if "steps" in found:
            found["steps"] = _steps(job, found, scenario)
            found.pop("env", None)
    return yaml.safe_dump(document, sort_keys=False)


def _steps(name: str, job: Mapping[str, Any], scenario: Scenario) -> list[dict[str, str]]:
    if name == "order":
        return [{"id": "event", "run": _READ_EVENT}]
    named = sorted(set(re.findall(r"steps\.(\w+)\.outputs", str(job.get("outputs", {})))))
    said = "".join(f"echo '{key}={value}' >> $GITHUB_OUTPUT\n" for key, value in scenario.outputs.get(name, {}).items())
    steps = [{"id": step, "run": said or "true"} for step in named]
    return [*steps, {"run": "exit 1" if name in scenario.failing else "true"}]
