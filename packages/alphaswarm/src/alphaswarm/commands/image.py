"""`alphaswarm image`: what the registry has, and whether it may run."""

from typing import Any

import click

from alphaswarm.commands.image_build import build, in_build
from alphaswarm.commands.image_contents import sbom, scan
from alphaswarm.commands.image_signing import attest, sign
from alphaswarm.composition import options, say_target, session
from alphaswarm_core.errors import ExitCode


@click.group()
def image() -> None:
    """The services' images: build, make SBOMs, scan, sign, attest, verify."""


for _each in (build, in_build, sbom, scan, sign, attest):
    image.add_command(_each)


@image.command()
@click.argument("references", nargs=-1, required=True, metavar="REFERENCE…")
@click.option("--env", "environment", metavar="ENV", help="Where it is to run (default: the account's environment).")
@click.option("--commit", metavar="SHA", help="The commit that it has to be built from.")
@options(target=True)
def verify(references: tuple[str, ...], environment: str | None, commit: str | None, **common: Any) -> int:
    """Say whether images may run: signature, signer, log, SBOMs, provenance, scan. Exits with 3 when a check says no.

    REFERENCE is REGISTRY/NAME@sha256:DIGEST, short SERVICE@sha256:DIGEST with --env, or the same with a tag. Where
    there are a tag and a digest, the tag has to name that digest still.
    """
    from alphaswarm.image_doors import image_of, one_environment
    from alphaswarm.image_text import verdict_document, verdict_text
    from alphaswarm_core.supply.verifying import verify_all

    here = session(**common)
    wanted = [image_of(here, each, environment) for each in references]
    doors = one_environment([each for each, _ in wanted])
    say_target(here, doors.environment)
    verifier = doors.verifier()
    verdicts = verify_all(verifier, [(each, doors.rule(each.repository, commit)) for _, each in wanted])
    passed = all(each.passed for each in verdicts)
    document = {"passed": passed, "images": [verdict_document(each, doors.environment) for each in verdicts]}
    here.output.result("image-verify/v1", document, "\n\n".join(verdict_text(each) for each in verdicts))
    return ExitCode.DONE if passed else ExitCode.REFUSED


@image.command(name="list")
@click.argument("service")
@click.option("--env", "environment", required=True, metavar="ENV", help="Whose account's registry.")
@options(target=True)
def list_tags(service: str, environment: str, **common: Any) -> None:
    """List the tags of a service's images, and the digest of each."""
    from alphaswarm.image_doors import ImageDoors
    from alphaswarm.output import table
    from alphaswarm_core.supply.attachments import is_fallback_tag
    from alphaswarm_core.supply.declared import repository_of

    here = session(**common)
    say_target(here, environment)
    repository = repository_of(here.settings, service, environment)
    registry = ImageDoors(here, environment).registry()
    tags = [each for each in registry.tags(repository) if not is_fallback_tag(each)]
    found = {tag: registry.manifest(repository, tag).digest for tag in tags}
    document = {"repository": str(repository), "tags": found}
    text = table(("TAG", "DIGEST"), list(found.items())) or f"{repository} has no tags."
    here.output.result("image-list/v1", document, text)


@image.command()
@click.argument("reference")
@click.option("--env", "environment", metavar="ENV", help="Whose account's registry (default: the reference's).")
@options(target=True)
def show(reference: str, environment: str | None, **common: Any) -> None:
    """Show what is beside an image: each bundle that holds, and by whom; each that does not, and why.

    No policy is asked: a bundle that holds may still be by somebody whose word does not count. `verify` asks.
    """
    from alphaswarm.image_doors import image_of
    from alphaswarm.image_text import beside_text
    from alphaswarm_core.supply.images import read_image
    from alphaswarm_core.supply.verifying import SetAside

    here = session(**common)
    doors, wanted = image_of(here, reference, environment)
    say_target(here, doors.environment)
    verifier = doors.verifier()
    subject = read_image(verifier.source, wanted.repository, wanted.resolved(verifier.source))
    beside = [(digest, each) for digest in subject.digests for each in verifier.beside(wanted.repository, digest)]
    bundles = [
        {"about": digest, "kind": each.kind, "holds": False, "check": each.check, "why": each.why}
        if isinstance(each, SetAside)
        else {"about": digest, "kind": each.statement.predicate_type, "holds": True, "signer": each.signer.uri}
        for digest, each in beside
    ]
    document = {"digest": subject.digest, "platforms": list(subject.platforms), "bundles": bundles}
    here.output.result("image-show/v1", document, beside_text(subject, bundles))


@image.command()
@click.argument("reference")
@click.option("--env", "environment", metavar="ENV", help="Where it is to run (default: the account's environment).")
@options(target=True)
def record(reference: str, environment: str | None, **common: Any) -> None:
    """Verify an image, and write what was found into the ledger, with its SBOMs.

    An image that does not pass is not recorded; the refusal is.
    """
    from alphaswarm.image_doors import image_of
    from alphaswarm.image_records import record as record_verdict
    from alphaswarm_core.supply.declared import service_of

    here = session(**common)
    doors, wanted = image_of(here, reference, environment)
    say_target(here, doors.environment)
    verifier = doors.verifier()
    digest = wanted.resolved(verifier.source)
    verdict = verifier.verify(wanted.repository, digest, doors.rule(wanted.repository))
    with here.ledger() as ledger:
        refused = verdict.refused_by
        if refused is not None:
            ledger.note(
                "image:refused", f"{wanted.repository}@{digest}", {"check": refused.name, "why": refused.detail}
            )
        verdict.require()
        stored = record_verdict(ledger, verdict, service_of(here.settings, wanted.repository), wanted.tag)
    document = {"id": stored.id, "image": stored.reference, "service": stored.service, "sboms": dict(stored.sboms)}
    here.output.result("image-record/v1", document, f"Recorded {stored.reference} as {stored.id}")


@image.command()
@click.argument("wanted", metavar="SERVICE|DIGEST")
@options()
def where(wanted: str, **common: Any) -> None:
    """Say which environments run a service's image, or the image with a digest, and since which run."""
    from alphaswarm.image_records import deployed, since

    here = session(**common)
    with here.ledger(create=False) as ledger:
        found = deployed(ledger, wanted)
    rows = [
        {
            "environment": each.environment,
            "image": each.reference,
            "version": kept.version if kept else None,
            "since": dict(since(each.since)),
        }
        for each, kept in found
    ]
    lines = [f"{each.environment}: {each.reference} since run {each.since.id}" for each, _ in found]
    here.output.result("image-where/v1", {"deployments": rows}, "\n".join(lines) or f"{wanted} runs nowhere.")


@image.command()
@click.option("--package", required=True, metavar="NAME", help="The package, or GROUP/NAME; case does not matter.")
@click.option("--version", metavar="VERSION", help="Exactly this version (default: any).")
@options()
def affected(package: str, version: str | None, **common: Any) -> None:
    """Say which environments run a package, by the SBOMs of the recorded images.

    Images that run without a recorded SBOM are named apart: of them nobody knows.
    """
    from alphaswarm.image_records import affected as affected_by
    from alphaswarm.image_records import since

    here = session(**common)
    with here.ledger(create=False) as ledger:
        found, unknown = affected_by(ledger, package, version)
    rows = [
        {
            "environment": each.environment,
            "service": kept.service,
            "image": each.reference,
            "versions": [one.version for one in packages],
            "since": dict(since(each.since)),
        }
        for each, kept, packages in found
    ]
    lines = [
        f"{each.environment}: {kept.service} has {', '.join(one.version for one in inside)} ({each.reference})"
        for each, kept, inside in found
    ]
    lines = lines or [f"No recorded image that runs has {package}{f' {version}' if version else ''}."]
    lines += [f"{each.environment}: nobody knows what is in {each.reference}" for each in unknown]
    document = {"affected": rows, "unknown": [each.reference for each in unknown]}
    here.output.result("image-affected/v1", document, "\n".join(lines))
