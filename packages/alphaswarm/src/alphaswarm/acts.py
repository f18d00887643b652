"""What demo and rehearsal have in common: the local cloud from nothing, and an environment's landing zone on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from alphaswarm.composition import ActingAs, Session
from alphaswarm.following import followed
from alphaswarm.native import NativeRoot, native_terraform
from alphaswarm.rehearsed_sessions import Authority, session_as

if TYPE_CHECKING:
    from alphaswarm.progress import PlainProgress
    from alphaswarm_core.terraform.execution import StopRequest

_ROOTS = ("infrastructure/envs/{}", "infrastructure/envs/admin-{}")


def start_cloud(here: Session) -> str:
    """Start the local cloud, or find it running; its address."""
    from alphaswarm_local import supervisor

    settings = here.settings
    accounts = {name: each.account_id for name, each in settings.environments.items()}
    return supervisor.up(settings.home_path, region=settings.region, accounts=accounts, project=settings.root).endpoint


def bootstrap_account(here: Session, environment: str) -> str:
    """`alphaswarm bootstrap`; what it changed."""
    from alphaswarm.commands.bootstrap import bring_up

    return bring_up(here, environment).changes or "it is as it should be"


def role_name(acting: ActingAs) -> str:
    """The role of a session, for people."""
    return acting.role.arn.rpartition("/")[2] if acting.role else "the account's administrator"


def apply_landing_zone(here: Session, environment: str) -> str:
    """Native Terraform as the execution role: init, plan, apply of just that plan, root by root; what it changed."""
    done = []
    with _landing_zone(here, environment) as roots:
        for root in roots:
            root.init()
            done.append(root.apply() if root.plan() else f"{root.directory.name} is up already")
    return " ".join(done)


def landing_zone_changes(here: Session, environment: str) -> dict[str, str | None]:
    """What a plan of each root module would change: Terraform's sentence, or None."""
    found = {}
    with _landing_zone(here, environment) as roots:
        for root in roots:
            root.init()
            found[root.directory.name] = root.plan()
    return found


@contextmanager
def _landing_zone(here: Session, environment: str) -> "Iterator[list[NativeRoot]]":
    acting = session_as(here, environment, Authority.EXECUTION)
    with followed(here.output) as (progress, stop):
        yield [_root(here, acting, each, progress, stop) for each in _directories(here, environment)]


def _directories(here: Session, environment: str) -> list[Path]:
    """The root modules, in the order in which they are applied."""
    paths = [here.settings.root / each.format(environment) for each in _ROOTS]
    return [path for path in paths if path.is_dir()]


def _root(
    here: Session, acting: ActingAs, directory: Path, progress: "PlainProgress", stop: "StopRequest"
) -> NativeRoot:
    return NativeRoot(
        terraform=native_terraform(here, acting.cloud, progress, stop),
        directory=directory,
        work=here.settings.home_path / "native" / f"landing-zone-{directory.name}",
    )
