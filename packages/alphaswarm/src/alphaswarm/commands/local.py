"""`alphaswarm local`: the local cloud of this checkout."""

import dataclasses
import os
import shlex
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from alphaswarm.composition import ActingAs, Session, options, session
from alphaswarm.output import details
from alphaswarm.rehearsed_sessions import Authority, rehearsed_job, session_as, session_of_job
from alphaswarm_core.errors import ExitCode, UsageError

PORT = click.option("--port", type=click.IntRange(1, 65535), help="The loopback port (default: a free one).")
_POLL_SECONDS = 0.3
_CLEARED = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CA_BUNDLE", "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE")


@click.group()
def local() -> None:
    """The local cloud: an embedded AWS on a loopback address, with an account for every environment.

    What it holds lives in memory, until `local down` or `local reset`.
    """


@local.command()
@PORT
@options()
def up(port: int | None, **common: Any) -> None:
    """Start it, or find it running."""
    from alphaswarm_local import supervisor

    here = session(**common)
    settings = here.settings
    supervisor.up(
        settings.home_path,
        region=settings.region,
        accounts=_accounts(here),
        port=port,
        project=settings.root,
        narrate=here.output.narrate,
    )
    _show_status(here)


@local.command()
@options()
def down(**common: Any) -> None:
    """Stop it; what it held is gone."""
    from alphaswarm_local import supervisor

    here = session(**common)
    was_running = supervisor.down(here.settings.home_path)
    text = "The local cloud is stopped." if was_running else "The local cloud was not running."
    here.output.result("local-down/v1", {"was_running": was_running}, text)


@local.command()
@PORT
@options()
def reset(port: int | None, **common: Any) -> None:
    """Stop it and start an empty one on the same port."""
    from alphaswarm_local import supervisor

    here = session(**common)
    settings = here.settings
    supervisor.reset(
        settings.home_path,
        region=settings.region,
        accounts=_accounts(here),
        port=port,
        project=settings.root,
        narrate=here.output.narrate,
    )
    _show_status(here)


@local.command()
@options()
def status(**common: Any) -> int:
    """Say whether it runs and where; exits with 5 when it does not."""
    here = session(**common)
    return ExitCode.DONE if _show_status(here) else ExitCode.UNAVAILABLE


@local.command()
@click.option("--env", "environment", required=True, metavar="ENV", help="Which account to act in.")
@click.option(
    "--as",
    "authority",
    type=click.Choice([each.value for each in Authority]),
    default=Authority.EXECUTION.value,
    show_default=True,
    help="As whom: the plan role, the apply role, the landing zone's execution role, or the deploy build's role.",
)
@options()
def env(environment: str, authority: str, **common: Any) -> None:
    """Print what a plain `terraform` or `aws` needs, for a shell: eval "$(alphaswarm local env --env dev)".

    The credentials are those of a session, got as production gets it: by a workflow job's token, through the roles' own
    trust policies. They last an hour.
    """
    from alphaswarm_core.terraform.native import native_configuration

    here = session(**common)
    acting = session_as(here, environment, Authority(authority))
    variables = {
        **acting.cloud,
        "TF_CLI_CONFIG_FILE": str(native_configuration(here.settings)),
        "CHECKPOINT_DISABLE": "1",
    }
    _say_session(here, acting)
    cleared = [name for name in _CLEARED if name in os.environ and name not in variables]
    lines = [f"unset {name}" for name in cleared] + _exports(variables)
    here.output.result("local-env/v1", {"set": variables, "unset": cleared}, "\n".join(lines))


@local.command(name="session")
@click.option("--env", "environment", required=True, metavar="ENV", help="Which account the role is in.")
@click.option("--role", required=True, type=click.Choice(["plan", "apply"]), help="The plan role or the apply role.")
@click.option("--event", default="push", show_default=True, help="What starts the rehearsed job.")
@click.option("--environment", "job_environment", metavar="NAME", help="The environment that the job declares.")
@options()
def web_session(environment: str, role: str, event: str, job_environment: str | None, **common: Any) -> None:
    """Print a session of a role for a shell, got as a GitHub job gets it: with a token, by the role's trust policy."""
    here = session(**common)
    job = rehearsed_job(here, event=event, environment=job_environment)
    acting = session_of_job(here, environment, Authority(role), job)
    _say_session(here, acting)
    document = {"role": acting.role.arn if acting.role else None, "set": dict(acting.cloud)}
    here.output.result("local-session/v1", document, "\n".join(_exports(acting.cloud)))


def _say_session(here: Session, acting: ActingAs) -> None:
    if acting.role:
        here.output.narrate(f"Session {acting.role.session_name} of {acting.role.arn}")


def _exports(variables: Mapping[str, str]) -> list[str]:
    return [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]


@local.command()
@click.option("--follow", "-f", is_flag=True, help="Go on as it grows.")
@click.option(
    "--lines", default=40, show_default=True, type=click.IntRange(0, 100_000), help="How many of the last ones."
)
@options()
def logs(follow: bool, lines: int, **common: Any) -> None:  # noqa: FBT001
    """Print its log."""
    from alphaswarm_core.terraform.events import LineFollower
    from alphaswarm_local import supervisor

    here = session(**common)
    path: Path = supervisor.log_path(here.settings.home_path)
    if not path.exists():
        raise UsageError("There is no log yet", fix="Start the local cloud: alphaswarm local up")
    follower = LineFollower(path)
    last = path.read_text("utf-8", "replace").splitlines()[-lines:] if lines else []
    here.output.result("local-log/v1", {"file": str(path), "lines": last}, "\n".join(last))
    while follow:
        for line in follower.new_lines():
            here.output.narrate(line)
        time.sleep(_POLL_SECONDS)


def _accounts(here: Session) -> dict[str, str]:
    return {name: each.account_id for name, each in here.settings.environments.items()}


def _show_status(here: Session) -> bool:
    from alphaswarm_local import supervisor

    found = supervisor.status(here.settings.home_path)
    if found.running:
        text = details(
            {
                "local cloud": found.endpoint,
                "process": found.pid,
                "running since": found.started_at,
                "accounts": ", ".join(f"{name} {account}" for name, account in (found.accounts or {}).items()),
                "memory": f"{found.memory_mb:.0f} MB" if found.memory_mb else None,
                "log": found.log_path,
            }
        )
    else:
        text = "The local cloud is not running. Start it: alphaswarm local up"
    here.output.result("local-status/v1", dataclasses.asdict(found), text)
    return found.running
