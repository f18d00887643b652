"""Runs: opened before anything happens, moved along the table of transitions, a plan claimed once."""

import dataclasses
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from alphaswarm_core.canonical import Json
from alphaswarm_core.ledger.errors import (
    ApprovalsChangedError,
    IllegalTransitionError,
    LedgerRecordError,
    PlanAlreadyUsedError,
)
from alphaswarm_core.ledger.liveness import IsAlive
from alphaswarm_core.ledger.projection import RUNS
from alphaswarm_core.ledger.records import Lease, NewRun, Run, RunKind, RunStatus
from alphaswarm_core.ledger.store import leases, statements
from alphaswarm_core.ledger.store.appending import Transaction
from alphaswarm_core.ledger.store.approvals import approvals
from alphaswarm_core.ledger.store.database import Database
from alphaswarm_core.ledger.store.run_rows import actor_columns, changed, load, run_from, run_of
from alphaswarm_core.ledger.transitions import is_legal, next_statuses, releases_lease

_APPLIES_OF_PLAN = statements.select_rows(RUNS, "parent_run_id = :id", "run_kind IN ('apply', 'destroy')")
_APPLYING_PLANS = statements.select_rows(RUNS, "run_kind = 'plan'", "status = 'applying'")
_CLAIMING_KINDS = frozenset({RunKind.apply, RunKind.destroy})
_AUTOMATIC = frozenset({"status", "started_at", "finished_at"})


def open_run(transaction: Transaction, new: NewRun, *, exclusive: bool) -> Run:
    """Insert the run, its lease and its first entry."""
    if new.parent_run_id is not None and new.run_kind in _CLAIMING_KINDS:
        raise LedgerRecordError(
            f"An {new.run_kind} run of a plan is opened by claiming that plan", fix="Report this as a defect"
        )
    return _insert(transaction, new, exclusive=exclusive)


def _insert(transaction: Transaction, new: NewRun, *, exclusive: bool) -> Run:
    values = _first_values(transaction, new)
    if exclusive:
        leases.require_free(transaction.database, new.tree, new.environment)
    stored = transaction.insert(RUNS, f"run:{new.run_kind}:{RunStatus.queued}", values)
    run = run_from(stored)
    leases.take(transaction, run, exclusive=exclusive)
    return run


def _first_values(transaction: Transaction, new: NewRun) -> dict[str, Json]:
    values: dict[str, Any] = {
        field.name: getattr(new, field.name) for field in dataclasses.fields(NewRun) if field.name != "actor"
    }
    values |= {"id": transaction.new_id(), "status": str(RunStatus.queued), "run_kind": str(new.run_kind)}
    values |= {"queued_at": transaction.now, "halted": False}
    return values | actor_columns(new.actor)


def claim_plan(transaction: Transaction, plan_run_id: str, new: NewRun, decided_on: frozenset[str] | None) -> Run:
    """Take an approved plan for good, and open the run that applies it."""
    plan = load(transaction.database, plan_run_id)
    if new.run_kind not in _CLAIMING_KINDS or (new.tree, new.environment) != (plan.tree, plan.environment):
        raise LedgerRecordError(
            f"A {new.run_kind} run of {new.tree}/{new.environment} cannot apply a plan of {plan.stack}",
            fix="Apply the plan to the stack that it was made for",
        )
    _require_unused(transaction.database, plan)
    _require_unchanged_approvals(transaction.database, plan, decided_on)
    _move(transaction, plan, RunStatus.applying, {})
    return _insert(transaction, dataclasses.replace(new, parent_run_id=plan.id), exclusive=True)


def _require_unused(database: Database, plan: Run) -> None:
    """A plan is applied once, whatever Terraform thinks of it (hashicorp/terraform#27721)."""
    children = applies_of(database, plan.id)
    if children or plan.status in {RunStatus.applying, RunStatus.completed}:
        used_by = f" by run {children[0].id} at {children[0].queued_at}" if children else ""
        raise PlanAlreadyUsedError(
            f"Plan {plan.id} has been applied already{used_by}" if children else f"Plan {plan.id} is {plan.status}",
            why="the reviewed plan is applied once; its stack has moved on since",
            fix="Make a new plan: alphaswarm deploy plan",
        )


def _require_unchanged_approvals(database: Database, plan: Run, decided_on: frozenset[str] | None) -> None:
    """A rejection that comes between the gate's decision and the claim must not be overtaken."""
    if decided_on is not None and {each.id for each in approvals(database, plan.id)} != decided_on:
        raise ApprovalsChangedError(
            f"Somebody has decided on plan {plan.id} a moment ago",
            why="the gate has not seen that decision",
            fix=f"Ask the gate again: alphaswarm deploy apply {plan.id}",
        )


def transition(transaction: Transaction, run_id: str, to: RunStatus, changes: Mapping[str, Json]) -> Run:
    """Move a run to its next status. A plan becomes `applying` only by being claimed."""
    run = load(transaction.database, run_id)
    if run.run_kind is RunKind.plan and to is RunStatus.applying:
        raise IllegalTransitionError(
            f"Plan {run.id} cannot go to applying by itself", why="a plan is claimed by the run that applies it"
        )
    if changes.keys() & _AUTOMATIC:
        what = "status, started_at and finished_at follow from the transition; they cannot be given"
        raise LedgerRecordError(what, fix="Report this as a defect")
    return _move(transaction, run, to, changes)


def _move(transaction: Transaction, run: Run, to: RunStatus, changes: Mapping[str, Json]) -> Run:
    if not is_legal(run.run_kind, run.status, to):
        raise _illegal(run, to)
    columns: dict[str, Json] = {**changes, "status": str(to)}
    if run.started_at is None and to in {RunStatus.running, RunStatus.applying}:
        columns["started_at"] = transaction.now
    if to.is_final:
        columns["finished_at"] = transaction.now
    if releases_lease(to):
        leases.release(transaction.database, run.id)
    stored = transaction.update(RUNS, run.id, f"run:{run.run_kind}:{to}", columns)
    return changed(run, stored)


def _illegal(run: Run, to: RunStatus) -> IllegalTransitionError:
    legal = next_statuses(run.run_kind, run.status)
    return IllegalTransitionError(
        f"The {run.run_kind} run {run.id} is {run.status} and cannot become {to}",
        why=f"from {run.status} it can become {', '.join(legal)}" if legal else f"nothing follows {run.status}",
        fix=f"See where it stands: alphaswarm runs show {run.id}",
    )


def interrupt_dead(
    transaction: Transaction, run_id: str, *, host: str, is_alive: IsAlive, remote_timeout: timedelta
) -> list[Run]:
    """Declare a run interrupted if its process is gone, together with the plan that it was applying."""
    lease = leases.of_run(transaction.database, run_id)
    if lease is None or not leases.dead_now(transaction, lease, host, is_alive, remote_timeout):
        return []
    run = load(transaction.database, run_id)
    run = _move(transaction, run, RunStatus.interrupted, _epitaph(lease))
    return [run, *_interrupt_claimed_plan(transaction, run)]


def _interrupt_claimed_plan(transaction: Transaction, run: Run) -> list[Run]:
    if run.parent_run_id is None:
        return []
    plan = load(transaction.database, run.parent_run_id)
    if plan.run_kind is not RunKind.plan or plan.status is not RunStatus.applying:
        return []
    return [_move(transaction, plan, RunStatus.interrupted, {"error": f"Run {run.id}, which applied it, died"})]


def _epitaph(lease: Lease) -> dict[str, Json]:
    text = f"Process {lease.pid} on {lease.host}, which drove this run, is gone; its last sign was at {lease.beat_at}"
    return {"error": text, "terraform_lock": lease.terraform_lock}


def unsettled_plans(database: Database, before: str) -> list[str]:
    """Plans that are still `applying` though their apply run ended before that time: its process died in between."""
    plans = [run_of(row).id for row in database.rows(_APPLYING_PLANS, {})]
    ended = {plan: applies_of(database, plan) for plan in plans}
    return [plan for plan, children in ended.items() if any((child.finished_at or "~") < before for child in children)]


def settle_plan(transaction: Transaction, plan_run_id: str) -> list[Run]:
    """Let a plan end as its apply run did."""
    plan = load(transaction.database, plan_run_id)
    ended = [child for child in applies_of(transaction.database, plan.id) if child.status.is_final]
    if plan.status is not RunStatus.applying or not ended:
        return []
    status = ended[0].status if is_legal(plan.run_kind, plan.status, ended[0].status) else RunStatus.errored
    return [_move(transaction, plan, status, {})]


def applies_of(database: Database, plan_run_id: str) -> list[Run]:
    """The runs that apply a plan: one, or none yet."""
    return [run_of(row) for row in database.rows(_APPLIES_OF_PLAN, {"id": plan_run_id})]
