"""`alphaswarm image sbom` and `scan`: what is in an image, and what is known to be wrong with that."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from alphaswarm.composition import options, say_target, session
from alphaswarm_core.errors import ExitCode, UsageError


@click.command()
@click.argument("reference")
@click.option("--env", "environment", metavar="ENV", help="Whose account's registry (default: the reference's).")
@click.option(
    "--form",
    "forms",
    type=click.Choice(["cyclonedx", "spdx"]),
    multiple=True,
    default=("cyclonedx",),
    show_default=True,
    help="Which form; may be given twice.",
)
@click.option("--output", required=True, metavar="DIR", type=click.Path(file_okay=False), help="Where the SBOMs go.")
@options(target=True)
def sbom(reference: str, environment: str | None, forms: tuple[str, ...], output: str, **common: Any) -> None:
    """Write the SBOM of each platform's image with syft: DIR/DIGEST.FORM.json."""
    from alphaswarm.image_doors import image_of
    from alphaswarm_core.supply.images import read_image
    from alphaswarm_core.supply.sboms import SbomForm, write_sbom
    from alphaswarm_core.supply.tools.syft import find_syft, sbom_of

    here = session(**common)
    doors, wanted = image_of(here, reference, environment)
    say_target(here, doors.environment)
    tool, registry = find_syft(), doors.registry()
    subject = read_image(registry, wanted.repository, wanted.resolved(registry))
    login, written = doors.login(wanted.repository), []
    for member, form in ((member, form) for member in subject.members for form in dict.fromkeys(forms)):
        here.output.narrate(f"Looking at {member.platform} for {form}")
        made = sbom_of(tool, login, wanted.repository.name, member.digest, SbomForm(form))
        written.append({"platform": member.platform, "form": form, "file": str(write_sbom(Path(output), made))})
    text = "\n".join(f"{each['platform']}: {each['file']}" for each in written)
    here.output.result("image-sbom/v1", {"digest": subject.digest, "sboms": written}, text)


@click.command()
@click.argument("sboms", metavar="DIR", type=click.Path(file_okay=False))
@click.option("--without", multiple=True, metavar="SCANNER", help="Leave a scanner out; the verdict records it.")
@click.option("--exceptions", metavar="FILE", type=click.Path(), help="Default: policy/vulnerabilities.toml.")
@click.option("--output", metavar="FILE", type=click.Path(dir_okay=False), help="Where the verdict goes.")
@options()
def scan(sboms: str, without: tuple[str, ...], exceptions: str | None, output: str | None, **common: Any) -> int:
    """Scan the SBOMs in a directory with Trivy and Grype: no registry, no credential. Exits with 3 at the limit.

    A scanner that is not installed is a failure. One that is left out with --without stays on the record, and the image
    is unfit for environments where somebody has to approve.
    """
    from alphaswarm.image_text import scan_text
    from alphaswarm_core.supply.findings import Severity, read_scan_exceptions
    from alphaswarm_core.supply.sboms import read_sboms
    from alphaswarm_core.supply.scanning import scan_sboms

    here = session(**common)
    images = here.settings.images
    if unknown := sorted(set(without) - set(images.scanners)):
        raise UsageError(f"'{unknown[0]}' is no scanner that is asked for", fix=f"One of: {', '.join(images.scanners)}")
    path = Path(exceptions) if exceptions else here.settings.policy_path / "vulnerabilities.toml"
    in_force = read_scan_exceptions(path, datetime.now(UTC).date())
    result = scan_sboms(read_sboms(Path(sboms)), images.scanners, without, Severity[images.scan_limit], in_force)
    document = result.predicate()
    if output:
        Path(output).write_text(json.dumps(document), encoding="utf-8")
    here.output.result("image-scan/v1", document, scan_text(result))
    return ExitCode.DONE if result.verdict.passed else ExitCode.REFUSED
