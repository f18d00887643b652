"""A run in words and as data."""

import dataclasses
from datetime import UTC, datetime
from typing import Any

from alphaswarm.plan_text import headline
from alphaswarm_core.ledger.records import Run, RunKind
from alphaswarm_core.policy.result import headline_of

_SHORT_ID = 13
"""The part of an id that holds its time in milliseconds: unique, and every command takes it."""


def run_document(run: Run) -> dict[str, Any]:
    """All columns of the row; also `stack`."""
    return {"stack": run.stack, **dataclasses.asdict(run)}


def run_row(run: Run) -> tuple[str, ...]:
    """The run in a table: id, environment, kind, status, changes, when, who."""
    return (
        run.id[:_SHORT_ID],
        run.environment,
        str(run.run_kind),
        run.status.replace("_", " "),
        counts(run),
        moment(run.queued_at),
        run.actor.display_name,
    )


RUN_HEADERS = ("RUN", "ENV", "KIND", "STATUS", "CHANGES", "WHEN", "WHO")


def counts(run: Run) -> str:
    """For example `+3 ~0 -1`; empty where the run has no plan."""
    summary = run.plan_summary
    if not isinstance(summary, dict):
        return ""
    return f"+{summary['add']} ~{summary['change']} -{summary['destroy']}"


def run_facts(run: Run) -> dict[str, object]:
    """What `runs show` lists."""
    return {
        "run": run.id,
        "stack": run.stack,
        "kind": f"{run.run_kind}{' (to destroy)' if run.destroys and run.run_kind == 'plan' else ''}",
        "status": run.status.replace("_", " "),
        "started by": f"{run.actor.display_name} ({run.actor.kind})",
        "workflow": run.actor.run_url,
        "plan run": run.parent_run_id if run.purpose is None else None,
        "what for": f"{run.purpose} of run {run.parent_run_id}" if run.purpose else None,
        "changes": headline(run.plan_summary) if isinstance(run.plan_summary, dict) else None,
        "policy": headline_of(run.policy_result),
        "plan digest": run.plan_digest,
        "commit": run.commit,
        "ref": run.ref,
        "engine": f"{run.engine} {run.engine_version}" if run.engine else None,
        "target": run.target,
        "executor": run.executor,
        "role": run.role,
        "session": run.session_name,
        "token claims": run.claims_digest,
        "state": _states(run),
        "queued": run.queued_at,
        "started": run.started_at,
        "finished": run.finished_at,
        "took": duration(run) if run.run_kind != RunKind.plan else None,  # a plan's row also waits and is applied
        "exit code": run.exit_code,
        "error": f"{run.error} [{run.error_code}]" if run.error_code else run.error,
        "note": run.note,
        "log": run.log_place,
    }


def duration(run: Run) -> str | None:
    """How long the run took, or has been going on when it is not finished."""
    if run.started_at is None:
        return None
    end = datetime.fromisoformat(run.finished_at) if run.finished_at else datetime.now(UTC)
    return f"{(end - datetime.fromisoformat(run.started_at)).total_seconds():.1f} s"


def moment(text: str | None) -> str:
    """A time of the ledger without fractions, in UTC."""
    return text[:19].replace("T", " ") + "Z" if text else ""


def _states(run: Run) -> str | None:
    before, after = (_serial(each) for each in (run.state_before, run.state_after))
    return f"serial {before} -> {after}" if run.state_after else (f"serial {before}" if run.state_before else None)


def _serial(position: object) -> str:
    return str(position["serial"]) if isinstance(position, dict) else "none"
