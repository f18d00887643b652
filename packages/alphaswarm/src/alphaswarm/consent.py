"""A person's consent at the terminal, before something is applied."""

from typing import TYPE_CHECKING

import click

from alphaswarm.composition import Session
from alphaswarm.following import nothing_under_way
from alphaswarm_core.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from alphaswarm_core.ledger.records import Run
    from alphaswarm_core.terraform.runtime import TerraformRuntime


def require_consent_is_possible(here: Session, yes: bool) -> None:  # noqa: FBT001
    """Refuse to begin what nobody could agree to.

    Raises:
        UsageError: there is no terminal to ask on, and consent was not given with the command.
    """
    if not yes and not here.output.interactive:
        raise UsageError("There is no terminal to ask on", fix="Say that it may be applied without asking: --yes")


def agreed(run: "TerraformRuntime", planned: "Run") -> bool:
    """Whether a person agrees to the plan that was just made; otherwise it is given up."""
    try:
        agreed_to = asked(planned.environment, destroys=planned.destroys)
    except click.Abort:
        run.cancel(planned, "the question was not answered")
        raise
    if not agreed_to:
        run.cancel(planned, "declined at the terminal")
    return agreed_to


def asked(environment: str, *, destroys: bool) -> bool:
    """Whether a person agrees; a destroy is agreed to by typing the environment's name."""
    with nothing_under_way():
        return _answer(environment, destroys=destroys)


def _answer(environment: str, *, destroys: bool) -> bool:
    if destroys:
        typed = click.prompt(
            f"Everything of {environment} will be destroyed. Type '{environment}' to go on", default="", err=True
        )
        return bool(typed.strip() == environment)
    return click.confirm(f"Apply this to {environment}?", default=False, err=True)


def declined(here: Session) -> int:
    """Say that nothing was done; the exit code."""
    here.output.narrate("Nothing was changed.")
    return ExitCode.FAILED
