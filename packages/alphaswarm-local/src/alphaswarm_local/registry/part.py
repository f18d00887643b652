"""The registry as a part of the local cloud."""

import shutil
import time

from alphaswarm_local.access.bearer_tokens import BearerTokens
from alphaswarm_local.registry.admission import Admission, Grant
from alphaswarm_local.registry.blobs import BlobFiles
from alphaswarm_local.registry.endpoint import REGISTRY_PATH, Registry
from alphaswarm_local.registry.images import Images
from alphaswarm_local.registry.service import Ecr
from alphaswarm_local.registry.uploading import Blobs
from alphaswarm_local.world import Part, World


def registry(world: World) -> Part:
    """ECR's tokens and images, and the registry that they are pushed to.

    Images live as long as moto's repositories do, so blobs of an earlier start are swept away.
    """
    directory = world.home / "local" / "registry"
    shutil.rmtree(directory, ignore_errors=True)
    images, tokens = Images(), BearerTokens[Grant](time.time)
    admission = Admission(images, tokens, world.iam)
    answer = Registry(
        world.hosts,
        world.region,
        images=images,
        blobs=Blobs(images, BlobFiles(directory), admission),
        admission=admission,
    )
    return Part(
        urls={"registry": world.endpoint + REGISTRY_PATH},
        routes={REGISTRY_PATH: answer},
        services={"ecr": Ecr(images, tokens)},
    )
