"""`alphaswarm image build` and `in-build`: from a commit to an image of several platforms in the registry."""

from pathlib import Path
from typing import Any

import click

from alphaswarm.composition import options, session
from alphaswarm_core.errors import UsageError


@click.command()
@click.argument("service")
@click.option("--env", "environment", metavar="ENV", help="Whose account's registry it is pushed to.")
@click.option("--tag", metavar="TAG", help="The image's tag, v1.2.0; in the registry it is never moved.")
@click.option("--commit", metavar="SHA", help="The commit to build (default: the checkout's).")
@click.option("--no-push", is_flag=True, help="Build for all platforms and keep nothing: no cloud, no login.")
@click.option(
    "--builder",
    type=click.Choice(["auto", "buildx", "buildah"]),
    default="auto",
    show_default=True,
    help="What builds on this machine.",
)
@click.option(
    "--executor",
    type=click.Choice(["local", "codebuild"]),
    default="local",
    show_default=True,
    help="Where: on this machine, or in the environment's image build.",
)
@click.option("--outputs", is_flag=True, help="Write image-uri and digest to the job step's outputs.")
@options(target=True)
def build(  # noqa: PLR0917 - one option each
    service: str,
    environment: str | None,
    tag: str | None,
    commit: str | None,
    no_push: bool,  # noqa: FBT001
    builder: str,
    executor: str,
    outputs: bool,  # noqa: FBT001
    **common: Any,
) -> None:
    """Build a service's image from a commit, for all its platforms, and push it.

    The image is made of the commit's files alone, and the same commit and bases make the same bytes. It runs nowhere
    before it is signed and verified.
    """
    from alphaswarm.image_builds import Wanted, build_and_push, build_in_codebuild, build_only
    from alphaswarm.job_outputs import write_outputs

    here = session(**common)
    if no_push:
        _refuse(environment=environment, tag=tag, executor=executor == "codebuild")
        document = build_only(here, service, commit, builder)
        if outputs:
            write_outputs({"image-uri": "", "digest": document["digest"]})
        here.output.result("image-build/v1", document, f"{document['digest']} (not pushed)")
        return
    if environment is None or tag is None:
        raise UsageError("A push needs a place", fix="Name both: --env ENV --tag TAG; or build only: --no-push")
    make = build_in_codebuild if executor == "codebuild" else build_and_push
    pushed = make(here, Wanted(service, environment, tag, commit, builder))
    if outputs:
        write_outputs({"image-uri": f"{pushed.repository}@{pushed.digest}", "digest": pushed.digest})
    here.output.result("image-build/v1", pushed.document(), f"{pushed.repository}@{pushed.digest}")


@click.command(name="in-build", hidden=True)
@click.option("--exports", required=True, metavar="FILE", type=click.Path(dir_okay=False), help="For the buildspec.")
@options()
def in_build(exports: str, as_json: bool, config: str | None) -> int:  # noqa: FBT001
    """Carry out the order of an image build. Only inside one."""
    from alphaswarm.image_builds import ImageBuildSession, carry_out

    return carry_out(ImageBuildSession(as_json=as_json, config=config), Path(exports))


def _refuse(**given: object) -> None:
    for name, value in given.items():
        if value:
            word = {"environment": "env"}.get(name, name)
            raise UsageError(f"--{word} does not go with --no-push", fix="Leave one of the two out")
