"""Images and the ledger: what a verification found is recorded; what runs where, and what is in it, is read."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from alphaswarm_core.ledger.image_records import Deployment, ImageFacts, Package, RecordedImage
from alphaswarm_core.ledger.records import Run
from alphaswarm_core.supply.statements import CYCLONEDX

if TYPE_CHECKING:
    from alphaswarm_core.ledger.store import Ledger
    from alphaswarm_core.supply.verifying import ImageVerdict


def record(ledger: "Ledger", verdict: "ImageVerdict", service: str, version: str | None) -> RecordedImage:
    """Write down an image that passed, with the SBOMs that were verified."""
    assert verdict.image is not None  # noqa: S101 - an image that passed was read
    assert verdict.signer is not None  # noqa: S101 - and somebody signed it
    facts = ImageFacts(
        service=service,
        repository=str(verdict.repository),
        digest=verdict.digest,
        platforms=verdict.image.platforms,
        version=version,
        commit=verdict.signer.commit,
        builder=verdict.signer.build_signer_uri,
        signer=verdict.signer.uri,
        scan=_scan(verdict),
        verification=[{"name": each.name, "passed": each.passed, "detail": each.detail} for each in verdict.checks],
    )
    return ledger.record_image(facts, _sboms(verdict))


def _scan(verdict: "ImageVerdict") -> Any:
    """The scanners' verdict without its findings: the bundle beside the image holds those."""
    if verdict.scan is None:
        return None
    return {name: value for name, value in verdict.scan.statement.predicate.items() if name != "findings"}


def _sboms(verdict: "ImageVerdict") -> dict[str, Any]:
    """One SBOM a platform; of two forms CycloneDX, which the index reads with groups."""
    found: dict[str, Any] = {}
    for each in sorted(verdict.sboms, key=lambda each: each.statement.predicate_type == CYCLONEDX):
        for subject in each.statement.subjects:
            found[subject] = dict(each.statement.predicate)
    return found


def deployed(ledger: "Ledger", wanted: str) -> list[tuple[Deployment, RecordedImage | None]]:
    """Where an image runs: `wanted` is a service, or a digest."""
    recorded = {each.digest: each for each in ledger.images()}
    found = []
    for each in ledger.deployments():
        digest = each.reference.rpartition("@")[2]
        image = recorded.get(digest)
        if wanted in {digest, image.service if image else None}:
            found.append((each, image))
    return found


def affected(
    ledger: "Ledger", name: str, version: str | None
) -> tuple[list[tuple[Deployment, RecordedImage, list[Package]]], list[Deployment]]:
    """What runs with a package in it; and what runs without a recorded SBOM, of which nobody knows."""
    like = ledger.packages_like(name, version)
    recorded = {each.digest: each for each in ledger.images()}
    found, unknown = [], []
    for each in ledger.deployments():
        image = recorded.get(each.reference.rpartition("@")[2])
        if image is None or not image.sboms:
            unknown.append(each)
            continue
        packages = {package for digest in image.sboms.values() for package in like.get(digest, ())}
        if packages:
            found.append((each, image, sorted(packages, key=lambda each: each.version)))
    return found, unknown


def since(run: Run) -> Mapping[str, Any]:
    """The run that brought an image, as data."""
    return {"run": run.id, "finished_at": run.finished_at, "by": run.actor.display_name}
