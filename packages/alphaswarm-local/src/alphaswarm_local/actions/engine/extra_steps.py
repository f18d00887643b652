"""Steps that no file lists: what actions do before all others, and what they do at the end of the job."""

from collections.abc import Callable, Sequence
from functools import partial

from alphaswarm_core.errors import AlphaSwarmError
from alphaswarm_local.actions.builtin import BuiltIn
from alphaswarm_local.actions.engine.finding_actions import find_action
from alphaswarm_local.actions.engine.frames import Frame
from alphaswarm_local.actions.engine.step_results import StepCancelled, StepFailed
from alphaswarm_local.actions.engine.stepping import step_name, step_work
from alphaswarm_local.actions.engine.using import run_pre
from alphaswarm_local.actions.seam.events import Conclusion
from alphaswarm_local.actions.workflow.action_files import NodeRuns
from alphaswarm_local.actions.workflow.model import Step


def run_pre_steps(frame: Frame, steps: Sequence[Step], number: int) -> int:
    """Run the `pre` of the Node.js actions that steps use, in their order; the number of the next step.

    Those of the workspace have none: it is still empty now, on GitHub too.
    """
    for offset, step in enumerate(steps):
        if not step.uses or step.uses.startswith("./"):
            continue
        found = find_action(frame.session, step.uses)
        if isinstance(found, BuiltIn) or not isinstance(found.file.runs, NodeRuns) or not found.file.runs.pre:
            continue
        if found.file.runs.pre_if.holds(frame.scope()):
            work = step_work(frame, step, number, offset)
            _run(frame, number, f"Pre {step_name(frame, step)}", partial(run_pre, work, found))
            number += 1
    return number


def run_post_steps(frame: Frame, number: int) -> int:
    """Run what steps have left for the end, the last one first; the number of the next step."""
    session = frame.session
    while session.post:
        step = session.post.pop()
        if step.condition.holds(frame.scope()):
            _run(frame, number, step.name, partial(step.run, number))
            number += 1
    return number


def _run(frame: Frame, number: int, name: str, run: Callable[[], object]) -> None:
    """One of them: whatever happens in it fails the job and keeps no other from running."""
    reporter = frame.session.reporter
    reporter.step_started(number, name)
    conclusion = Conclusion.SUCCESS
    try:
        run()
    except StepCancelled:
        conclusion = Conclusion.CANCELLED
    except (StepFailed, AlphaSwarmError) as failure:
        reporter.error(number, str(failure))
        conclusion = Conclusion.FAILURE
        frame.fail()
    reporter.step_ended(number, name, conclusion, conclusion)
