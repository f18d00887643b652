"""What the local cloud is made of besides AWS's front door: each part serves paths, answers AWS operations, or both.

A part is a function from the `World` to a `Part`, listed in `PARTS`. It shares the address with AWS, under a path that
no bucket can have; what clients need to find it is published by name in `LocalCloudAddress.urls`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from alphaswarm_core.local_address import GITHUB_PATH
from alphaswarm_local.aws.messages import HttpRequest
from alphaswarm_local.builds.part import builds
from alphaswarm_local.databases.part import databases
from alphaswarm_local.github.part import github
from alphaswarm_local.packages.part import packages
from alphaswarm_local.registry.part import registry
from alphaswarm_local.sigstore.part import sigstore
from alphaswarm_local.world import Answerer, Part, Service, World

__all__ = ["GITHUB_PATH", "PARTS", "Answerer", "Assembly", "Part", "Service", "World", "assemble"]


PARTS: tuple[Callable[[World], Part], ...] = (github, builds, packages, registry, sigstore, databases)
"""All parts, in the order in which they are made."""


@dataclass(frozen=True, slots=True)
class Assembly:
    """All parts together."""

    parts: tuple[Part, ...]

    @property
    def urls(self) -> dict[str, str]:
        """What is published."""
        return {name: url for part in self.parts for name, url in part.urls.items()}

    @property
    def services(self) -> dict[str, Service]:
        """The AWS services that parts answer."""
        return {name: service for part in self.parts for name, service in part.services.items()}

    def answerer(self, request: HttpRequest) -> Answerer | None:
        """What answers at the path of `request`: the longest prefix that fits."""
        return _longest(
            request.raw_path, ((prefix, each) for part in self.parts for prefix, each in part.routes.items())
        )

    def close(self) -> None:
        """End all parts, the last first."""
        for part in reversed(self.parts):
            part.close()


def assemble(world: World) -> Assembly:
    """Make all parts; from then on the resource policies that they keep are heard."""
    parts = tuple(make(world) for make in PARTS)
    for part in parts:
        world.policies.update(part.policies)
    return Assembly(parts)


def _longest(path: str, routes: Iterable[tuple[str, Answerer]]) -> Answerer | None:
    fitting = [(prefix, each) for prefix, each in routes if path == prefix or path.startswith(prefix.rstrip("/") + "/")]
    return max(fitting, key=lambda found: len(found[0]))[1] if fitting else None
