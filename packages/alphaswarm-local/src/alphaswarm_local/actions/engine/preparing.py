"""Before a job's first own step: whether this machine fits, and whether all actions that it uses are there."""

import platform
from collections.abc import Sequence

from alphaswarm_core.errors import AlphaSwarmError
from alphaswarm_local.actions.engine.finding_actions import FoundAction, find_action
from alphaswarm_local.actions.engine.frames import DEEPEST_ACTION
from alphaswarm_local.actions.engine.session import JobSession
from alphaswarm_local.actions.errors import WorkflowFileError
from alphaswarm_local.actions.seam.events import Conclusion
from alphaswarm_local.actions.workflow.action_files import CompositeRuns
from alphaswarm_local.actions.workflow.model import Step

_NUMBER, _NAME = 1, "Set up job"


def refuse_other_systems(labels: Sequence[str], line: int) -> None:
    """Refuse a job for another system. Linux's are taken everywhere, so that one can rehearse on a Mac.

    Args:
        labels: `runs-on`.
        line: The job's, in its file.

    Raises:
        WorkflowFileError: it is one for Windows, or for macOS on another machine.
    """
    here = platform.system()
    for label in labels:
        system = label.lower().partition("-")[0]
        if system == "windows" or (system == "macos" and here != "Darwin"):
            raise WorkflowFileError(f"runs-on is {label[:60]}, and every job runs on this machine, a {here}", line=line)


def set_up_job(session: JobSession, steps: Sequence[Step]) -> None:
    """Say what the job may, and find its actions: a missing one fails the job before anything runs."""
    reporter, facts = session.reporter, session.facts
    reporter.step_started(_NUMBER, _NAME)
    reporter.say(_NUMBER, f"Job: {facts.name}")
    may = ", ".join(f"{scope}: {level}" for scope, level in facts.permissions.items())
    reporter.say(_NUMBER, f"GITHUB_TOKEN Permissions: {may or 'none'}")
    seen: set[str] = set()
    _find(session, steps, seen, 0)
    conclusion = Conclusion.FAILURE if session.failed else Conclusion.SUCCESS
    reporter.step_ended(_NUMBER, _NAME, conclusion, conclusion)


def _find(session: JobSession, steps: Sequence[Step], seen: set[str], depth: int) -> None:
    """Find the actions of steps, and those that composite ones use in turn.

    Actions of the workspace are not there yet; neither is it checked what they use.
    """
    for uses in (step.uses for step in steps if step.uses and not step.uses.startswith("./")):
        if uses in seen:
            continue
        seen.add(uses)
        try:
            found = find_action(session, uses)
        except AlphaSwarmError as error:
            session.reporter.error(_NUMBER, f"{error.what} ({error.why})" if error.why else error.what)
            session.failed = True
            continue
        session.reporter.say(_NUMBER, f"Action: {uses}")
        runs = found.file.runs if isinstance(found, FoundAction) else None
        if isinstance(runs, CompositeRuns) and depth < DEEPEST_ACTION:
            _find(session, runs.steps, seen, depth + 1)
