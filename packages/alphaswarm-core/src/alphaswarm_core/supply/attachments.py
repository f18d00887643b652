"""Bundles beside an image: found as its referrers, or under the fallback tag where a registry knows no referrers.

Source: OCI Distribution Specification 1.1, "Referrers Tag Schema"; cosign, "Bundle specification".
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from alphaswarm_core.canonical import sha256_hex
from alphaswarm_core.supply.errors import BrokenImageError, ImageMissingError
from alphaswarm_core.supply.images import OCI_INDEX, OCI_MANIFEST, Descriptor, Fetched, ImageSource, exact_manifest
from alphaswarm_core.supply.images import descriptor_of as _descriptor_of
from alphaswarm_core.supply.references import DIGEST, Repository
from alphaswarm_core.supply.strict_json import strict_object

BUNDLE_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
_EMPTY_TYPE, _EMPTY = "application/vnd.oci.empty.v1+json", b"{}"
_MOST_REFERRERS = 256
_LARGEST_BUNDLE = 64 * 1024 * 1024


class ImageStore(ImageSource, Protocol):
    """Where images are written, too."""

    def push_blob(self, repository: Repository, content: bytes) -> str:
        """Its digest."""

    def put_manifest(self, repository: Repository, reference: str, manifest: Fetched) -> bool:
        """Whether the registry says that it lists the manifest among the referrers of its subject."""


@dataclass(frozen=True, slots=True)
class BrokenReferrer:
    """A referrer that says it is a bundle about the image, and is none."""

    digest: str
    why: str


def attach(
    store: ImageStore,
    repository: Repository,
    subject: Descriptor,
    bundle: bytes,
    *,
    predicate_type: str,
    now: datetime,
) -> str:
    """Put a bundle beside an image; the digest of its manifest."""
    store.push_blob(repository, _EMPTY)
    document = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "artifactType": BUNDLE_TYPE,
        "config": {"mediaType": _EMPTY_TYPE, "digest": f"sha256:{sha256_hex(_EMPTY)}", "size": len(_EMPTY)},
        "layers": [
            {"mediaType": BUNDLE_TYPE, "digest": store.push_blob(repository, bundle), "size": len(bundle)},
        ],
        "subject": {"mediaType": subject.media_type, "digest": subject.digest, "size": subject.size},
        "annotations": {
            "dev.sigstore.bundle.content": "dsse-envelope",
            "dev.sigstore.bundle.predicateType": predicate_type,
            "org.opencontainers.image.created": now.astimezone(UTC).isoformat(timespec="seconds"),
        },
    }
    manifest = Fetched(json.dumps(document).encode(), OCI_MANIFEST)
    if not store.put_manifest(repository, manifest.digest, manifest):
        _list_under_tag(store, repository, subject.digest, manifest, document["annotations"])
    return manifest.digest


def bundles_of(source: ImageSource, repository: Repository, digest: str) -> Iterator[bytes | BrokenReferrer]:
    """The bundles beside an image, in no meaningful order; none of them is believed yet.

    A referrer that is no bundle about the image comes as `BrokenReferrer`: whoever may push could otherwise keep a
    good image from being deployed with one broken upload.

    Raises:
        BrokenImageError: there are more than anybody would put there.
    """
    listed = [each for each in _listed(source, repository, digest) if each.artifact_type == BUNDLE_TYPE]
    if len(listed) > _MOST_REFERRERS:
        # The attack: somebody who may push floods the list, so that a verifier works for ever or gives up.
        raise BrokenImageError(f"More than {_MOST_REFERRERS} bundles refer to {digest}")
    for each in listed:
        try:
            yield _bundle(source, repository, digest, each)
        except (BrokenImageError, ImageMissingError) as error:
            yield BrokenReferrer(each.digest, error.what)


def fallback_tag(digest: str) -> str:
    """The tag of the list of referrers where a registry keeps none."""
    return digest.replace(":", "-")


def is_fallback_tag(tag: str) -> bool:
    """Whether a tag is such a list, and no image."""
    return DIGEST.fullmatch(tag.replace("-", ":", 1)) is not None


def _listed(source: ImageSource, repository: Repository, digest: str) -> Sequence[Descriptor]:
    """Referrers by the API, and those of the tag: an artifact may be in one list only."""
    found = {each.digest: each for each in source.referrers(repository, digest)}
    found |= {each.digest: each for each in _under_tag(source, repository, digest)}
    return list(found.values())


def _under_tag(source: ImageSource, repository: Repository, digest: str) -> list[Descriptor]:
    try:
        fetched = source.manifest(repository, fallback_tag(digest))
    except ImageMissingError:
        return []
    listed = strict_object(fetched.content, "The list of referrers").get("manifests")
    return [_descriptor_of(each) for each in listed] if isinstance(listed, list) else []


def _bundle(source: ImageSource, repository: Repository, digest: str, listed: Descriptor) -> bytes:
    document = strict_object(exact_manifest(source, repository, listed.digest).content, "A referrer")
    layers = document.get("layers")
    if not isinstance(layers, list) or len(layers) != 1 or _descriptor_of(document.get("subject")).digest != digest:
        raise BrokenImageError(f"The referrer {listed.digest} is not one bundle about {digest}")
    layer = _descriptor_of(layers[0])
    if layer.size > _LARGEST_BUNDLE:
        raise BrokenImageError(f"The bundle {layer.digest} is larger than {_LARGEST_BUNDLE} bytes")
    content = source.blob(repository, layer.digest, layer.size)
    if f"sha256:{sha256_hex(content)}" != layer.digest:
        raise BrokenImageError(f"The registry gives other bytes for {layer.digest}")
    return content


def _list_under_tag(
    store: ImageStore, repository: Repository, digest: str, manifest: Fetched, annotations: object
) -> None:
    entry = {
        "mediaType": OCI_MANIFEST,
        "digest": manifest.digest,
        "size": len(manifest.content),
        "artifactType": BUNDLE_TYPE,
        "annotations": annotations,
    }
    known: list[object] = []
    try:
        listed = strict_object(store.manifest(repository, fallback_tag(digest)).content, "The list of referrers")
        known = list(listed.get("manifests") or [])
    except ImageMissingError:
        pass
    index = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [*known, entry]}
    store.put_manifest(repository, fallback_tag(digest), Fetched(json.dumps(index).encode(), OCI_INDEX))
