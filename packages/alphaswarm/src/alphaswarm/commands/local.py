"""`alphaswarm local`: the local cloud of this checkout."""

import dataclasses
import os
import shlex
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alphaswarm.composition import Session, options, session
from alphaswarm.output import details
from alphaswarm_core.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from alphaswarm_core.terraform.context import AssumedRole

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
@options()
def env(environment: str, **common: Any) -> None:
    """Print what a plain `terraform` or `aws` needs, for a shell: eval "$(alphaswarm local env --env dev)"."""
    from alphaswarm_core.local_address import read_local_address
    from alphaswarm_core.target import local_client_environment
    from alphaswarm_core.terraform.native import native_configuration

    here = session(**common)
    here.settings.environment(environment)
    address = read_local_address(here.settings.home_path)
    variables = {
        **local_client_environment(address, environment),
        "TF_CLI_CONFIG_FILE": str(native_configuration(here.settings)),
        "CHECKPOINT_DISABLE": "1",
    }
    cleared = [name for name in _CLEARED if name in os.environ]
    lines = [f"unset {name}" for name in cleared]
    lines += [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
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
    variables, assumed = assume(here, environment, role, event=event, job_environment=job_environment)
    lines = [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    here.output.narrate(f"Session {assumed.session_name} of {assumed.arn}")
    here.output.result("local-session/v1", {"role": assumed.arn, "set": variables}, "\n".join(lines))


def assume(
    here: Session, environment: str, role: str, *, event: str = "push", job_environment: str | None = None
) -> tuple[dict[str, str], "AssumedRole"]:
    """The `AWS_*` variables of a session that a rehearsed job of the platform's repository gets over web identity.

    Raises:
        AlphaSwarmError: such a job gets no token, or the role's trust policy does not let it in.
    """
    from alphaswarm_core.identity.github.jobs_of import event_named, workflow_job
    from alphaswarm_core.identity.trust import Role, github_repositories, role_arn
    from alphaswarm_core.local_address import read_local_address
    from alphaswarm_core.terraform.context import AssumedRole
    from alphaswarm_local.github import client

    settings = here.settings
    short, repository = next(iter(github_repositories(settings).items()))
    files = settings.github.repositories[short].apply_workflows
    path = next(iter(files), ".github/workflows/terraform-pipeline.yml")
    job = workflow_job(event_named(event), repository, path, environment=job_environment, run_id=time.time_ns() // 1000)
    arn = role_arn(settings, environment, Role.PLAN if role == "plan" else Role.APPLY)
    name = f"{job.run_id}-{job.run_attempt}"
    address = read_local_address(settings.home_path)
    return client.web_identity_session(address, environment, arn, job, session_name=name), AssumedRole(arn, name)


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
