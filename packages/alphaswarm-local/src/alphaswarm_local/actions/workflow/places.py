"""Which contexts and functions an expression may use where. Source: docs.github.com, "Contexts reference"."""

from dataclasses import dataclass

from alphaswarm_local.actions.expressions.functions import FUNCTIONS, STATUS_FUNCTIONS

_ALWAYS = frozenset(FUNCTIONS) | {"case"}


@dataclass(frozen=True, slots=True)
class Place:
    """A kind of place in a file. `functions`: those that depend on the run; the others are allowed everywhere."""

    contexts: frozenset[str]
    functions: frozenset[str] = frozenset()

    def refusal(self, contexts: frozenset[str], functions: frozenset[str]) -> str | None:
        """Why these may not be used here, or None."""
        for name in sorted(contexts - self.contexts):
            return (
                f"The context {name!r} is not available here; there are: {', '.join(sorted(self.contexts)) or 'none'}"
            )
        for name in sorted(functions - self.functions - _ALWAYS):
            return f"The function {name!r} is not available here"
        return None


def _place(contexts: str, *functions: str) -> Place:
    return Place(frozenset(contexts.split()), frozenset(functions))


_HASH = "hashfiles"
_RUN = "github inputs vars"
_NEEDS = f"{_RUN} needs"
_MATRIX = f"{_NEEDS} strategy matrix"
_STEP = f"{_MATRIX} secrets steps job runner env"

RUN_NAME = _place(_RUN)
WORKFLOW_ENV = _place(f"{_RUN} secrets")
WORKFLOW_CONCURRENCY = _place(_RUN)
CALL_DEFAULT = _place(_RUN)
CALL_OUTPUT = _place(f"{_RUN} jobs")
JOB_IF = _place(_NEEDS, *STATUS_FUNCTIONS)
STRATEGY = _place(_NEEDS)
JOB = _place(_MATRIX)
JOB_ENV = _place(f"{_MATRIX} secrets")
JOB_DEFAULTS = _place(f"{_MATRIX} env")
JOB_OUTPUT = _place(_STEP)
ENVIRONMENT_URL = _place(_STEP.replace(" secrets", ""))
CALL_SECRETS = _place(f"{_MATRIX} secrets")
STEP = _place(_STEP, _HASH)
STEP_IF = _place(_STEP.replace(" secrets", ""), _HASH, *STATUS_FUNCTIONS)
ACTION_STEP = _place("github inputs strategy matrix steps job runner env", _HASH)
ACTION_IF = _place("github inputs strategy matrix steps job runner env", _HASH, *STATUS_FUNCTIONS)
ACTION_OUTPUT = _place("github inputs strategy matrix steps job runner env")
ACTION_DEFAULT = _place("github strategy matrix job runner", _HASH)
PLAIN = _place("")
