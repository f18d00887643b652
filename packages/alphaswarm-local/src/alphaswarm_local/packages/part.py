"""Packages as a part of the local cloud."""

from alphaswarm_local.access.moto_state import MotoState
from alphaswarm_local.packages.service import CodeArtifact
from alphaswarm_local.world import Part, World

PACKAGES_PATH = "/_alphaswarm/packages"
"""No bucket can have this name, so the repositories share the address with AWS."""


def packages(world: World) -> Part:
    """CodeArtifact's API, and the package indexes that its repositories are."""
    address = world.endpoint + PACKAGES_PATH
    artifacts = CodeArtifact(address, world.home / "local" / "packages", MotoState().existing_key)
    return Part(
        urls={"packages": address},
        services={"codeartifact": artifacts},
        policies={"codeartifact": artifacts.store.policy},
    )
