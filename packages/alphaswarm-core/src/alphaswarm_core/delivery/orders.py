"""What a deploy build is asked to do: an order, and the few variables that carry it into the build.

A variable of a build can be code (`BASH_ENV`, `LD_PRELOAD`, `PIP_INDEX_URL`), so the caller may set only those named
here: `infrastructure/` denies every other one, and a test compares the two. None is run or expanded by the build: each
has a narrow form, checked before the build starts and again inside. What decides who may do what (environment, target,
ledger, roles) is the project's own configuration and cannot be set by the caller.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from alphaswarm_core.delivery.executor_errors import OrderRefusedError

ACTION = "ALPHASWARM_ACTION"
PLAN_RUN = "ALPHASWARM_PLAN_RUN"
INPUTS = "ALPHASWARM_INPUTS"
EVIDENCE = "ALPHASWARM_EVIDENCE"

ORDER_VARIABLES = (ACTION, EVIDENCE, INPUTS, PLAN_RUN)
"""The only variables that a caller may set in the deploy build; `build_variables` of the module `github-oidc`."""

ENVIRONMENT = "ALPHASWARM_ENVIRONMENT"
LEDGER_URL = "ALPHASWARM_LEDGER_URL"

PROJECT_VARIABLES = {ENVIRONMENT: "PLAINTEXT", LEDGER_URL: "SECRETS_MANAGER"}
"""What the project itself has to set, and as which type; the ledger's is the ARN of the runtime's secret."""

_RUN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TOKEN = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_LARGEST_TOKEN = 8 * 1024
_LARGEST_INPUTS = 16 * 1024
_INPUT_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,127}")
_ENVIRONMENT_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")


class Action(StrEnum):
    """What the build does: one verb of `alphaswarm deploy`."""

    PLAN = "plan"
    PLAN_DESTROY = "plan-destroy"
    UP = "up"
    APPLY = "apply"
    DRIFT = "drift"
    DESTROY = "destroy"
    PROMOTE = "promote"
    ROLLBACK = "rollback"


_OF_A_RUN = frozenset({Action.APPLY, Action.PROMOTE, Action.ROLLBACK})


@dataclass(frozen=True, slots=True)
class Order:
    """One order.

    Attributes:
        action: What to do.
        plan_run: For `apply` whose plan to apply; for `promote` and `rollback` from which apply to plan; the full id.
        inputs: Input variables on top of the stack's files, for actions that plan a change.
        evidence: The OIDC token of the job that gives the order, made for us alone; it says who, it allows nothing.
    """

    action: Action
    plan_run: str | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)
    evidence: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        _check(self)

    def variables(self) -> dict[str, str]:
        """The order as variables of a build; nothing that it does not say is set."""
        given = {
            ACTION: str(self.action),
            PLAN_RUN: self.plan_run or "",
            INPUTS: json.dumps(dict(self.inputs), sort_keys=True, separators=(",", ":")) if self.inputs else "",
            EVIDENCE: self.evidence or "",
        }
        return {name: value for name, value in given.items() if value}

    def key(self) -> tuple[str, str]:
        """What tells it from another order. The evidence does not: each try has a token of its own."""
        return str(self.action), f"{self.plan_run} {sorted(self.inputs.items())}"


def read_order(environ: Mapping[str, str]) -> Order:
    """The order that the variables of a build carry.

    Raises:
        OrderRefusedError: a variable is missing or has not its form.
    """
    action = environ.get(ACTION, "")
    if action not in set(Action):
        raise OrderRefusedError(f"{ACTION} is {action!r}", fix=f"One of: {', '.join(Action)}")
    return Order(
        Action(action), environ.get(PLAN_RUN) or None, _inputs(environ.get(INPUTS, "")), environ.get(EVIDENCE) or None
    )


def environment_of(environ: Mapping[str, str]) -> str:
    """The environment that the build's project deploys.

    Raises:
        OrderRefusedError: the project does not say, or says something that is no name.
    """
    name = environ.get(ENVIRONMENT, "")
    if not _ENVIRONMENT_NAME.fullmatch(name):
        raise OrderRefusedError(
            f"{ENVIRONMENT} is {name!r}",
            why="the build project has to name its environment",
            fix="Apply the landing zone",
        )
    return name


def _inputs(text: str) -> dict[str, str]:
    if not text:
        return {}
    if len(text) > _LARGEST_INPUTS:
        raise OrderRefusedError(f"{INPUTS} has {len(text)} characters", why=f"{_LARGEST_INPUTS} are the most")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise OrderRefusedError(f"{INPUTS} is not JSON") from None
    if not isinstance(document, dict) or not all(isinstance(each, str) for each in document.values()):
        raise OrderRefusedError(f"{INPUTS} is not an object of texts")
    return document


def _check(order: Order) -> None:
    needs_run = order.action in _OF_A_RUN
    if needs_run != (order.plan_run is not None):
        raise OrderRefusedError(f"{order.action} {'needs' if needs_run else 'does not take'} the id of a run")
    if order.plan_run is not None and not _RUN.fullmatch(order.plan_run):
        raise OrderRefusedError(f"{order.plan_run!r} is not the id of a run", why="a build gets the full id")
    if order.inputs and order.action not in {Action.PLAN, Action.UP, Action.PROMOTE}:
        raise OrderRefusedError(f"{order.action} takes no inputs", why="the plan was made with its own")
    for name in order.inputs:
        if not _INPUT_NAME.fullmatch(name) or name == "run_id":
            raise OrderRefusedError(f"{name!r} cannot be an input variable")
    if order.evidence is not None and (len(order.evidence) > _LARGEST_TOKEN or not _TOKEN.fullmatch(order.evidence)):
        raise OrderRefusedError(f"{EVIDENCE} has not the form of a token")
