"""Packages as a part of the local cloud."""

import time

from alphaswarm_local.access.moto_state import MotoState
from alphaswarm_local.packages.admission import Admission
from alphaswarm_local.packages.contents import Contents
from alphaswarm_local.packages.declared import declared_internal
from alphaswarm_local.packages.index import PackageIndex
from alphaswarm_local.packages.service import CodeArtifact
from alphaswarm_local.packages.shelf import Shelf
from alphaswarm_local.packages.upstream.mirror import Mirror
from alphaswarm_local.pip_settings import ask_pip, environment_of_pip
from alphaswarm_local.world import Part, World

PACKAGES_PATH = "/_alphaswarm/packages"
"""No bucket can have this name, so the repositories share the address with AWS."""


def packages(world: World) -> Part:
    """CodeArtifact's API, and the package indexes that its repositories are."""
    address, directory = world.endpoint + PACKAGES_PATH, world.home / "local" / "packages"
    artifacts = CodeArtifact(address, directory / "files", MotoState().existing_key)
    store, blobs = artifacts.store, artifacts.blobs
    mirror = Mirror(directory / "upstream", blobs, lambda: ask_pip(environment_of_pip(), PACKAGES_PATH))
    contents = Contents(store, blobs, time.time)
    index = PackageIndex(
        PACKAGES_PATH,
        world.hosts,
        store=store,
        admission=Admission(store, artifacts.tokens, world.iam),
        contents=contents,
        shelf=Shelf(store, blobs, contents, mirror, declared_internal(world.project)),
    )
    return Part(
        urls={"packages": address},
        routes={PACKAGES_PATH: index},
        services={"codeartifact": artifacts},
        policies={"codeartifact": store.policy},
        close=mirror.close,
    )
