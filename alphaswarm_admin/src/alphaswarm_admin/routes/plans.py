"""What a plan would do: its tree, and its changes in pages."""

import threading
from collections import OrderedDict
from typing import Annotated

from fastapi import APIRouter, Query

from alphaswarm_admin.console import Console
from alphaswarm_admin.contract import plans as contract
from alphaswarm_admin.errors import NotKeptHereError
from alphaswarm_admin.identity.guard import ConsoleHere
from alphaswarm_admin.routes.common import Limit, RunId, exact_run
from alphaswarm_admin.routes.readers import Reader
from alphaswarm_admin.views.plans import PlanView, Wanted

router = APIRouter(tags=["plans"])


class _Recent:
    """The last plans that were looked at: unpacking one of 10,000 resources for each page would cost a second."""

    def __init__(self, most: int = 4) -> None:
        self._most = most
        self._guard = threading.Lock()
        self._views: OrderedDict[str, PlanView] = OrderedDict()

    def get(self, run_id: str) -> PlanView | None:
        with self._guard:
            if run_id in self._views:
                self._views.move_to_end(run_id)
            return self._views.get(run_id)

    def put(self, view: PlanView) -> None:
        with self._guard:
            self._views[view.run_id] = view
            while len(self._views) > self._most:
                self._views.popitem(last=False)


_RECENT = _Recent()


@router.get("/admin/runs/{run_id}/plan", operation_id="getPlanTree")
def get_plan_tree(run_id: RunId, console: ConsoleHere, _: Reader) -> contract.PlanTree:
    """The plan as a tree of modules. Of an apply it is that of the plan that it applies."""
    return _plan(console, run_id).tree


@router.get("/admin/runs/{run_id}/plan/changes", operation_id="listPlanChanges")
def list_plan_changes(
    *,
    run_id: RunId,
    console: ConsoleHere,
    _: Reader,
    module: Annotated[str | None, Query(max_length=1000, description="In this module and below it.")] = None,
    action: Annotated[contract.ChangeAction | None, Query(description="With this action.")] = None,
    text: Annotated[str, Query(max_length=200, description="With this in the address.")] = "",
    cursor: Annotated[int, Query(ge=0, le=10_000_000, description="`next_cursor` of the page before.")] = 0,
    limit: Limit = 50,
) -> contract.ResourceChangePage:
    """What happens to each resource: destroys first, then by address."""
    return _plan(console, run_id).page(Wanted(module, action, text), cursor, limit)


def _plan(console: Console, run_id: str) -> PlanView:
    known = _RECENT.get(run_id)
    if known is not None:  # a plan never changes
        return known
    with console.ledger.open() as ledger:
        run = exact_run(ledger, run_id)
        planned = ledger.run(run.parent_run_id) if run.parent_run_id and run.purpose is None else run
        document = ledger.plan_changes(planned)
    if document is None:
        raise NotKeptHereError(
            f"What run {run.id} would do is not kept",
            why="it failed before it had a plan, was made by an older version, or is too large",
            fix=f"alphaswarm runs show {planned.id}" if planned.plan_digest else None,
        )
    view = PlanView(run.id, str(planned.plan_digest or ""), document)
    _RECENT.put(view)
    return view
