"""Builds as a part of the local cloud."""

from alphaswarm_local.builds.client import REHEARSAL_PATH
from alphaswarm_local.builds.rehearsal import Rehearsal
from alphaswarm_local.builds.service import CodeBuild
from alphaswarm_local.world import Part, World

BUILDS_PATH = "/_alphaswarm/builds"
"""No bucket can have this name, so builds share the address with AWS."""


def builds(world: World) -> Part:
    """CodeBuild's builds, and the rehearsal of their authority."""
    return Part(
        urls={"builds": world.endpoint + BUILDS_PATH},
        routes={BUILDS_PATH + REHEARSAL_PATH: Rehearsal(world)},
        services={"codebuild": CodeBuild()},
    )
