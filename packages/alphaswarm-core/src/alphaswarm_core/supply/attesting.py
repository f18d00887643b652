"""What is said about an image, signed statement by statement, and put beside it.

Who signs is behind `StatementSigner`: Sigstore in the name of a workflow job, or a test's own authority.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from alphaswarm_core.supply.attachments import ImageStore, attach
from alphaswarm_core.supply.errors import BrokenImageError
from alphaswarm_core.supply.images import Descriptor, Image, exact_manifest
from alphaswarm_core.supply.provenance import BuildFacts, provenance
from alphaswarm_core.supply.sboms import Sbom, one_for_each
from alphaswarm_core.supply.statements import PROVENANCE, SCAN_VERDICT, SIGNATURE, statement_bytes
from alphaswarm_core.supply.verdicts import read_verdict


class StatementSigner(Protocol):
    """Signs in somebody's name."""

    def sign(self, statement: bytes) -> bytes:
        """A Sigstore bundle v0.3 with the statement in a DSSE envelope.

        Raises:
            SigningError: no signature was to be had.
        """


@dataclass(frozen=True, slots=True)
class Attestation:
    """Something that is to be said: `predicate` about the image `digest`."""

    digest: str
    predicate_type: str
    predicate: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Attached:
    """What was put beside an image: `referrer` is the digest of the artifact."""

    digest: str
    predicate_type: str
    referrer: str


def signature_of(image: Image) -> Attestation:
    """The signature, in cosign's form: this digest was made by whoever signs."""
    return Attestation(image.digest, SIGNATURE, {})


def provenance_of(image: Image, facts: BuildFacts) -> Attestation:
    """How it was built."""
    return Attestation(image.digest, PROVENANCE, provenance(facts))


def sboms_of(image: Image, sboms: Sequence[Sbom]) -> list[Attestation]:
    """What is in it, for each platform.

    Raises:
        SbomMissingError: a platform has none.
        BrokenImageError: one is of another image.
    """
    fitting = one_for_each(sboms, [each.digest for each in image.members])
    return [Attestation(each.digest, each.form.predicate_type, each.document) for each in fitting]


def verdict_of(image: Image, predicate: Mapping[str, Any]) -> Attestation:
    """What the scanners said.

    Raises:
        BrokenImageError: it is no verdict, or one about another image.
    """
    verdict = read_verdict(predicate)
    for each in image.members:
        if each.digest not in verdict.images:
            raise BrokenImageError(f"The verdict is about other images: nobody looked at {each.digest}")
    return Attestation(image.digest, SCAN_VERDICT, predicate)


def attest(
    store: ImageStore, signer: StatementSigner, image: Image, attestations: Sequence[Attestation], now: datetime
) -> list[Attached]:
    """Sign each and put it beside what it is about. What was put there before an error stays, and harms nothing.

    Raises:
        SigningError: no signature was to be had.
        RegistryUnavailableError: the registry went away.
    """
    return [_attested(store, signer, image, each, now) for each in attestations]


def _attested(
    store: ImageStore, signer: StatementSigner, image: Image, attestation: Attestation, now: datetime
) -> Attached:
    digest, kind = attestation.digest, attestation.predicate_type
    fetched = exact_manifest(store, image.repository, digest)
    bundle = signer.sign(statement_bytes(str(image.repository), digest, kind, attestation.predicate))
    subject = Descriptor(digest, len(fetched.content), fetched.media_type)
    referrer = attach(store, image.repository, subject, bundle, predicate_type=kind, now=now)
    return Attached(digest, kind, referrer)
