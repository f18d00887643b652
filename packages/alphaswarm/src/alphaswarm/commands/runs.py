"""`alphaswarm runs`: look at runs, follow them, and remove the lock that a dead one left behind."""

import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from alphaswarm.composition import Session, options, session
from alphaswarm.deploying import runtime
from alphaswarm.output import details, table
from alphaswarm.run_text import RUN_HEADERS, run_document, run_facts, run_row
from alphaswarm_core.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alphaswarm_core.ledger.records import Run

_POLL_SECONDS = 0.5
_Named = TypeVar("_Named", bound=StrEnum)


@click.group()
def runs() -> None:
    """Look at runs: every plan, apply, destroy, drift check and unlock."""


@runs.command(name="list")
@click.option("--env", "environment", metavar="ENV", help="Of one environment.")
@click.option("--kind", metavar="KIND", help="plan, apply, destroy, refresh or unlock.")
@click.option("--status", metavar="STATUS", help="For example completed, awaiting_approval, interrupted.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000), help="How many at the most.")
@click.option("--before", metavar="RUN", help="Older than this run: the next page.")
@options()
def list_runs(
    environment: str | None, kind: str | None, status: str | None, limit: int, before: str | None, **common: Any
) -> None:
    """List runs, the newest first."""
    from alphaswarm_core.ledger.records import RunKind, RunStatus

    here = session(**common)
    if environment:
        here.settings.environment(environment)
    with here.runs() as ledger:
        found = ledger.runs(
            environment=environment,
            kind=_one_of(RunKind, kind, "--kind"),
            status=_one_of(RunStatus, status, "--status"),
            limit=limit,
            before=ledger.run(before).id if before else None,
        )
    text = table(RUN_HEADERS, [run_row(run) for run in found]) or "No runs."
    here.output.result("runs/v1", {"runs": [run_document(run) for run in found]}, text)


@runs.command()
@click.argument("run_id", metavar="RUN")
@options()
def show(run_id: str, **common: Any) -> None:
    """Show one run with its approvals and ledger entries. RUN may be a unique beginning of its id."""
    import dataclasses

    here = session(**common)
    with here.runs() as ledger:
        run = ledger.run(run_id)
        approvals, entries = ledger.approvals(run.id), ledger.entries_for(run.id)
    document = {
        "run": run_document(run),
        "approvals": [dataclasses.asdict(each) for each in approvals],
        "entries": [dataclasses.asdict(each) for each in entries],
    }
    people = [f"  {each.at}  {each.decision} by {each.approver}" for each in approvals]
    steps = [f"  {each.sequence:>6}  {each.at}  {each.kind}" for each in entries]
    text = "\n".join([details(run_facts(run)), *(["", "approvals", *people] if people else []), "", "entries", *steps])
    here.output.result("run/v1", document, text)


@runs.command()
@click.argument("run_id", metavar="RUN")
@options()
def logs(run_id: str, **common: Any) -> None:
    """Print what the engine said."""
    here = session(**common)
    with here.runs() as ledger:
        run = ledger.run(run_id)
    lines = _log_lines(run)
    said = [said_in(line) for line in lines]
    here.output.result("run-log/v1", {"run": run.id, "lines": said}, "\n".join(said))


@runs.command()
@click.argument("run_id", metavar="RUN")
@options()
def watch(run_id: str, **common: Any) -> int:
    """Follow a run until it is done; exits with 1 when it did not complete."""
    from alphaswarm_core.terraform.dead_runs import mark_dead_runs
    from alphaswarm_core.terraform.events import LineFollower

    here = session(**common)
    with here.runs() as ledger:
        run = ledger.run(run_id)
        follower = LineFollower(Path(run.log_place)) if run.log_place else None
        while not _at_rest(run):
            for line in follower.new_lines() if follower else ():
                here.output.narrate(said_in(line))
            time.sleep(_POLL_SECONDS)
            mark_dead_runs(ledger, here.settings.home_path)  # or this would wait for ever for a run that died
            run = ledger.run(run.id)
    here.output.result(
        "run/v1", {"run": run_document(run)}, f"{run.run_kind} {run.id} is {run.status.replace('_', ' ')}"
    )
    return ExitCode.DONE if run.status in {"completed", "approved", "awaiting_approval"} else ExitCode.FAILED


@runs.command()
@click.argument("run_id", metavar="RUN")
@click.option("--yes", is_flag=True, help="Without asking; needed where there is no terminal.")
@options(target=True)
def unlock(run_id: str, yes: bool, **common: Any) -> int:  # noqa: FBT001
    """Remove the state lock that a dead run left behind. Refuses while its holder lives."""
    from alphaswarm_core.terraform.recovery import unlock as remove_lock

    here = session(**common)
    if not yes and not here.output.interactive:
        raise UsageError("There is no terminal to ask on", fix="Say that the lock may be removed: --yes")
    with here.runs() as ledger:
        dead = ledger.run(run_id)
    with runtime(here, dead.environment) as run:
        if not yes and not click.confirm(f"Remove the state lock of {dead.stack}?", default=False, err=True):
            return ExitCode.FAILED
        removed = remove_lock(run.context, dead.id)
    if removed is None:
        here.output.result("unlock/v1", {"removed": None}, f"The state of {dead.stack} is not locked.")
    else:
        _say_removed(here, *removed)
    return ExitCode.DONE


def _say_removed(here: Session, run: "Run", lock: "Mapping[str, str]") -> None:
    text = f"Removed the lock {lock.get('id')} of {lock.get('who')} on {run.stack}."
    here.output.result("unlock/v1", {"removed": dict(lock), "run": run_document(run)}, text)


def said_in(line: str) -> str:
    """What a line of an engine's log says: its message, and of an error or warning the details too."""
    from alphaswarm_core.terraform.events import parse_event

    event = parse_event(line)
    if event is None:
        return line
    detail = event.diagnostic.detail.strip() if event.diagnostic else ""
    return f"{event.message}\n{detail}" if detail else event.message


def _log_lines(run: "Run") -> list[str]:
    lines: list[str] = []
    for place in (run.log_place, f"{run.log_place}.err" if run.log_place else None):
        if place and Path(place).exists():
            lines += Path(place).read_text("utf-8", "replace").splitlines()
    if not lines:
        raise UsageError(
            f"There is no log of {run.id} on this machine",
            why=f"it would be at {run.log_place}" if run.log_place else None,
        )
    return lines


def _at_rest(run: "Run") -> bool:
    return run.status.is_final or run.status in {"approved", "awaiting_approval"}


def _one_of(kind: type[_Named], given: str | None, option: str) -> _Named | None:
    if given is None:
        return None
    try:
        return kind(given)
    except ValueError:
        raise UsageError(f"{option} {given}: there is none of that name", fix=f"One of: {', '.join(kind)}") from None
