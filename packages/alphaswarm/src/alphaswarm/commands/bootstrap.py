"""`alphaswarm bootstrap`: the first bring-up of an environment's account, and later changes of its trust."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alphaswarm.composition import Session, options, say_target, session
from alphaswarm.following import followed, nothing_under_way
from alphaswarm.native import NativeRoot, native_terraform
from alphaswarm.output import details
from alphaswarm_core.errors import ConfigurationError, ExitCode, RefusedError, UsageError
from alphaswarm_core.target import Target

if TYPE_CHECKING:
    from alphaswarm.progress import PlainProgress
    from alphaswarm_core.adapters.aws_account import Caller
    from alphaswarm_core.terraform.execution import StopRequest

ROOT = Path("infrastructure/bootstrap")
# What the root module does that nobody inside the boundary may: without these the apply would stop half-way.
_ADMINISTERS = (
    "iam:CreateOpenIDConnectProvider",
    "iam:CreatePolicy",
    "iam:CreateRole",
    "iam:PutRolePolicy",
    "kms:CreateKey",
    "s3:CreateBucket",
    "s3:PutBucketPolicy",
    "ssm:PutParameter",
)


class NotAnAdministratorError(RefusedError):
    """The account's bootstrap needs its administrator."""

    code = "AS-BOOT-001"
    summary = "Only an administrator of the account can bootstrap it"


@dataclass(frozen=True, slots=True)
class Bootstrapped:
    """What came of it.

    Attributes:
        environment: The environment.
        account_id: Its account.
        caller: Whose credentials did it.
        bucket: The state bucket.
        bucket_made: Whether it was missing.
        changes: Terraform's sentence; None when nothing was to be done.
    """

    environment: str
    account_id: str
    caller: str
    bucket: str
    bucket_made: bool
    changes: str | None


@click.command()
@click.option("--env", "environment", required=True, metavar="ENV", help="Whose account.")
@click.option("--yes", is_flag=True, help="Apply without asking; needed on AWS where there is no terminal.")
@options(target=True)
def bootstrap(environment: str, yes: bool, **common: Any) -> int:  # noqa: FBT001
    """Make an account ready: where its states lie, and who may change it.

    Takes an administrator's temporary credentials of that account. Checks who asks, makes the state bucket where it is
    missing, plans and applies infrastructure/bootstrap. Can be repeated; after a change of the trust it has to be.
    """
    here = session(**common)
    say_target(here, environment)
    with followed(here.output) as (progress, stop):
        steps = Bootstrap(here, environment, progress, stop)
        caller, made = steps.preflight()
        changes = steps.plan()
        if changes is not None and not _confirmed(here, environment, changes, yes=yes):
            here.output.narrate("Nothing more was changed.")
            return ExitCode.FAILED
        done = steps.result(caller, made, changes and steps.apply())
    _show(here, done)
    return ExitCode.DONE


class Bootstrap:
    """The steps, in their order, for one environment."""

    def __init__(self, here: Session, environment: str, progress: "PlainProgress", stop: "StopRequest") -> None:
        from alphaswarm_core.adapters.aws_account import AwsAccount

        self._here = here
        self._environment = environment
        self._account_id = here.settings.environment(environment).account_id
        cloud = here.cloud_environment(environment)
        self._account = AwsAccount(cloud)
        self._root = NativeRoot(
            terraform=native_terraform(here, cloud, progress, stop),
            directory=_root_module(here, environment),
            work=here.settings.home_path / "native" / f"bootstrap-{environment}",
            initialise=(f"-backend-config={environment}.s3.tfbackend",),
            values=(f"-var-file={environment}.tfvars",),
        )

    @property
    def bucket(self) -> str:
        """The account's state bucket; `ENV.s3.tfbackend` names the same one."""
        return f"alphaswarm-tfstate-{self._account_id}"

    def preflight(self) -> "tuple[Caller, bool]":
        """Who asks, and whether the state bucket had to be made.

        Raises:
            NotAnAdministratorError: credentials of another account, or not of an administrator.
        """
        caller = self._account.caller()
        if caller.account_id != self._account_id:
            raise NotAnAdministratorError(
                f"These credentials are of account {caller.account_id}, and {self._environment} is {self._account_id}",
                fix=f"Use an administrator's temporary credentials of {self._account_id}",
            )
        if lacking := self._account.lacking(caller, _ADMINISTERS):
            raise NotAnAdministratorError(
                f"{caller.arn} cannot bootstrap {self._account_id}",
                why=f"it may not {', '.join(lacking)}",
                fix="Use an administrator's temporary credentials; the deployment's own roles cannot change the trust",
            )
        return caller, self._account.make_bucket(self.bucket, self._here.settings.region)

    def plan(self) -> str | None:
        """Terraform's sentence about what is to be done; None when nothing is."""
        self._here.output.narrate(f"Planning {ROOT}")
        self._root.init()
        return self._root.plan()

    def apply(self) -> str:
        """Apply what was planned; Terraform's sentence about it."""
        return self._root.apply()

    def result(self, caller: "Caller", made: bool, changes: str | None) -> Bootstrapped:  # noqa: FBT001
        """The report."""
        return Bootstrapped(self._environment, self._account_id, caller.arn, self.bucket, made, changes)


def bring_up(here: Session, environment: str) -> Bootstrapped:
    """All steps, without a question: for rehearsals on the local cloud."""
    with followed(here.output) as (progress, stop):
        steps = Bootstrap(here, environment, progress, stop)
        caller, made = steps.preflight()
        changes = steps.plan()
        return steps.result(caller, made, changes and steps.apply())


def pending(here: Session, environment: str) -> str | None:
    """What bootstrapping again would change: Terraform's sentence, or None."""
    with followed(here.output) as (progress, stop):
        return Bootstrap(here, environment, progress, stop).plan()


def _root_module(here: Session, environment: str) -> Path:
    directory = here.settings.root / ROOT
    for name in (f"{environment}.tfvars", f"{environment}.s3.tfbackend"):
        if not (directory / name).is_file():
            raise ConfigurationError(
                f"There is no {ROOT / name}", fix="Copy another environment's and set the account and the trust"
            )
    return directory


def _confirmed(here: Session, environment: str, changes: str, *, yes: bool) -> bool:
    here.output.narrate(f"{environment}: {changes}")
    if yes or here.settings.target is Target.LOCAL:
        return True
    if not here.output.interactive:
        raise UsageError("Nobody can be asked here", why="standard input is no terminal", fix="Add --yes")
    account = here.settings.environment(environment).account_id
    with nothing_under_way():
        return bool(click.confirm(f"Apply this to account {account}?", default=False, err=True))


def _show(here: Session, done: Bootstrapped) -> None:
    facts = details(
        {
            "account": f"{done.account_id} ({done.environment})",
            "by": done.caller,
            "states": f"{done.bucket}{' (made now)' if done.bucket_made else ''}",
            "changes": done.changes or "none; it was as it should be",
        }
    )
    here.output.result("bootstrap/v1", dataclasses.asdict(done), f"{facts}\n\n{_next_steps(done.environment)}")


def _next_steps(environment: str) -> str:
    roots = [f"infrastructure/envs/{name}" for name in (environment, f"admin-{environment}")]
    applying = "\n".join(f"  terraform -chdir={root} init && terraform -chdir={root} apply" for root in roots)
    return f"""Next:
  alphaswarm github variables --env {environment}    # what the GitHub environment {environment} has to know
{applying}
  alphaswarm deploy up --env {environment}"""
