"""Builds an image: on this machine, or in the image build of an environment; and looks at what was pushed."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alphaswarm.composition import Session, say_target
from alphaswarm.image_doors import ImageDoors
from alphaswarm.image_sources import build_order, registry_access
from alphaswarm_core.delivery.executor_errors import BuildIdentityError
from alphaswarm_core.errors import AlphaSwarmError, ExitCode
from alphaswarm_core.supply.building.errors import UnexpectedImageError
from alphaswarm_core.supply.references import Repository
from alphaswarm_core.target import Target, is_build, is_local_build, local_build_environment

if TYPE_CHECKING:
    from alphaswarm_core.delivery.builds import Builds
    from alphaswarm_core.supply.building.orders import BuildOrder
    from alphaswarm_core.supply.images import Image


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for."""

    service: str
    environment: str
    tag: str
    commit: str | None = None
    builder: str = "auto"


@dataclass(frozen=True, slots=True)
class Pushed:
    """An image that is in the registry."""

    repository: Repository
    tag: str
    digest: str
    platforms: tuple[str, ...]
    commit: str
    by: str

    def document(self) -> dict[str, Any]:
        """As data."""
        return {
            "image": f"{self.repository}@{self.digest}",
            "repository": str(self.repository),
            "tag": self.tag,
            "digest": self.digest,
            "platforms": list(self.platforms),
            "commit": self.commit,
            "builder": self.by,
        }


class ImageBuildSession(Session):
    """The session inside the image build: its target and credentials are the build's own.

    Raises:
        BuildIdentityError: this is no build.
    """

    def __init__(self, *, as_json: bool, config: str | None) -> None:
        if not is_build(os.environ):
            raise BuildIdentityError(
                "This is no build",
                why="CODEBUILD_BUILD_ID is not set",
                fix="alphaswarm image build --executor codebuild",
            )
        target = Target.LOCAL if is_local_build(os.environ) else Target.AWS
        super().__init__(as_json=as_json, config=config, overrides={("target",): target})

    @property
    def commit(self) -> str:
        """The commit that the build is of: what CodeBuild says, and what git has checked out."""
        from alphaswarm_core.source_revision import source_revision

        told, found = source_revision(self.settings.root, os.environ), source_revision(self.settings.root, {})
        if told.commit is None or told.commit != found.commit:
            raise BuildIdentityError(
                f"The build is of {told.commit}, and its checkout of {found.commit}",
                fix="Look at the project's source, and at who may change it",
            )
        return told.commit

    def cloud_environment(self, environment: str) -> dict[str, str]:
        """See `Session.cloud_environment`. In a build of the local cloud: its own credentials, never bootstrap keys."""
        if self.settings.target is Target.LOCAL:
            self.settings.environment(environment)
            return local_build_environment(os.environ, self.settings.region)
        return super().cloud_environment(environment)


def build_and_push(here: Session, wanted: Wanted) -> Pushed:
    """Build on this machine and push.

    Raises:
        AlphaSwarmError: it cannot be built or pushed, or the registry has something else than was built.
    """
    from alphaswarm.codebuild_executor import commit_to_build
    from alphaswarm_core.supply.building.choosing import choose_builder
    from alphaswarm_core.supply.building.orders import Destination
    from alphaswarm_core.supply.declared import repository_of

    repository = repository_of(here.settings, wanted.service, wanted.environment)
    say_target(here, wanted.environment)
    commit = here.commit if isinstance(here, ImageBuildSession) else commit_to_build(here, wanted.commit)
    doors = ImageDoors(here, wanted.environment)
    access = registry_access(here, doors, wanted.service)
    builder = choose_builder(wanted.builder, plain_http=access.is_plain_http)
    with build_order(here, wanted.service, commit, doors) as order:
        here.output.narrate(f"{builder.name} builds {wanted.service} for {', '.join(order.platforms)}")
        digest = builder.push(order, Destination(access, repository.name, wanted.tag), here.output.narrate)
        image = _looked_at(doors, repository, wanted.tag, digest, order)
    return Pushed(repository, wanted.tag, digest, image.platforms, commit, builder.name)


def build_only(here: Session, service: str, commit: str | None, wanted_builder: str) -> dict[str, Any]:
    """Build on this machine and keep nothing: no cloud, no login, no token.

    Raises:
        AlphaSwarmError: it cannot be built.
    """
    from alphaswarm.codebuild_executor import commit_to_build
    from alphaswarm_core.supply.building.choosing import choose_builder
    from alphaswarm_core.supply.declared import repository_of

    repository_of(here.settings, service, next(iter(here.settings.environments)))  # declared at all?
    named = commit_to_build(here, commit)
    builder = choose_builder(wanted_builder)
    with build_order(here, service, named, None) as order:
        here.output.narrate(f"{builder.name} builds {service} for {', '.join(order.platforms)}, and keeps nothing")
        digest = builder.build(order, None, here.output.narrate)
    return {"digest": digest, "platforms": list(order.platforms), "commit": named, "builder": builder.name}


def build_in_codebuild(here: Session, wanted: Wanted) -> Pushed:
    """Let the image build of the environment build it, and look at what it pushed.

    Raises:
        AlphaSwarmError: the build cannot be started, failed, or pushed something else than it says.
    """
    from alphaswarm.codebuild_executor import commit_to_build, follow_build
    from alphaswarm_core.adapters.codebuild import AwsBuilds
    from alphaswarm_core.delivery.builds import BuildRequest, idempotency_token
    from alphaswarm_core.delivery.image_orders import ImageOrder, image_digest_of, image_project_name
    from alphaswarm_core.supply.declared import repository_of
    from alphaswarm_core.supply.images import read_image

    repository = repository_of(here.settings, wanted.service, wanted.environment)
    say_target(here, wanted.environment)
    commit = commit_to_build(here, wanted.commit)
    order = ImageOrder(wanted.service, wanted.tag)
    project = image_project_name(here.settings, wanted.environment)
    request = BuildRequest(project, commit, order, idempotency_token(order, commit, os.environ))
    builds: Builds = AwsBuilds(here.cloud_environment(wanted.environment))
    result, digest = image_digest_of(follow_build(here, builds, request), commit)
    image = read_image(ImageDoors(here, wanted.environment).registry(), repository, digest)
    declared = here.settings.images.services[wanted.service].platforms
    _require_platforms(image, declared)
    return Pushed(repository, wanted.tag, digest, image.platforms, commit, result.build.arn)


def carry_out(here: ImageBuildSession, exports: Path) -> int:
    """Inside the build: carry out the order of its variables, and write what the build tells its caller."""
    from alphaswarm_core.delivery.image_orders import IMAGE_DIGEST, image_exports, read_image_order
    from alphaswarm_core.delivery.orders import environment_of
    from alphaswarm_core.delivery.results import ERROR_CODE, EXIT_CODE

    told: Mapping[str, str]
    try:
        order = read_image_order(os.environ)
        pushed = build_and_push(here, Wanted(order.service, environment_of(os.environ), order.tag))
        told = {IMAGE_DIGEST: pushed.digest, EXIT_CODE: str(int(ExitCode.DONE)), ERROR_CODE: ""}
        here.output.result("image-build/v1", pushed.document(), f"{pushed.repository}@{pushed.digest}")
    except AlphaSwarmError as error:
        told = {IMAGE_DIGEST: "", EXIT_CODE: str(int(error.exit_code)), ERROR_CODE: error.code}
        exports.write_text(image_exports(told), encoding="utf-8")
        raise
    exports.write_text(image_exports(told), encoding="utf-8")
    return ExitCode.DONE


def _looked_at(doors: ImageDoors, repository: Repository, tag: str, digest: str, order: "BuildOrder") -> "Image":
    """What the registry has, if it is what was built: somebody else may push too."""
    from alphaswarm_core.supply.images import read_image

    registry = doors.registry()
    image = read_image(registry, repository, digest)
    _require_platforms(image, order.platforms)
    found = registry.manifest(repository, tag).digest
    if found != digest:
        raise UnexpectedImageError(
            f"The tag {tag} of {repository} names another image than the one that was pushed",
            why=f"it is {found}, and {digest} was pushed",
            fix="Look who else pushes there; a release's tag is immutable",
        )
    return image


def _require_platforms(image: "Image", wanted: tuple[str, ...]) -> None:
    if sorted(image.platforms) != sorted(wanted):
        raise UnexpectedImageError(
            f"The image {image.digest} is for {', '.join(image.platforms) or 'no platform'}",
            why=f"ordered was {', '.join(wanted)}",
            fix="Build it anew",
        )
