"""The embedded GitHub as the project declares it: its repositories with their ids, ready-made people, their roles."""

import os
import shutil
from pathlib import Path

from alphaswarm_core.settings import FILE_NAME, Settings, load_settings
from alphaswarm_local.actions.engine import RunnerSettings
from alphaswarm_local.github.hub import Addresses, Hub
from alphaswarm_local.github.oidc import GithubOidc
from alphaswarm_local.github.people import PEOPLE
from alphaswarm_local.github.runs.launching import Launcher
from alphaswarm_local.github.state.accounts import Account, AccountType, Role
from alphaswarm_local.github.state.repositories import OidcSubject, Repository
from alphaswarm_local.github.webhooks import Deliveries

_PLATFORM = "platform"


def make_hub(root: str, directory: Path, issuer: GithubOidc, job_environment: dict[str, str]) -> Hub:
    """An empty GitHub with people in it, and a runner.

    Args:
        root: Its address.
        directory: Where it keeps commits, artifacts and the work of jobs; emptied.
        issuer: Of tokens.
        job_environment: What every step is told.
    """
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True, mode=0o700)
    deliveries = Deliveries()
    hub = Hub(Addresses(root), directory, issuer, job_environment=job_environment, deliveries=deliveries)
    hub.notify = deliveries.send
    for person in PEOPLE.values():
        hub.store.add_account(person.account)
    hub.launcher = Launcher(hub, _runner(hub))
    return hub


def declare(hub: Hub, project: Path) -> None:
    """Host the repositories of the project's settings; without settings, none.

    Raises:
        ConfigurationError: there are settings, and they do not hold.
    """
    path = project / FILE_NAME
    if path.is_file():
        for key, source in _sources(project).items():
            _host(hub, load_settings(path, {}, {}), key, source)


def host_repository(
    hub: Hub, name: str, number: int, owner_id: int, *, immutable: bool = True, source: Path | None = None
) -> Repository:
    """Host a repository, public, with everybody's role in it. Its commits are copied when they are first needed."""
    login, _, short = name.partition("/")
    owner = hub.store.account(login) or hub.store.add_account(Account(login, owner_id, AccountType.ORGANIZATION))
    repository = Repository(
        id=number,
        owner=owner,
        name=short,
        created_at=hub.store.now(),
        private=False,
        source=str(source) if source is not None else "",
        roles={each.account.id: each.role for each in PEOPLE.values() if each.role is not Role.NONE},
        oidc=OidcSubject(use_immutable_subject=immutable),
    )
    with hub.store as records:
        records.repositories[number] = repository
    return repository


def _sources(project: Path) -> dict[str, Path]:
    """Which directory each declared repository is a copy of."""
    return {_PLATFORM: project, "admin": project / "alphaswarm_admin"}


def _host(hub: Hub, settings: Settings, key: str, source: Path) -> None:
    declared = settings.github.repositories.get(key)
    if declared is not None:
        immutable = declared.subject_format == "immutable"
        host_repository(hub, declared.name, declared.id, declared.owner_id, immutable=immutable, source=source)


def _runner(hub: Hub) -> RunnerSettings:
    return RunnerSettings(
        work=hub.directory / "work",
        path=os.environ.get("PATH", os.defpath),
        server_url=hub.addresses.root,
        api_url=hub.addresses.api,
        graphql_url=f"{hub.addresses.root}/graphql",
        other_tool_versions=True,
    )
