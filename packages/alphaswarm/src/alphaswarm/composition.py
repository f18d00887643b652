"""The composition root: from options and the process environment to the objects that commands work with."""

import os
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import click

from alphaswarm.output import Output
from alphaswarm_core.settings import Settings, find_settings_file, load_settings
from alphaswarm_core.target import Target, aws_client_environment, local_client_environment

if TYPE_CHECKING:
    from alphaswarm_core.ledger.store import Ledger
    from alphaswarm_core.terraform.context import AssumedRole, Observer, RuntimeContext
    from alphaswarm_core.terraform.execution import StopRequest

_Function = TypeVar("_Function", bound=Callable[..., Any])


class Session:
    """What one call of the program works with; each part is made when it is first needed.

    Args:
        as_json: Results as data.
        config: The path of `alphaswarm.toml`, when it was given.
        overrides: Values of flags, by key path of the settings.
    """

    def __init__(self, *, as_json: bool, config: str | None, overrides: Mapping[tuple[str, ...], object]) -> None:
        self.output = Output(as_json=as_json)
        self._config = config
        self._overrides = overrides

    @cached_property
    def settings(self) -> Settings:
        """The project's settings."""
        path = Path(self._config) if self._config else find_settings_file(Path.cwd())
        return load_settings(path, os.environ, self._overrides)

    @contextmanager
    def ledger(self, *, create: bool = True) -> Iterator["Ledger"]:
        """The open ledger."""
        from alphaswarm_core.ledger.store import Ledger

        with Ledger.open(self.settings.ledger_url, create=create) as ledger:
            yield ledger

    @contextmanager
    def runs(self) -> Iterator["Ledger"]:
        """The open ledger for commands that look at runs: those whose process died are marked as interrupted first."""
        from alphaswarm_core.terraform.dead_runs import mark_dead_runs

        with self.ledger() as ledger:
            mark_dead_runs(ledger, self.settings.home_path)
            yield ledger

    def cloud_environment(self, environment: str) -> dict[str, str]:
        """The `AWS_*` variables for `environment` of the target.

        Raises:
            UsageError: there is no such environment.
            LocalCloudError: the local cloud is not running or does not answer.
            TargetRefusedError: target and ambient credentials do not go together.
        """
        self.settings.environment(environment)
        if self.settings.target is Target.AWS:
            return aws_client_environment(os.environ, self.settings.region)
        from alphaswarm_core.local_address import read_local_address

        address = read_local_address(self.settings.home_path)
        require_answer(address.endpoint)
        return local_client_environment(address, environment)

    def context(
        self,
        environment: str,
        ledger: "Ledger",
        observer: "Observer",
        stop: "StopRequest",
        assumed: "tuple[dict[str, str], AssumedRole] | None" = None,
    ) -> "RuntimeContext":
        """Everything that a run of `environment` needs."""
        from alphaswarm_core.adapters.state_locks import read_state_lock
        from alphaswarm_core.identity.actor import actor_from_environment
        from alphaswarm_core.source_revision import source_revision
        from alphaswarm_core.terraform.context import RuntimeContext

        cloud = assumed[0] if assumed else self.cloud_environment(environment)
        return RuntimeContext(
            settings=self.settings,
            ledger=ledger,
            target=self.settings.target,
            cloud=cloud,
            ambient=os.environ,
            actor=actor_from_environment(os.environ),
            revision=source_revision(self.settings.root, os.environ),
            observer=observer,
            stop=stop,
            assumed=assumed[1] if assumed else None,
            read_state_lock=lambda backend, directory: read_state_lock(backend, directory, cloud),
        )


def require_answer(endpoint: str) -> None:
    """Refuse to start when nothing listens at the local cloud's address.

    Raises:
        LocalCloudError: nothing does.
    """
    from alphaswarm_core.local_address import LocalCloudError

    address = urlsplit(endpoint)
    try:
        socket.create_connection((str(address.hostname), int(address.port or 80)), timeout=2).close()
    except OSError as error:
        raise LocalCloudError(
            f"The local cloud at {endpoint} does not answer",
            why=error.strerror or str(error),
            fix="Start it again: alphaswarm local up (what it held is gone; apply the landing zone anew)",
        ) from error


def options(*, target: bool = False) -> Callable[[_Function], _Function]:
    """The options that every command has; with `target`, those of commands that touch a cloud."""
    common = [
        click.option("--json", "as_json", is_flag=True, help="The result as JSON on standard output."),
        click.option("--config", metavar="FILE", help="The alphaswarm.toml to use (default: the nearest one above)."),
    ]
    cloud = [
        click.option(
            "--target",
            type=click.Choice([each.value for each in Target]),
            help="Where to act (default: from the settings).",
        ),
        click.option(
            "--engine", type=click.Choice(["auto", "binary", "embedded"]), help="Which Terraform engine to use."
        ),
    ]

    def decorate(function: _Function) -> _Function:
        for option in reversed([*(cloud if target else []), *common]):
            function = option(function)
        return function

    return decorate


def session(as_json: bool, config: str | None, target: str | None = None, engine: str | None = None) -> Session:  # noqa: FBT001
    """The session of a command, from its options."""
    given = {("target",): target, ("terraform", "engine"): engine}
    return Session(as_json=as_json, config=config, overrides={key: value for key, value in given.items() if value})


def say_target(session: Session, environment: str | None = None) -> None:
    """Every command that touches a cloud says which."""
    where = "the local cloud" if session.settings.target is Target.LOCAL else f"AWS ({session.settings.region})"
    account = f", account {session.settings.environment(environment).account_id}" if environment else ""
    session.output.narrate(f"Target: {where}{f', {environment}' if environment else ''}{account}")


def is_terminal() -> bool:
    """Whether narration goes to a terminal."""
    return sys.stderr.isatty()
