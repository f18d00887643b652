"""Manifests as they are pushed: read strictly, because whoever reads one later must understand the same.

Source: OCI Image Specification 1.1; Docker Image Manifest V2, Schema 2.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from alphaswarm_local.registry.errors import RegistryRefusal, invalid
from alphaswarm_local.registry.names import digest_of, is_digest

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
_DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
_DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
_SINGLE, _LISTS = frozenset({OCI_MANIFEST, _DOCKER_MANIFEST}), frozenset({OCI_INDEX, _DOCKER_LIST})
_LARGEST = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest that holds together.

    Attributes:
        content: The bytes, as pushed: the digest is theirs.
        blobs: Digests of what it is made of, and their sizes.
        manifests: Digests of its members, if it is an index.
        subject: The digest of what it is about, if it refers to something.
        layer_bytes: Of all layers together.
    """

    content: bytes
    media_type: str
    artifact_type: str
    blobs: Mapping[str, int]
    manifests: tuple[str, ...]
    subject: str | None
    annotations: Mapping[str, str] = field(default_factory=dict)
    layer_bytes: int = 0

    @property
    def digest(self) -> str:
        """Of the bytes."""
        return digest_of(self.content)


def read_manifest(content: bytes, media_type: str) -> Manifest:
    """The manifest in `content`, which the client calls `media_type`.

    Raises:
        RegistryRefusal: it is none, or says two different things.
    """
    if len(content) > _LARGEST:
        raise RegistryRefusal(413, "SIZE_INVALID", f"A manifest has at most {_LARGEST} bytes")
    document = _document(content)
    said = document.get("mediaType", media_type)
    if media_type not in _SINGLE | _LISTS or said != media_type:
        raise invalid("MANIFEST_INVALID", f"The media type '{media_type}' is not supported, or not the manifest's own")
    if document.get("schemaVersion") != 2:  # noqa: PLR2004 - the one version there is
        raise invalid("MANIFEST_INVALID", "schemaVersion has to be 2")
    if media_type in _LISTS:
        return _index(content, media_type, document)
    if "manifests" in document:
        # The attack: one reader takes it for an image, another for an index of other images (CVE-2021-41190).
        raise invalid("MANIFEST_INVALID", "An image manifest has no manifests")
    return _image(content, media_type, document)


def _image(content: bytes, media_type: str, document: Mapping[str, Any]) -> Manifest:
    config = _descriptor(document.get("config"))
    listed = document.get("layers")
    if not isinstance(listed, list):
        raise invalid("MANIFEST_INVALID", "layers has to be a list")
    layers = [_descriptor(each) for each in listed]
    kind = _text(document, "artifactType") or _text(document["config"], "mediaType")
    return Manifest(
        content,
        media_type,
        kind,
        dict([config, *layers]),
        (),
        _subject(document),
        _annotations(document),
        sum(size for _, size in layers),
    )


def _index(content: bytes, media_type: str, document: Mapping[str, Any]) -> Manifest:
    members = document.get("manifests")
    if not isinstance(members, list) or "layers" in document or "config" in document:
        raise invalid("MANIFEST_INVALID", "An index has a list of manifests, and neither config nor layers")
    return Manifest(
        content,
        media_type,
        _text(document, "artifactType"),
        {},
        tuple(_descriptor(each)[0] for each in members),
        _subject(document),
        _annotations(document),
    )


def _document(content: bytes) -> dict[str, Any]:
    try:
        document = json.loads(content.decode(), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise invalid("MANIFEST_INVALID", f"The manifest is not JSON: {error}") from None
    if not isinstance(document, dict):
        raise invalid("MANIFEST_INVALID", "The manifest is not a JSON object")
    return document


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is there twice")
    return found


def _descriptor(value: object) -> tuple[str, int]:
    if isinstance(value, Mapping):
        digest, size = value.get("digest"), value.get("size")
        if isinstance(digest, str) and is_digest(digest) and isinstance(size, int) and not isinstance(size, bool):
            return digest, size
    raise invalid("MANIFEST_INVALID", "A descriptor has no SHA-256 digest or no size")


def _subject(document: Mapping[str, Any]) -> str | None:
    return None if document.get("subject") is None else _descriptor(document["subject"])[0]


def _annotations(document: Mapping[str, Any]) -> Mapping[str, str]:
    return dict(_strings(document.get("annotations")))


def _strings(given: object) -> Iterator[tuple[str, str]]:
    if isinstance(given, Mapping):
        yield from ((key, value) for key, value in given.items() if isinstance(value, str))


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name, "")
    return value if isinstance(value, str) else ""
