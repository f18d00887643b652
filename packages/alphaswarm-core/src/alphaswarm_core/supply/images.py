"""What an image is: its manifest, and the members of an index; every byte of it under its digest.

Where it comes from is behind `ImageSource`: a registry, or a test's memory. Nobody trusts it: it may give other bytes
than were asked for. Source: OCI Image Specification 1.1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from alphaswarm_core.canonical import sha256_hex
from alphaswarm_core.supply.errors import BrokenImageError
from alphaswarm_core.supply.references import DIGEST, Repository
from alphaswarm_core.supply.strict_json import strict_object

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
MANIFEST_TYPES = (OCI_INDEX, OCI_MANIFEST, DOCKER_LIST, DOCKER_MANIFEST)
_INDEXES = frozenset({OCI_INDEX, DOCKER_LIST})
_MOST_MEMBERS = 64
_ATTESTATION = "vnd.docker.reference.type"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A manifest as the registry gave it."""

    content: bytes
    media_type: str

    @property
    def digest(self) -> str:
        """Of the bytes."""
        return f"sha256:{sha256_hex(self.content)}"


@dataclass(frozen=True, slots=True)
class Descriptor:
    """What a list says of a manifest or blob; nothing of it is proved."""

    digest: str
    size: int
    media_type: str
    artifact_type: str = ""
    annotations: Mapping[str, str] | None = None


class ImageSource(Protocol):
    """Where images are read."""

    def manifest(self, repository: Repository, reference: str) -> Fetched:
        """The manifest with that tag or digest.

        Raises:
            ImageMissingError: there is none.
        """

    def blob(self, repository: Repository, digest: str, size: int) -> bytes:
        """The blob: exactly `size` bytes, or an error."""

    def referrers(self, repository: Repository, digest: str) -> Sequence[Descriptor]:
        """What refers to `digest`: anybody who may push may have put it there."""


@dataclass(frozen=True, slots=True)
class Member:
    """One image of an index, for one platform; or the only one."""

    digest: str
    platform: str


@dataclass(frozen=True, slots=True)
class Image:
    """An image whose bytes are what their digests say.

    Attributes:
        size: Bytes of the manifest.
        members: One a platform.
    """

    repository: Repository
    digest: str
    media_type: str
    size: int
    members: tuple[Member, ...]

    @property
    def digests(self) -> tuple[str, ...]:
        """Its own, and those of its members: whatever a statement may be about."""
        return tuple(dict.fromkeys([self.digest, *(each.digest for each in self.members)]))

    @property
    def platforms(self) -> tuple[str, ...]:
        """`linux/amd64`, …, sorted."""
        return tuple(sorted(each.platform for each in self.members if each.platform))


def read_image(source: ImageSource, repository: Repository, digest: str) -> Image:
    """The image with that digest, its members included.

    Raises:
        BrokenImageError: the registry gives other bytes, or the manifest is none.
        ImageMissingError: it, or a member, is not there.
    """
    fetched = exact_manifest(source, repository, digest)
    document = strict_object(fetched.content, "The manifest")
    _require_kind(document, fetched.media_type)
    if fetched.media_type in _INDEXES:
        members = _members(source, repository, document)
    else:
        members = [Member(digest, _platform_of_config(source, repository, document))]
    return Image(repository, digest, fetched.media_type, len(fetched.content), tuple(members))


def exact_manifest(source: ImageSource, repository: Repository, digest: str) -> Fetched:
    """The manifest whose bytes have that digest.

    Raises:
        BrokenImageError: the registry gives other bytes.
    """
    fetched = source.manifest(repository, digest)
    if fetched.digest != digest:
        raise BrokenImageError(f"The registry gives other bytes for {digest}", why=f"their digest is {fetched.digest}")
    return fetched


def _require_kind(document: Mapping[str, Any], media_type: str) -> None:
    """An index that is also an image would be another thing for another reader (CVE-2021-41190)."""
    both = "manifests" in document and ("layers" in document or "config" in document)
    if media_type not in MANIFEST_TYPES or document.get("mediaType", media_type) != media_type or both:
        raise BrokenImageError("The manifest is no image", why=f"'{media_type[:80]}' is not what it says itself")


def _members(source: ImageSource, repository: Repository, document: Mapping[str, Any]) -> list[Member]:
    listed = document.get("manifests")
    if not isinstance(listed, list) or not 0 < len(listed) <= _MOST_MEMBERS:
        raise BrokenImageError(f"An index has 1 to {_MOST_MEMBERS} manifests")
    found = [_member(source, repository, each) for each in listed if not _is_attestation(each)]
    if len({each.platform for each in found}) != len(found) or not found:
        raise BrokenImageError("An index has one image a platform", why="a platform is there twice, or there is none")
    return found


def _member(source: ImageSource, repository: Repository, listed: Any) -> Member:
    descriptor = descriptor_of(listed)
    fetched = exact_manifest(source, repository, descriptor.digest)
    document = strict_object(fetched.content, "The manifest of a member")
    _require_kind(document, fetched.media_type)
    if fetched.media_type in _INDEXES or len(fetched.content) != descriptor.size:
        raise BrokenImageError(f"The member {descriptor.digest} is not what the index says")
    said, own = _platform(listed.get("platform")), _platform_of_config(source, repository, document)
    if not _agree(said, own):
        raise BrokenImageError(
            f"The member {descriptor.digest} is for {own or 'no platform'}", why=f"the index says {said}"
        )
    return Member(descriptor.digest, said)


def _agree(said: str, own: str) -> bool:
    """A variant (`linux/arm64/v8`) may be left out on one side."""
    return said.split("/")[:2] == own.split("/")[:2] and len(said) > 1


def _is_attestation(listed: Any) -> bool:
    """What buildx puts beside images: no platform runs it, and nothing in it is believed."""
    annotations = listed.get("annotations") if isinstance(listed, dict) else None
    return isinstance(annotations, dict) and annotations.get(_ATTESTATION) == "attestation-manifest"


def _platform_of_config(source: ImageSource, repository: Repository, document: Mapping[str, Any]) -> str:
    config = descriptor_of(document.get("config"))
    content = source.blob(repository, config.digest, config.size)
    if f"sha256:{sha256_hex(content)}" != config.digest:
        raise BrokenImageError(f"The registry gives other bytes for {config.digest}")
    return _platform(strict_object(content, "The image's configuration"))


def _platform(document: Any) -> str:
    if not isinstance(document, dict):
        return ""
    parts = [document.get(name) for name in ("os", "architecture", "variant")]
    return "/".join(each for each in parts if isinstance(each, str) and each)


def descriptor_of(document: Any) -> Descriptor:
    """The descriptor that `document` is.

    Raises:
        BrokenImageError: it is none.
    """
    if isinstance(document, dict):
        digest, size = document.get("digest"), document.get("size")
        kind, annotations = document.get("mediaType"), document.get("annotations")
        fits = isinstance(digest, str) and DIGEST.fullmatch(digest) and type(size) is int and size >= 0
        if fits and isinstance(kind, str):
            artifact = document.get("artifactType")
            return Descriptor(
                str(digest),
                int(str(size)),
                kind,
                artifact if isinstance(artifact, str) else "",
                annotations if isinstance(annotations, dict) else None,
            )
    raise BrokenImageError("A descriptor has no SHA-256 digest, no size or no media type")
