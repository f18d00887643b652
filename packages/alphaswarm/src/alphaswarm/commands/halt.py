"""`alphaswarm halt`: stop all applies and destroys, for everybody, until it is lifted."""

import dataclasses
import os
from typing import TYPE_CHECKING, Any

import click

from alphaswarm.composition import Session, options, session
from alphaswarm_core.errors import UsageError

if TYPE_CHECKING:
    from alphaswarm_core.ledger.records import Halt

REASON = click.option("--reason", required=True, help="Why; it is recorded and shown to everybody who is refused.")


@click.group()
def halt() -> None:
    """Stop all applies and destroys, or let them go on. Plans stay possible; it survives restarts."""


@halt.command()
@REASON
@options()
def on(reason: str, **common: Any) -> None:
    """Stop applies and destroys from now on. What is under way is not interrupted."""
    _set(session(**common), reason, on=True)


@halt.command()
@REASON
@options()
def off(reason: str, **common: Any) -> None:
    """Let applies and destroys go on."""
    _set(session(**common), reason, on=False)


@halt.command()
@options()
def status(**common: Any) -> None:
    """Say whether a halt is on, since when and why."""
    here = session(**common)
    with here.ledger() as ledger:
        _show(here, ledger.halt())


def _set(here: Session, reason: str, *, on: bool) -> None:
    from alphaswarm_core.identity.actor import actor_from_environment

    if not reason.strip():
        raise UsageError("A halt needs a reason", fix="--reason 'incident 42: wrong certificate'")
    with here.ledger() as ledger:
        _show(here, ledger.set_halt(on=on, reason=reason, actor=actor_from_environment(os.environ)))


def _show(here: Session, state: "Halt") -> None:
    who = state.actor.display_name if state.actor else "nobody"
    text = (
        f"{'HALTED' if state.on else 'Not halted'}: {state.reason} ({who}, {state.at})" if state.at else "Not halted."
    )
    here.output.result("halt/v1", dataclasses.asdict(state), text)
