"""The runner knows all that the repository's own workflow files say: each key, action and input."""

from collections.abc import Iterator

import pytest

from alphaswarm_local.actions.builtin import BUILT_IN
from alphaswarm_local.actions.drawing.mermaid import mermaid
from alphaswarm_local.actions.drawing.reading import Drawable, read_drawable
from alphaswarm_local.actions.engine.calls import check_permissions, find_calls
from alphaswarm_local.actions.seam.in_memory import InMemoryControlPlane
from alphaswarm_local.actions.seam.requests import RepositoryFacts, RunRequest
from alphaswarm_local.actions.workflow.action_files import FILE_NAMES, CompositeRuns, parse_action
from alphaswarm_local.actions.workflow.model import Step
from tests.workflows.reading import PROJECT, WORKFLOWS

_NAME = "octo-org/octo-repo"

each_workflow = pytest.mark.parametrize("name", WORKFLOWS)


def _steps(drawable: Drawable) -> Iterator[Step]:
    """The steps of a workflow, of those that it calls, and of the checkout's own actions that they use."""
    for job in drawable.workflow.jobs.values():
        yield from _with_own_actions(job.steps)
    for called in drawable.calls.values():
        yield from _steps(called)


def _with_own_actions(steps: tuple[Step, ...]) -> Iterator[Step]:
    for step in steps:
        yield step
        if step.uses.startswith("./"):
            yield from _with_own_actions(_own_action(step))


def _own_action(step: Step) -> tuple[Step, ...]:
    files = [PROJECT / step.uses / name for name in FILE_NAMES if (PROJECT / step.uses / name).is_file()]
    assert files, f"there is no action {step.uses}"
    action = parse_action(files[0].read_text(), step.uses)
    needed = {name for name, each in action.inputs.items() if each.required and each.default is None}
    assert needed <= set(step.inputs) <= set(action.inputs), f"{step.uses} takes {sorted(action.inputs)}"
    return action.runs.steps if isinstance(action.runs, CompositeRuns) else ()


@each_workflow
def test_the_runner_has_every_action_that_a_workflow_uses_and_does_what_is_asked_of_it(name: str) -> None:
    for step in _steps(read_drawable(WORKFLOWS[name].path)):
        if not step.uses or step.uses.startswith("./"):
            continue
        action = BUILT_IN.get(step.uses.rpartition("@")[0].lower())
        assert action is not None, f"{name}, line {step.line}: the runner has no {step.uses}"
        _, unknown = action.inputs_from({each: given.source for each, given in step.inputs.items()})
        assert not unknown, f"{name}, line {step.line}: {action.name} has no inputs {unknown}"


@each_workflow
def test_a_run_of_a_workflow_could_start(name: str) -> None:
    files = {f".github/workflows/{each}": file.text for each, file in WORKFLOWS.items()}
    path, workflow = f".github/workflows/{name}", read_drawable(WORKFLOWS[name].path).workflow
    plane = InMemoryControlPlane({_NAME: files})
    run = RunRequest(
        run_id=1,
        repository=RepositoryFacts(_NAME, 1, 2),
        event_name="push",
        ref="refs/heads/main",
        sha="a" * 40,
        workflow_path=path,
        workflow_sha="a" * 40,
        actor="mona",
        actor_id=3,
    )

    check_permissions(workflow, find_calls(plane, run, workflow), run.default_permissions, called=False)
    assert mermaid(read_drawable(WORKFLOWS[name].path)).startswith("flowchart LR\n    events")
