"""What operations of all areas share."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Path, Query

from alphaswarm_admin.console import Console
from alphaswarm_admin.contract.common import ErrorEnvelope
from alphaswarm_admin.errors import NotFoundError
from alphaswarm_core.gates.asking import question_about
from alphaswarm_core.gates.deciding import Question
from alphaswarm_core.ledger.records import Run
from alphaswarm_core.ledger.store import Ledger
from alphaswarm_core.target import Target

RUN_ID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
NAME = r"^[a-z0-9][a-z0-9_-]{0,63}$"

RunId = Annotated[str, Path(pattern=RUN_ID, description="The id of a run.")]
EnvironmentName = Annotated[str, Path(pattern=NAME, description="The name of an environment.")]
Limit = Annotated[int, Query(ge=1, le=200, description="How many at the most.")]

REFUSALS: Mapping[int | str, dict[str, Any]] = {
    400: {"model": ErrorEnvelope, "description": "What was asked for does not exist or does not fit."},
    401: {"model": ErrorEnvelope, "description": "Nobody is signed in."},
    403: {"model": ErrorEnvelope, "description": "Refused: role, fresh sign-in, origin, trust or policy."},
    404: {"model": ErrorEnvelope, "description": "There is no such thing."},
    409: {"model": ErrorEnvelope, "description": "It has changed meanwhile, or was done already."},
    413: {"model": ErrorEnvelope, "description": "The body is too large."},
    422: {"model": ErrorEnvelope, "description": "The request does not have its form."},
    503: {"model": ErrorEnvelope, "description": "The ledger or a service does not answer. Nothing was changed."},
}


def require_environment(console: Console, name: str | None) -> None:
    """Refuse an environment that is not declared.

    Raises:
        NotFoundError: it is not.
    """
    if name is not None and name not in console.settings.environments:
        raise NotFoundError(f"There is no environment '{name}'", fix=", ".join(console.settings.environments))


def exact_run(ledger: Ledger, run_id: str) -> Run:
    """The run with that id.

    Raises:
        RunNotFoundError: there is none.
    """
    return ledger.run(run_id)


def question(console: Console, ledger: Ledger, run: Run) -> Question:
    """What the gate decides on, by the rules of the target that the plan was made for.

    Raises:
        NotFoundError: its environment is not declared any more.
    """
    require_environment(console, run.environment)
    return question_about(run, ledger, console.settings, Target(run.target), ledger.now())


def is_kind(text: str) -> bool:
    """Whether `text` could begin the kind of an entry."""
    return re.fullmatch(r"[a-z][a-z0-9_]*(:[a-z][a-z0-9_]*){0,2}", text) is not None
