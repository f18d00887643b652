"""The part of the ledger that is about images: what was verified, what runs where, which packages are in it."""

from collections.abc import Mapping

from alphaswarm_core.canonical import Json
from alphaswarm_core.ledger.image_records import Deployment, ImageFacts, Package, RecordedImage
from alphaswarm_core.ledger.store import images
from alphaswarm_core.ledger.store.database import UniqueViolationError
from alphaswarm_core.ledger.store.gate_records import GateRecords


class ImageRecords(GateRecords):
    """What `Ledger` inherits: see there."""

    def record_image(self, image: ImageFacts, sboms: Mapping[str, Json]) -> RecordedImage:
        """Write down what a verification of an image found, with its SBOMs; an entry each time.

        Args:
            image: What was found.
            sboms: The SBOM of each platform's image, by that image's digest.

        Raises:
            LedgerRecordError: an SBOM is neither CycloneDX nor SPDX.
        """
        for last_try in (False, True):
            try:
                with self._writing() as transaction:
                    return images.record(transaction, image, sboms)
            except UniqueViolationError:  # PostgreSQL: another writer recorded it at the same moment
                if last_try:
                    raise
        raise AssertionError

    def images(self, *, digest: str | None = None, service: str | None = None) -> list[RecordedImage]:
        """The recorded images, the newest first."""
        with self._reading() as database:
            return images.images(database, digest=digest, service=service)

    def deployments(self) -> list[Deployment]:
        """Which image runs in which environment, and the run that brought it there."""
        with self._reading() as database:
            return images.deployments(database)

    def packages_like(self, name: str, version: str | None = None) -> dict[str, list[Package]]:
        """By the digest of each stored SBOM that names the package: name and versions as it has them."""
        with self._reading() as database:
            return images.packages_like(database, name, version)

    def sbom(self, digest: str) -> str | None:
        """The stored SBOM with that digest: canonical JSON text."""
        with self._reading() as database:
            return images.sbom(database, digest)
