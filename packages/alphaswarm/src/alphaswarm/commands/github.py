"""`alphaswarm github`: what GitHub has to know about the accounts, and whether its settings are as they have to be."""

import dataclasses
import os
import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from alphaswarm.composition import Session, options, say_target, session
from alphaswarm.output import table
from alphaswarm_core.errors import ExitCode, UnavailableError, UsageError
from alphaswarm_core.handles import handle

if TYPE_CHECKING:
    from alphaswarm_core.delivery.github_settings import DeclaredEnvironment, Finding
    from alphaswarm_core.settings import RepositorySettings

ENVIRONMENT = click.option("--env", "environment", metavar="ENV", help="One environment only.")
REPOSITORY = click.option(
    "--repository", metavar="NAME", help="One repository only, by its short name in alphaswarm.toml."
)

VARIABLES = {"AWS_DEPLOYER_ROLE_ARN": "deployer_role_arn", "AWS_PLAN_ROLE_ARN": "plan_role_arn"}
"""The variables of a GitHub environment, and the handles that hold their values."""


class RolesNotPublishedError(UnavailableError):
    """The account does not say yet which roles its jobs assume."""

    code = "AS-BOOT-002"
    summary = "The account's roles are not published yet"


@click.group()
def github() -> None:
    """What GitHub has to know about the accounts, and whether its settings are as alphaswarm.toml says."""


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


@github.command()
@ENVIRONMENT
@REPOSITORY
@options()
def setup(environment: str | None, repository: str | None, **common: Any) -> None:
    """Make the GitHub environments what alphaswarm.toml says: reviewers, branch, gate, no bypass, variables.

    Takes the token of an administrator of the repositories (GITHUB_TOKEN). Can be repeated. Rulesets, token subjects
    and Actions permissions are `check`ed only: an organisation may well set them above the repository.
    """
    from alphaswarm_core.adapters.github.settings_access import GithubSettings

    here = session(**common)
    declared, repositories = _declared(here, environment, repository)
    done = []
    with _client() as client:
        for each in repositories:
            for wanted in declared:
                here.output.narrate(f"{each.name}: {wanted.name}")
                GithubSettings(client, each.name).set_up(wanted)
                done.append({"repository": each.name, "environment": wanted.name})
    rows = [(each["repository"], each["environment"]) for each in done]
    here.output.result("github-setup/v1", {"environments": done}, table(("REPOSITORY", "ENVIRONMENT"), rows))


@github.command()
@ENVIRONMENT
@REPOSITORY
@options()
def check(environment: str | None, repository: str | None, **common: Any) -> int:
    """Compare GitHub's settings with alphaswarm.toml. Exits with 3 on drift, with 5 when something cannot be read.

    Environments, the repositories' identity, the subjects of their tokens, the rules of main, Actions permissions.
    """
    from alphaswarm_core.adapters.github.settings_access import GithubSettings
    from alphaswarm_core.delivery.github_settings import compare_environment, compare_repository

    here = session(**common)
    declared, repositories = _declared(here, environment, repository)
    findings: list[Finding] = []
    with _client() as client:
        for each in repositories:
            live = GithubSettings(client, each.name)
            findings += compare_repository(each, live.repository())
            for wanted in declared:
                subject = f"{each.name}, {wanted.name}"
                findings += compare_environment(wanted, live.environment(wanted), subject=subject)
    document = {"findings": [dataclasses.asdict(each) for each in findings], "verdict": str(_verdict(findings))}
    here.output.result("github-check/v1", document, _text(findings))
    return _exit_code(findings)


def _declared(
    here: Session, environment: str | None, repository: str | None
) -> "tuple[list[DeclaredEnvironment], list[RepositorySettings]]":
    from alphaswarm_core.delivery.github_settings import declared_environment, declared_environments

    known = here.settings.github.repositories
    if repository is not None and repository not in known:
        raise UsageError(f"There is no repository '{repository}'", fix=f"One of: {', '.join(known)}")
    environments = [declared_environment(here.settings, environment)] if environment else None
    return (
        environments or declared_environments(here.settings),
        [each for name, each in known.items() if repository in (None, name)],
    )


def _client() -> Any:
    from alphaswarm_core.adapters.github import GithubClient, api_url, environment_token

    return GithubClient(environment_token(os.environ), api_url=api_url(os.environ))


def _verdict(findings: "Sequence[Finding]") -> str:
    """The worst: drift before unknown before ok. Nothing compared is nothing known."""
    verdicts = {str(each.verdict) for each in findings}
    return next((each for each in ("drift", "unknown", "ok") if each in verdicts), "unknown")


def _exit_code(findings: "Sequence[Finding]") -> int:
    codes = {"ok": ExitCode.DONE, "drift": ExitCode.REFUSED, "unknown": ExitCode.UNAVAILABLE}
    return codes[_verdict(findings)]


def _text(findings: "Sequence[Finding]") -> str:
    rows = [
        (str(each.verdict), each.subject, each.aspect, each.declared, "" if each.verdict == "ok" else each.live)
        for each in findings
    ]
    counts = ", ".join(
        f"{sum(each.verdict == verdict for each in findings)} {verdict}" for verdict in ("ok", "drift", "unknown")
    )
    return f"{table(('', 'SUBJECT', 'ASPECT', 'DECLARED', 'LIVE'), rows)}\n\n{counts}"
