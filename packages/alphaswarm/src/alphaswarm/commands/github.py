"""`alphaswarm github`: what GitHub has to know about the accounts."""

import shlex
from typing import Any

import click

from alphaswarm.composition import options, say_target, session
from alphaswarm.output import table
from alphaswarm_core.errors import UnavailableError
from alphaswarm_core.handles import handle

VARIABLES = {"AWS_DEPLOYER_ROLE_ARN": "deployer_role_arn", "AWS_PLAN_ROLE_ARN": "plan_role_arn"}
"""The variables of a GitHub environment, and the handles that hold their values."""


class RolesNotPublishedError(UnavailableError):
    """The account does not say yet which roles its jobs assume."""

    code = "AS-BOOT-002"
    summary = "The account's roles are not published yet"


@click.group()
def github() -> None:
    """What GitHub has to know about the accounts."""


@github.command()
@click.option("--env", "environment", required=True, metavar="ENV", help="Whose account, and which GitHub environment.")
@options(target=True)
def variables(environment: str, **common: Any) -> None:
    """Print the variables of a GitHub environment, as they are in its account now, and the commands that set them."""
    from alphaswarm_core.adapters.aws_account import AwsAccount

    here = session(**common)
    say_target(here, environment)
    published = AwsAccount(here.cloud_environment(environment)).handles(environment)
    missing = [handle(name).path(environment) for name in VARIABLES.values() if name not in published]
    if missing:
        raise RolesNotPublishedError(
            f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not published",
            why="infrastructure/bootstrap was not applied to this account",
            fix=f"An administrator of the account runs: alphaswarm bootstrap --env {environment}",
        )
    values = {variable: published[name] for variable, name in VARIABLES.items()}
    commands = [
        f"gh variable set {name} --env {shlex.quote(environment)} --body {shlex.quote(value)}"
        for name, value in values.items()
    ]
    text = "\n".join([table(("variable", "value"), list(values.items())), "", *commands])
    document = {"environment": environment, "variables": values, "commands": commands}
    here.output.result("github-variables/v1", document, text)
