"""`alphaswarm promote` and `alphaswarm deploy rollback`: plans that are made from an earlier apply."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from alphaswarm.composition import Session, options, session
from alphaswarm_core.errors import ExitCode

if TYPE_CHECKING:
    from alphaswarm_core.terraform.deriving import Source

EXECUTOR = click.option(
    "--executor",
    type=click.Choice(["local", "codebuild"]),
    help="Where it is planned: on this machine, or in the environment's deploy build (default: from the settings).",
)


@click.command()
@click.option("--from", "origin", required=True, metavar="ENV", help="Where it was applied and verified.")
@click.option("--to", "environment", required=True, metavar="ENV", help="Where it goes.")
@click.option("--var", "inputs", multiple=True, metavar="NAME=VALUE", help="An input of the environment's own.")
@EXECUTOR
@options(target=True)
def promote(origin: str, environment: str, inputs: Sequence[str], **common: Any) -> int:
    """Plan for an environment what runs in the one before: the same commit, modules and images.

    The plan waits for the approvals of its environment like any other. It is refused where what runs in the origin was
    not verified: alphaswarm deploy drift --env ORIGIN.
    """
    from alphaswarm.deploying import inputs_given
    from alphaswarm_core.terraform.deriving import Derivations

    here = session(**common)
    with here.runs() as ledger:
        derivations = Derivations(ledger, here.settings, here.initiator().actor)
        source = derivations.promotion(origin=origin, environment=environment)
    return plan_derived(here, environment, source, inputs_given(inputs))


@click.command()
@click.option("--env", "environment", required=True, metavar="ENV", help="The environment: dev, staging, prod.")
@click.option("--to", "run_id", required=True, metavar="RUN", help="The apply to go back to.")
@EXECUTOR
@options(target=True)
def rollback(environment: str, run_id: str, **common: Any) -> int:
    """Plan the stack as it was at an earlier apply: its commit, inputs and images.

    The plan waits for the approvals of its environment like any other. One that would destroy or replace what holds
    data is refused.
    """
    from alphaswarm_core.terraform.deriving import Derivations

    here = session(**common)
    with here.runs() as ledger:
        derivations = Derivations(ledger, here.settings, here.initiator().actor)
        source = derivations.rollback(environment=environment, run_id=run_id)
    return plan_derived(here, environment, source, {})


def plan_derived(here: Session, environment: str, source: "Source", inputs: dict[str, str]) -> int:
    """Plan from `source`, on this machine or in the deploy build, and say what comes next."""
    from alphaswarm.deploying import in_build_of, runtime, say_next, show_plan
    from alphaswarm.earlier_source import session_at
    from alphaswarm_core.ledger.records import Purpose
    from alphaswarm_core.terraform.deriving import plan_from

    if here.settings.executor == "codebuild":
        action = "promote" if source.purpose is Purpose.promotion else "rollback"
        return in_build_of(here, environment, action, plan_run=source.run.id, inputs=inputs, commit=source.commit)
    with session_at(here, source.commit) as there, runtime(there, environment) as run:
        planned = plan_from(run, environment, source, inputs)
    show_plan(here, planned)
    say_next(here, planned)
    return ExitCode.DONE
