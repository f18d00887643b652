"""Runs a list of steps: conditions, variables, `continue-on-error`, time limits, outputs."""

from collections.abc import Mapping, Sequence

from alphaswarm_core.errors import AlphaSwarmError
from alphaswarm_local.actions.engine.frames import Frame
from alphaswarm_local.actions.engine.limits import minutes_of
from alphaswarm_local.actions.engine.scripts import run_script
from alphaswarm_local.actions.engine.step_results import StepCancelled, StepFailed, StepResult
from alphaswarm_local.actions.engine.step_work import StepWork
from alphaswarm_local.actions.engine.truth import holds
from alphaswarm_local.actions.engine.using import use_action
from alphaswarm_local.actions.expressions import Scope
from alphaswarm_local.actions.seam.events import Conclusion
from alphaswarm_local.actions.workflow.model import Step


def run_steps(frame: Frame, steps: Sequence[Step], first_number: int) -> int:
    """Run steps in order; the number of the next one."""
    for offset, step in enumerate(steps):
        number = frame.number or first_number + offset
        result = _run_one(frame, step, number, offset)
        frame.steps[step.id or f"__{offset}"] = result.context()
    return first_number + len(steps)


def _run_one(frame: Frame, step: Step, number: int, offset: int) -> StepResult:
    """One step, whatever happens in it."""
    reporter = frame.session.reporter
    name = step_name(frame, step)
    if not frame.number:
        reporter.step_started(number, name)
    result = _decided(frame, step, number, offset)
    if not frame.number:
        reporter.step_ended(number, name, result.conclusion, result.outcome)
    return result


def _decided(frame: Frame, step: Step, number: int, offset: int) -> StepResult:
    try:
        if not step.condition.holds(frame.scope()):
            return StepResult(Conclusion.SKIPPED, Conclusion.SKIPPED)
    except AlphaSwarmError as error:
        frame.session.reporter.error(number, _said(error))
        frame.fail()
        return StepResult(Conclusion.FAILURE, Conclusion.FAILURE)
    return _executed(frame, step, number, offset)


def _executed(frame: Frame, step: Step, number: int, offset: int) -> StepResult:
    outputs: Mapping[str, str] = {}
    outcome = Conclusion.SUCCESS
    own: dict[str, str] = {}
    try:
        work = step_work(frame, step, number, offset)
        own = work.own
        outputs = run_script(work) if step.run is not None else use_action(work)
    except StepCancelled:
        outcome = Conclusion.CANCELLED
    except StepFailed as failure:
        outcome, outputs = Conclusion.FAILURE, failure.outputs
        if str(failure):
            frame.session.reporter.error(number, str(failure))
    except AlphaSwarmError as error:
        outcome = Conclusion.FAILURE
        frame.session.reporter.error(number, _said(error))
    except (OSError, ValueError) as error:  # a step can remove the directories of its job; some texts no process takes
        outcome = Conclusion.FAILURE
        frame.session.reporter.error(number, f"The step cannot go on: {error}")
    return StepResult(outcome, _concluded(frame, step, number, outcome, own), outputs)


def step_work(frame: Frame, step: Step, number: int, offset: int) -> StepWork:
    """A step, ready to run.

    Raises:
        ExpressionError: a variable or the time limit cannot be evaluated.
        StepFailed: the time limit is none.
    """
    action = step.id or (f"__run_{offset}" if step.run else f"__{step.uses.partition('@')[0].replace('/', '_')}")
    own = {name: each.text(frame.scope(action=action)) for name, each in step.env.items()}
    return StepWork(
        frame=frame,
        step=step,
        name=step_name(frame, step),
        number=number,
        action=action,
        own=own,
        seconds=_seconds(step, frame.scope(own)),
        run_inner=run_steps,
        state=frame.states.setdefault(id(step), {}),
    )


def _concluded(frame: Frame, step: Step, number: int, outcome: Conclusion, own: Mapping[str, str]) -> Conclusion:
    """`conclusion` from `outcome`: a failure that the step allows is none."""
    if outcome is not Conclusion.FAILURE:
        return outcome
    try:
        if holds(step.continue_on_error, frame.scope(own)):
            return Conclusion.SUCCESS
    except AlphaSwarmError as error:
        frame.session.reporter.error(number, _said(error))
    frame.fail()
    return Conclusion.FAILURE


def _seconds(step: Step, scope: Scope) -> float | None:
    return None if step.timeout_minutes is None else minutes_of(step.timeout_minutes, scope) * 60


def _said(error: AlphaSwarmError) -> str:
    return f"{error.what} ({error.why})" if error.why else error.what


def step_name(frame: Frame, step: Step) -> str:
    """What people see; an expression that cannot be evaluated yet is shown as it is written."""
    shown = step.name or step.run
    if shown is None:
        return f"Run {step.uses}"
    try:
        text = shown.text(frame.scope())
    except AlphaSwarmError:
        text = shown.source
    return text if step.name is not None else f"Run {(text.strip().splitlines() or [''])[0]}"
