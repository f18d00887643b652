"""`alphaswarm image sign` and `attest`: statements about an image, in the name of the workflow job that makes them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alphaswarm.composition import Session, options, say_target, session
from alphaswarm_core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from alphaswarm_core.supply.attesting import Attestation
    from alphaswarm_core.supply.images import Image
    from alphaswarm_core.supply.provenance import BuildFacts

    _Says = Callable[[Image, BuildFacts], Sequence[Attestation]]

_ENV = click.option("--env", "environment", metavar="ENV", help="Whose account's registry (default: the reference's).")
_REHEARSE = click.option(
    "--rehearse-ref",
    metavar="REF",
    help="On the local cloud, outside a job: sign as the service's workflow at this ref (refs/tags/v1.0.0).",
)


@click.command()
@click.argument("reference")
@_ENV
@_REHEARSE
@options(target=True)
def sign(reference: str, environment: str | None, rehearse_ref: str | None, **common: Any) -> None:
    """Sign an image by digest, in the name of this workflow job, and put the bundle beside it."""
    from alphaswarm_core.supply.attesting import signature_of

    _put(session(**common), reference, environment, rehearse_ref, lambda subject, _: [signature_of(subject)])


@click.command()
@click.argument("reference")
@_ENV
@_REHEARSE
@click.option("--provenance", is_flag=True, help="Say how this job built it (SLSA v1, as GitHub's attestations).")
@click.option("--sboms", metavar="DIR", type=click.Path(file_okay=False), help="SBOMs of `image sbom`.")
@click.option("--verdict", metavar="FILE", type=click.Path(dir_okay=False), help="Of `image scan`.")
@options(target=True)
def attest(  # noqa: PLR0917 - one option each
    reference: str,
    environment: str | None,
    rehearse_ref: str | None,
    provenance: bool,  # noqa: FBT001
    sboms: str | None,
    verdict: str | None,
    **common: Any,
) -> None:
    """Sign statements about an image and put them beside it: provenance, SBOMs, a scan's verdict."""
    from alphaswarm_core.supply.attesting import provenance_of, sboms_of, verdict_of
    from alphaswarm_core.supply.sboms import read_sboms

    if not (provenance or sboms or verdict):
        raise UsageError("Nothing is attested", fix="Name --provenance, --sboms DIR or --verdict FILE")

    def says(subject: "Image", facts: "BuildFacts") -> "list[Attestation]":
        said = sboms_of(subject, read_sboms(Path(sboms))) if sboms else []
        if provenance:
            said.append(provenance_of(subject, facts))
        if verdict:
            said.append(verdict_of(subject, _read_verdict(Path(verdict))))
        return said

    _put(session(**common), reference, environment, rehearse_ref, says)


def _read_verdict(path: Path) -> dict[str, Any]:
    from alphaswarm_core.supply.strict_json import strict_object

    try:
        return strict_object(path.read_bytes(), "The scan's verdict")
    except OSError as error:
        raise UsageError(f"{path} cannot be read", why=error.strerror, fix="Make it: alphaswarm image scan") from error


def _put(here: Session, reference: str, environment: str | None, rehearse_ref: str | None, says: "_Says") -> None:
    """Sign each statement and put it beside what it is about."""
    from alphaswarm.image_doors import image_of
    from alphaswarm_core.supply.attesting import attest
    from alphaswarm_core.supply.declared import service_of
    from alphaswarm_core.supply.images import read_image

    doors, wanted = image_of(here, reference, environment)
    say_target(here, doors.environment)
    if wanted.digest is None:
        raise UsageError(
            "Images are signed by digest",
            why="a tag can name another image between the build and the signature",
            fix=f"Write {wanted.repository}@sha256:DIGEST",
        )
    registry = doors.registry()
    subject = read_image(registry, wanted.repository, wanted.resolved(registry))
    signer, facts = doors.signer(service_of(here.settings, wanted.repository), rehearse_ref)
    put = attest(registry, signer, subject, says(subject, facts), datetime.now(UTC))
    statements = [{"about": each.digest, "kind": each.predicate_type, "referrer": each.referrer} for each in put]
    text = "\n".join(f"{each.predicate_type} about {each.digest}: {each.referrer}" for each in put)
    here.output.result("image-attest/v1", {"digest": subject.digest, "statements": statements}, text)
