"""Runs a workflow in memory."""

import textwrap
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from alphaswarm_local.actions.engine import Engine, RunnerSettings, RunResult
from alphaswarm_local.actions.seam.events import Annotated, Conclusion, JobChanged, RunChanged, Status, StepChanged
from alphaswarm_local.actions.seam.in_memory import InMemoryControlPlane
from alphaswarm_local.actions.seam.requests import RepositoryFacts, RunRequest

REPOSITORY = RepositoryFacts("acme/app", 11, 22)
SHA = "a" * 40
PATH = ".github/workflows/main.yml"


def request(**changes: Any) -> RunRequest:
    """A push to main."""
    facts: dict[str, Any] = {
        "run_id": 1,
        "repository": REPOSITORY,
        "event_name": "push",
        "ref": "refs/heads/main",
        "sha": SHA,
        "workflow_path": PATH,
        "workflow_sha": SHA,
        "actor": "mona",
        "actor_id": 3,
    }
    return RunRequest(**{**facts, **changes})


def job(steps: str, head: str = "") -> str:
    """A workflow of one job `a` with these steps."""
    lines = "\n".join(f"      {line}" for line in steps.strip("\n").splitlines())
    return f"on: push\njobs:\n  a:\n    runs-on: x\n{head}    steps:\n{lines}\n"


class Trial:
    """One workflow, its control plane and its runs."""

    def __init__(
        self,
        work: Path,
        workflow: str,
        files: Mapping[str, str] | None = None,
        others: Mapping[str, Mapping[str, str]] | None = None,
        settings: Mapping[str, Any] | None = None,
        **plane: Any,
    ) -> None:
        own = {PATH: textwrap.dedent(workflow), **{name: textwrap.dedent(text) for name, text in (files or {}).items()}}
        self.plane = InMemoryControlPlane({REPOSITORY.name: own, **(others or {})}, **plane)
        quick = {"interrupt_seconds": 0.5, "terminate_seconds": 0.5, "most_jobs": 8}
        self.settings = RunnerSettings(work=work / "runner", **{**quick, **(settings or {})})
        self.engine = Engine(self.plane, self.settings)

    def run(self, **changes: Any) -> RunResult:
        """Run it to the end."""
        return self.engine.execute(request(**changes))

    def log(self, job: str | None = None) -> list[str]:
        """What a job wrote, without the heads of steps."""
        lines, shown, inside = self.plane.log(job), [], False
        for line in lines:
            inside = inside or line.startswith("##[group]Run ")
            if not inside:
                shown.append(line)
            inside = inside and line != "##[endgroup]"
        return shown

    def steps(self, job: str) -> dict[str, Conclusion]:
        """How the steps of a job ended, by name."""
        changed = (each for each in self.plane.events if isinstance(each, StepChanged))
        return {each.name: each.conclusion for each in changed if each.job.key == job and each.conclusion is not None}

    def jobs(self) -> dict[str, Conclusion]:
        """How the jobs ended, by key."""
        changed = (each for each in self.plane.events if isinstance(each, JobChanged))
        return {each.job.key: each.conclusion for each in changed if each.conclusion is not None}

    def message(self, job: str) -> str:
        """What a job said at its end."""
        changed = (each for each in self.plane.events if isinstance(each, JobChanged))
        return next(each.message for each in changed if each.job.key == job and each.conclusion is not None)

    def errors(self) -> list[str]:
        """The annotations."""
        return [each.message for each in self.plane.events if isinstance(each, Annotated)]

    def run_events(self) -> list[RunChanged]:
        """What happened to the run."""
        return [each for each in self.plane.events if isinstance(each, RunChanged)]


def wait_for_line(trial: Trial, line: str) -> None:
    """Until a step has written it."""
    wait_until(lambda: line in trial.plane.log(), f"nobody wrote {line}")


def wait_for_status(trial: Trial, run_id: int, status: Status) -> None:
    """Until a run is that far."""
    events = trial.run_events
    wait_until(
        lambda: any(each.run.run_id == run_id and each.status is status for each in events()),
        f"run {run_id} never was {status}",
    )


def wait_until(holds: Callable[[], object], otherwise: str) -> None:
    """Until it holds."""
    for _ in range(3000):
        if holds():
            return
        threading.Event().wait(0.01)
    pytest.fail(otherwise)
