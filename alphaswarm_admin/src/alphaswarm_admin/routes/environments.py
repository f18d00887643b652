"""The environments side by side, and the plans that wait there."""

from collections.abc import Iterable

from fastapi import APIRouter

from alphaswarm_admin.console import Console
from alphaswarm_admin.contract import environments as contract
from alphaswarm_admin.contract.gate import WaitingPlan, WaitingPlans
from alphaswarm_admin.identity.guard import ConsoleHere
from alphaswarm_admin.identity.people import SignedIn
from alphaswarm_admin.routes.common import EnvironmentName, question, require_environment
from alphaswarm_admin.routes.readers import Reader
from alphaswarm_admin.views import environments as views
from alphaswarm_admin.views.gate import halt_view, waiting_plan
from alphaswarm_core.gates.standing import standing
from alphaswarm_core.ledger.records import RunKind, RunStatus
from alphaswarm_core.ledger.store import Ledger
from alphaswarm_core.ledger.times import format_time

router = APIRouter(tags=["environments"])
_MOST_WAITING = 20


@router.get("/admin/environments", operation_id="listEnvironments")
def list_environments(console: ConsoleHere, person: Reader) -> contract.EnvironmentList:
    """All environments in the order of promotion."""
    with console.ledger.open() as ledger:
        found = [_environment(console, ledger, name, person) for name in console.settings.environments]
        return contract.EnvironmentList(items=found, halt=halt_view(ledger.halt()), as_of=format_time(ledger.now()))


@router.get("/admin/environments/{environment}", operation_id="getEnvironment")
def get_environment(environment: EnvironmentName, console: ConsoleHere, person: Reader) -> contract.Environment:
    """One environment."""
    require_environment(console, environment)
    with console.ledger.open() as ledger:
        return _environment(console, ledger, environment, person)


@router.get("/admin/approvals", operation_id="listWaitingPlans")
def list_waiting_plans(console: ConsoleHere, person: Reader) -> WaitingPlans:
    """The plans of all environments that wait for people, or to be applied."""
    with console.ledger.open() as ledger:
        found = [each for name in console.settings.environments for each in _waiting(console, ledger, name, person)]
    return WaitingPlans(items=sorted(found, key=lambda each: each.run.id))


def _environment(console: Console, ledger: Ledger, name: str, person: SignedIn) -> contract.Environment:
    found = standing(ledger, console.settings, name)
    waiting = list(_waiting(console, ledger, name, person))
    return views.environment(found, console.settings.environments[name], waiting)


def _waiting(console: Console, ledger: Ledger, name: str, person: SignedIn) -> Iterable[WaitingPlan]:
    for status in (RunStatus.awaiting_approval, RunStatus.approved):
        for run in ledger.runs(environment=name, kind=RunKind.plan, status=status, limit=_MOST_WAITING):
            yield waiting_plan(question(console, ledger, run), person)
