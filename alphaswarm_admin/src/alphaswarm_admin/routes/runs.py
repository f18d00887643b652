"""Runs: the list, one of them, its gate, its entries and its log."""

from typing import Annotated

from fastapi import APIRouter, Query

from alphaswarm_admin.console import Console
from alphaswarm_admin.contract import runs as contract
from alphaswarm_admin.contract.gate import GateAnswer
from alphaswarm_admin.contract.ledger import EntryPage
from alphaswarm_admin.errors import NotKeptHereError
from alphaswarm_admin.identity.guard import ConsoleHere
from alphaswarm_admin.routes.common import NAME, RUN_ID, Limit, RunId, exact_run, question, require_environment
from alphaswarm_admin.routes.readers import Reader
from alphaswarm_admin.views import runs as views
from alphaswarm_admin.views.gate import gate_answer
from alphaswarm_admin.views.ledger import entry
from alphaswarm_admin.views.logs import log_of
from alphaswarm_core.ledger.records import Run, RunKind, RunStatus

router = APIRouter(tags=["runs"])


@router.get("/admin/runs", operation_id="listRuns")
def list_runs(
    *,
    console: ConsoleHere,
    _: Reader,
    environment: Annotated[str | None, Query(pattern=NAME, description="Of one environment.")] = None,
    tree: Annotated[str | None, Query(pattern=NAME, description="Of one tree.")] = None,
    kind: Annotated[RunKind | None, Query(description="Of one kind.")] = None,
    status: Annotated[RunStatus | None, Query(description="In one status.")] = None,
    cursor: Annotated[str | None, Query(pattern=RUN_ID, description="`next_cursor` of the page before.")] = None,
    limit: Limit = 50,
) -> contract.RunPage:
    """Runs, newest first."""
    require_environment(console, environment)
    with console.ledger.open() as ledger:
        found = ledger.runs(
            environment=environment, tree=tree, kind=kind, status=status, limit=limit + 1, before=cursor
        )
    page = found[:limit]
    more = page[-1].id if len(found) > limit else None
    return contract.RunPage(items=[views.run_summary(run) for run in page], next_cursor=more)


@router.get("/admin/runs/{run_id}", operation_id="getRun")
def get_run(run_id: RunId, console: ConsoleHere, _: Reader) -> contract.RunDetail:
    """One run, with everything that is not long."""
    with console.ledger.open() as ledger:
        run = exact_run(ledger, run_id)
        asked = question(console, ledger, run)
        applied_by = ledger.applied_by(run.id) if run.run_kind is RunKind.plan else None
    electorate = asked.electorate()
    return views.run_detail(
        run,
        approvals=[views.approval(each, electorate) for each in asked.approvals],
        involvements=asked.involvements,
        waivers=asked.waivers,
        people=asked.people,
        applied_by=applied_by,
        has_plan=views.has_kept_plan(run),
        has_log=_has_log(console, run),
    )


@router.get("/admin/runs/{run_id}/gate", operation_id="explainGate")
def explain_gate(run_id: RunId, console: ConsoleHere, person: Reader) -> GateAnswer:
    """Whether the plan may be applied: each condition, and what would make it hold."""
    with console.ledger.open() as ledger:
        return gate_answer(question(console, ledger, exact_run(ledger, run_id)), person)


@router.get("/admin/runs/{run_id}/entries", operation_id="listRunEntries")
def list_run_entries(run_id: RunId, console: ConsoleHere, _: Reader) -> EntryPage:
    """Everything that the ledger says about a run, newest first."""
    with console.ledger.open() as ledger:
        found = ledger.entries_for(exact_run(ledger, run_id).id)
    return EntryPage(items=[entry(each) for each in reversed(found)], next_cursor=None)


@router.get("/admin/runs/{run_id}/log", operation_id="readRunLog")
def read_run_log(
    run_id: RunId,
    console: ConsoleHere,
    _: Reader,
    after: Annotated[int, Query(ge=0, le=2**53, description="`next_after` of the page before.")] = 0,
    limit: Annotated[int, Query(ge=1, le=2000, description="How many lines at the most.")] = 500,
) -> contract.LogPage:
    """What the engine said."""
    with console.ledger.open() as ledger:
        run = exact_run(ledger, run_id)
    log = log_of(run, console.runs_directory)
    lines, position = log.lines(after, limit)
    return contract.LogPage(run_id=run.id, lines=lines, next_after=position, complete=log.is_at_end(position))


def _has_log(console: Console, run: Run) -> bool:
    try:
        log_of(run, console.runs_directory)
    except NotKeptHereError:
        return False
    return True
