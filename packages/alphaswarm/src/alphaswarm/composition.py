"""The composition root: from options and the process environment to the objects that commands work with."""

import copy
import os
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import click

from alphaswarm.output import Output
from alphaswarm_core.errors import UsageError
from alphaswarm_core.settings import Settings, find_settings_file, load_settings
from alphaswarm_core.target import (
    Target,
    aws_client_environment,
    is_build,
    is_local_job,
    is_loopback,
    local_client_environment,
    local_job_environment,
    local_job_session,
)

if TYPE_CHECKING:
    from alphaswarm_core.identity.actor import Initiator
    from alphaswarm_core.ledger.store import Ledger
    from alphaswarm_core.terraform.context import AssumedRole, Observer, RuntimeContext
    from alphaswarm_core.terraform.execution import StopRequest

_Function = TypeVar("_Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class ActingAs:
    """The `AWS_*` variables that a run acts with.

    Attributes:
        role: The role that they are a session of, where that is known.
        claims_digest: Of the token by which the session was got, where one was.
    """

    cloud: Mapping[str, str]
    role: "AssumedRole | None" = None
    claims_digest: str | None = None


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
        self.described_commit = True
        """Whether the job's environment says which commit the checkout stands on; else git's files do."""

    def in_tree(self, root: Path) -> "Session":
        """This session with the Terraform trees of another checkout, and everything else as it is here."""
        own = self.settings
        moved = {
            "root": root,
            "home": str(own.home_path),
            "ledger": own.ledger.model_copy(update={"url": own.ledger_url}),
            "policy": own.policy.model_copy(update={"directory": str(own.policy_path)}),
        }
        there = copy.copy(self)
        there.__dict__["settings"] = own.model_copy(update=moved)
        there.described_commit = False
        return there

    def with_ledger(self, url: str) -> "Session":
        """This session with another ledger, and everything else as it is here."""
        there = copy.copy(self)
        ledger = self.settings.ledger.model_copy(update={"url": url})
        there.__dict__["settings"] = self.settings.model_copy(update={"ledger": ledger})
        return there

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
        if is_local_job(os.environ):
            return local_job_environment(os.environ, self.settings.region)
        from alphaswarm_core.local_address import read_local_address

        address = read_local_address(self.settings.home_path)
        require_answer(address.endpoint)
        return {**local_client_environment(address, environment), **local_job_session(os.environ)}

    def acting(self, environment: str, *, known: bool) -> "ActingAs":
        """The target's own credentials for `environment`; on AWS with the role whose session they are.

        Args:
            environment: The environment's name.
            known: Whether AWS has to say whose they are. A person at a workstation may have none yet: whether somebody
                may deploy from there is the gate's to refuse.

        Raises:
            AlphaSwarmError: as `cloud_environment`, or AWS does not know them as a session of a role in that account.
        """
        cloud = self.cloud_environment(environment)
        if self.settings.target is not Target.AWS:
            return ActingAs(cloud)
        from alphaswarm_core.adapters.caller_identity import CallerUnknownError, assumed_role

        try:
            return ActingAs(cloud, assumed_role(cloud, self.settings.environment(environment).account_id))
        except CallerUnknownError:
            if known:
                raise
            return ActingAs(cloud)

    def initiator(self) -> "Initiator":
        """Who starts runs here. In a workflow job that is what GitHub's token says, verified.

        Raises:
            JobTokenMissingError: the target is AWS, and the job cannot have a token.
            AlphaSwarmError: the token does not hold.
        """
        from alphaswarm_core.identity.actor import Initiator, actor_from_environment, is_workflow_job

        if is_build(os.environ) and self.settings.target is Target.AWS:
            raise UsageError(
                "In a build, orders are carried out by: alphaswarm deploy in-build",
                why="who acts there is what AWS says, not what variables say",
                fix="Start the build with: alphaswarm deploy --executor codebuild",
            )
        described = Initiator(actor_from_environment(os.environ))
        if not is_workflow_job(os.environ):
            return described
        from alphaswarm_core.adapters import job_token
        from alphaswarm_core.identity.actor import initiator_of_token
        from alphaswarm_core.identity.github.issuers import GITHUB_COM

        keys = GITHUB_COM.jwks_url
        if self.settings.target is Target.LOCAL:
            # A job of the real GitHub that rehearses (its tests, a demo) shares nothing with anybody.
            if not job_token.can_request(os.environ) or not is_loopback(os.environ[job_token.REQUEST_URL]):
                return described
            keys = f"{_local_issuer(self.settings.home_path)}/.well-known/jwks"
        return initiator_of_token(job_token.verified_job_claims(os.environ, GITHUB_COM, keys))

    def context(
        self,
        environment: str,
        ledger: "Ledger",
        observer: "Observer",
        stop: "StopRequest",
        acting: "ActingAs | None" = None,
    ) -> "RuntimeContext":
        """Everything that a run of `environment` needs.

        Args:
            environment: The environment's name.
            ledger: Where runs are recorded.
            observer: Who watches.
            stop: How a person asks to stop.
            acting: The session to act in, instead of the target's own credentials.

        Raises:
            AlphaSwarmError: it cannot be established who starts runs, or with which credentials.
        """
        from alphaswarm.image_doors import DeployedImages
        from alphaswarm_core.adapters.git import authors_of
        from alphaswarm_core.adapters.state_locks import read_state_lock
        from alphaswarm_core.ledger.records import ActorKind
        from alphaswarm_core.source_revision import source_revision
        from alphaswarm_core.terraform.context import RuntimeContext

        initiator = self.initiator()
        acting = acting or self.acting(environment, known=initiator.actor.kind is not ActorKind.person)
        cloud = acting.cloud
        return RuntimeContext(
            settings=self.settings,
            ledger=ledger,
            target=self.settings.target,
            cloud=cloud,
            ambient=os.environ,
            actor=initiator.actor,
            claims_digest=initiator.claims_digest or acting.claims_digest,
            revision=source_revision(self.settings.root, os.environ if self.described_commit else {}),
            observer=observer,
            stop=stop,
            assumed=acting.role,
            read_state_lock=lambda backend, directory: read_state_lock(backend, directory, cloud),
            read_authors=lambda commit: authors_of(self.settings.root, commit),
            images=DeployedImages(self, cloud),
        )


def _local_issuer(home: Path) -> str:
    """Where the local cloud's GitHub publishes its keys: a job was told where the local cloud is."""
    from alphaswarm_core.local_address import GITHUB_PATH, read_local_address

    if is_local_job(os.environ):
        return f"{os.environ['AWS_ENDPOINT_URL']}{GITHUB_PATH}"
    return read_local_address(home).url("github_oidc")


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


def session(
    as_json: bool,  # noqa: FBT001
    config: str | None,
    target: str | None = None,
    engine: str | None = None,
    executor: str | None = None,
) -> Session:
    """The session of a command, from its options."""
    given = {("target",): target, ("terraform", "engine"): engine, ("executor",): executor}
    return Session(as_json=as_json, config=config, overrides={key: value for key, value in given.items() if value})


def say_target(session: Session, environment: str | None = None) -> None:
    """Every command that touches a cloud says which."""
    where = "the local cloud" if session.settings.target is Target.LOCAL else f"AWS ({session.settings.region})"
    account = f", account {session.settings.environment(environment).account_id}" if environment else ""
    session.output.narrate(f"Target: {where}{f', {environment}' if environment else ''}{account}")


def is_terminal() -> bool:
    """Whether narration goes to a terminal."""
    return sys.stderr.isatty()
