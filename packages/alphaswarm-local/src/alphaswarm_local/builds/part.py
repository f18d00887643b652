"""Builds as a part of the local cloud."""

from pathlib import Path

from alphaswarm_core.settings import FILE_NAME, load_settings
from alphaswarm_local.builds.book import BuildBook
from alphaswarm_local.builds.client import QUOTAS_PATH, REHEARSAL_PATH
from alphaswarm_local.builds.credentials import BuildCredentials
from alphaswarm_local.builds.launching import Launcher
from alphaswarm_local.builds.operations import Builds
from alphaswarm_local.builds.queue import BuildQueue
from alphaswarm_local.builds.quota_service import SERVICE, QuotaSetting, ServiceQuotas
from alphaswarm_local.builds.quotas import AccountQuotas
from alphaswarm_local.builds.rehearsal import Rehearsal
from alphaswarm_local.builds.service import CodeBuild
from alphaswarm_local.builds.service_role import service_session
from alphaswarm_local.github.places import repository_path
from alphaswarm_local.world import Part, World

BUILDS_PATH = "/_alphaswarm/builds"
"""No bucket can have this name, so builds share the address with AWS."""
CREDENTIALS_PATH = "/credentials"


def builds(world: World) -> Part:
    """CodeBuild's builds, their credentials and quotas, and the rehearsal of their authority."""
    address = world.endpoint + BUILDS_PATH
    credentials, quotas = BuildCredentials(world.hosts), AccountQuotas()
    launcher = Launcher(
        world.endpoint,
        world.project,
        address + CREDENTIALS_PATH,
        world.home / "local" / "build-caches",
        _hosted(world),
    )
    queue = BuildQueue(quotas, launcher, lambda build: credentials.close(build.identity.arn))
    operations = Builds(
        BuildBook(),
        queue,
        credentials,
        lambda project, role, uuid: service_session(world.exchange, project, role, uuid),
    )
    return Part(
        urls={"builds": address},
        routes={
            BUILDS_PATH + CREDENTIALS_PATH: credentials,
            BUILDS_PATH + QUOTAS_PATH: QuotaSetting(world, quotas, queue.look),
            BUILDS_PATH + REHEARSAL_PATH: Rehearsal(world),
        },
        services={"codebuild": CodeBuild(operations), SERVICE: ServiceQuotas(quotas)},
        close=queue.close,
    )


def _hosted(world: World) -> dict[str, Path]:
    """The local GitHub's repositories of the project, by the address that CodeBuild clones them from."""
    path = world.project / FILE_NAME
    declared = load_settings(path, {}, {}).github.repositories.values() if path.is_file() else ()
    return {f"https://github.com/{each.name}.git": repository_path(world.home, each.id) for each in declared}
