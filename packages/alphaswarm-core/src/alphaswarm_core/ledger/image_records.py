"""What the ledger keeps of images: what each verification found, what is in them, and where they run."""

from collections.abc import Mapping
from dataclasses import dataclass

from alphaswarm_core.canonical import Json
from alphaswarm_core.ledger.records import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFacts:
    """What is known of an image, once it was verified.

    Attributes:
        service: Which service's image it is.
        repository: `REGISTRY/NAME`.
        digest: Of its index (`sha256:…`).
        platforms: What it is built for.
        version: The tag that it was released under, where that is known.
        commit: What it was built from, as its provenance says.
        builder: Who built it, as its provenance says.
        signer: The identity in the certificate of whoever signed it.
        scan: The scanners' verdict, as it was signed.
        verification: Every check with its answer.
    """

    service: str
    repository: str
    digest: str
    platforms: tuple[str, ...]
    version: str | None
    commit: str | None
    builder: str | None
    signer: str
    scan: Json
    verification: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedImage:
    """A row of `images`. `sboms` says of each platform's image the SHA-256 of its SBOM's canonical form."""

    id: str
    service: str
    repository: str
    digest: str
    platforms: tuple[str, ...]
    version: str | None
    commit: str | None
    builder: str | None
    signer: str
    sboms: Mapping[str, str]
    scan: Json
    verification: Json
    recorded_at: str
    verified_at: str

    @property
    def reference(self) -> str:
        """`REPOSITORY@DIGEST`."""
        return f"{self.repository}@{self.digest}"


@dataclass(frozen=True, slots=True)
class Deployment:
    """An image that runs in an environment, and the run that brought it there."""

    tree: str
    environment: str
    reference: str
    since: Run


@dataclass(frozen=True, slots=True)
class Package:
    """A package in an SBOM."""

    name: str
    version: str
