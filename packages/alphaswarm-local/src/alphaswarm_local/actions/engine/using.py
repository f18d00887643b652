"""`uses` steps: built-in, composite and Node.js actions."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from alphaswarm_local.actions.builtin import ActionCall, BuiltIn
from alphaswarm_local.actions.engine.finding_actions import FoundAction, find_action
from alphaswarm_local.actions.engine.frames import DEEPEST_ACTION, Frame
from alphaswarm_local.actions.engine.session import PostStep
from alphaswarm_local.actions.engine.step_results import StepCancelled, StepFailed
from alphaswarm_local.actions.engine.step_work import StepWork
from alphaswarm_local.actions.errors import InputRefusedError, ToolMissingError
from alphaswarm_local.actions.expressions import condition
from alphaswarm_local.actions.seam.events import Level
from alphaswarm_local.actions.workflow.action_files import ActionFile, CompositeRuns, NodeRuns

_OLDEST_NODE = 20


def use_action(work: StepWork) -> dict[str, str]:
    """Run the action of a step: its outputs."""
    found = find_action(work.session, work.step.uses)
    given = {name: each.text(work.scope()) for name, each in work.step.inputs.items()}
    if isinstance(found, BuiltIn):
        return _use_built_in(work, found, given)
    inputs = _inputs(work, found.file, given)
    work.say(f"##[group]Run {work.step.uses}")
    for name, value in given.items():
        work.say(f"  {name}: {value}")
    work.say("##[endgroup]")
    if isinstance(found.file.runs, CompositeRuns):
        return _use_composite(work, found, found.file.runs, inputs)
    return _use_node(work, found, found.file.runs, inputs)


def _inputs(work: StepWork, file: ActionFile, given: Mapping[str, str]) -> dict[str, str]:
    unknown = sorted(set(given) - set(file.inputs))
    if unknown:
        work.annotate(Level.WARNING, f"Unexpected input(s) {', '.join(unknown)}, valid inputs are {list(file.inputs)}")
    missing = [
        name for name, each in file.inputs.items() if each.required and each.default is None and not given.get(name)
    ]
    if missing:
        raise InputRefusedError(f"{work.step.uses} needs the input(s) {', '.join(missing)}")
    defaults = {name: each.default.text(work.scope()) for name, each in file.inputs.items() if each.default is not None}
    return {**dict.fromkeys(file.inputs, ""), **defaults, **given}


def _use_composite(
    work: StepWork, found: FoundAction, runs: CompositeRuns, inputs: Mapping[str, str]
) -> dict[str, str]:
    frame = work.frame
    if frame.depth >= DEEPEST_ACTION:
        raise StepFailed(f"Composite actions are nested more than {DEEPEST_ACTION} levels deep")
    inner = Frame(
        frame.session,
        github={"action_path": str(found.directory), "action_repository": found.repository, "action_ref": found.ref},
        inputs=inputs,
        env={**frame.env, **work.own},
        depth=frame.depth + 1,
        number=work.number,
    )
    work.run_inner(inner, runs.steps, work.number)
    outputs = {name: each.text(inner.scope()) for name, each in found.file.outputs.items()}
    if inner.failed:
        raise StepFailed("", outputs)
    if work.session.cancellation.requested and not frame.session.failed:
        raise StepCancelled
    return outputs


def _use_node(work: StepWork, found: FoundAction, runs: NodeRuns, inputs: Mapping[str, str]) -> dict[str, str]:
    def post(number: int) -> None:
        work.number = number
        _run_node(work, found, runs.post, inputs)

    if runs.post:
        work.session.post.append(PostStep(f"Post {work.name}", runs.post_if, post))
    if runs.pre and work.step.uses.startswith("./"):
        work.annotate(Level.WARNING, f"`pre` execution is not supported for local action from '{work.step.uses}'")
    elif runs.pre and work.frame.depth > 0 and runs.pre_if.holds(work.frame.scope()):
        _run_node(work, found, runs.pre, inputs)
    return _run_node(work, found, runs.main, inputs)


def run_pre(work: StepWork, found: FoundAction) -> None:
    """Run the `pre` of a Node.js action of the job."""
    if not isinstance(found.file.runs, NodeRuns):
        raise TypeError(found.file.runs)
    given = {name: each.text(work.scope()) for name, each in work.step.inputs.items()}
    _run_node(work, found, found.file.runs.pre, _inputs(work, found.file, given))


def _run_node(work: StepWork, found: FoundAction, script: str, inputs: Mapping[str, str]) -> dict[str, str]:
    path = (found.directory / script).resolve()
    if not path.is_relative_to(found.directory.resolve()) or not path.is_file():
        raise StepFailed(f"The action {work.step.uses} has no script {script}")
    variables = {f"INPUT_{name.upper().replace(' ', '_')}": value for name, value in inputs.items()}
    state = {f"STATE_{name}": value for name, value in work.state.items()}
    return work.run(
        [_node(work), str(path)],
        directory=work.session.layout.workspace,
        more={**variables, **state},
        action_path=str(found.directory),
        action_repository=found.repository,
        action_ref=found.ref,
    )


def _node(work: StepWork) -> str:
    found = shutil.which("node", path=work.session.search_path)
    if found is None:
        raise ToolMissingError(
            f"{work.step.uses} needs Node.js, which is not on this machine",
            fix=f"Install Node.js {_OLDEST_NODE} or newer",
        )
    return found


def _use_built_in(work: StepWork, action: BuiltIn, given: Mapping[str, str]) -> dict[str, str]:
    inputs, unknown = action.inputs_from(given)
    if unknown:
        work.annotate(
            Level.WARNING, f"Unexpected input(s) {', '.join(unknown)}, valid inputs are {sorted(action.inputs)}"
        )
    work.say(f"Run {work.step.uses} (built into this runner)")
    call = ActionCall(work, inputs, Path(work.session.layout.workspace))
    if action.post is not None:
        finish = action.post

        def post(number: int) -> None:
            work.number = number
            finish(call)

        work.session.post.append(PostStep(f"Post {work.name}", condition("always()"), post))
    action.main(call)
    return call.outputs
