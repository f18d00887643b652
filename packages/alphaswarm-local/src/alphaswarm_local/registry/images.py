"""What repositories hold: images in moto's ECR, so that the API and the registry speak of the same, and their blobs.

A manifest comes in only when everything that it names is there: a push that ends half way leaves no image.
"""

import threading
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from alphaswarm_local.registry.errors import RegistryRefusal, invalid, not_found
from alphaswarm_local.registry.manifests import Manifest, read_manifest
from alphaswarm_local.registry.names import RepositoryKey, is_digest

BackendOf = Callable[[str, str], Any]
_IMMUTABLE, _PARTLY_IMMUTABLE = "IMMUTABLE", "MUTABLE_WITH_EXCLUSION"


def moto_ecr(account: str, region: str) -> Any:
    """Moto's ECR of an account and region."""
    from moto.backends import get_backend  # noqa: PLC0415 - only after `Moto.prepare`

    return get_backend("ecr")[account][region]


class Images:
    """The repositories.

    Args:
        backend: moto's ECR.
    """

    def __init__(self, backend: BackendOf = moto_ecr) -> None:
        self._backend = backend
        self._lock = threading.RLock()

    def policy(self, key: RepositoryKey) -> str | None:
        """The repository's own policy."""
        found = self._backend(key.account, key.region).repositories.get(key.name)
        return None if found is None else found.policy

    def require(self, key: RepositoryKey) -> Any:
        """Moto's repository.

        Raises:
            RegistryRefusal: there is none.
        """
        found = self._backend(key.account, key.region).repositories.get(key.name)
        if found is None:
            sentence = f"The repository with name '{key.name}' does not exist in the registry with id '{key.account}'"
            raise not_found("NAME_UNKNOWN", sentence)
        return found

    def blob_size(self, key: RepositoryKey, digest: str) -> int | None:
        """Bytes of the repository's blob; None if it has none with that digest."""
        size: int | None = self.require(key).layers.get(digest)
        return size

    def add_blob(self, key: RepositoryKey, digest: str, size: int) -> None:
        """The repository has the blob from now on."""
        self.require(key).layers[digest] = size

    def find(self, key: RepositoryKey, reference: str) -> Manifest:
        """The manifest with that digest or tag.

        Raises:
            RegistryRefusal: there is none.
        """
        image = self._image(self.require(key), reference)
        if image is None:
            raise not_found("MANIFEST_UNKNOWN", "Requested image not found")
        return _manifest(image)

    def put(self, key: RepositoryKey, manifest: Manifest, tag: str | None) -> None:
        """Keep the manifest, under `tag` if one is given.

        Raises:
            RegistryRefusal: something that it names is missing, or the tag is taken and stays as it is.
        """
        with self._lock:
            repository = self.require(key)
            self._require_parts(key, repository, manifest)
            holder = self._image(repository, tag) if tag else None
            if holder is not None and holder.get_image_digest() != manifest.digest:
                _require_mutable(repository, str(tag))
                _untag(holder, str(tag))
            image = self._image(repository, manifest.digest)
            if image is None:
                repository.images.append(_new_image(key, manifest, tag))
            elif tag is not None:
                image.update_tag(tag)

    def tags(self, key: RepositoryKey) -> list[str]:
        """All tags, sorted."""
        return sorted(tag for image in list(self.require(key).images) for tag in image.image_tags)

    def referrers(self, key: RepositoryKey, digest: str) -> Iterator[Manifest]:
        """What refers to `digest`, in the order in which it came."""
        for image in list(self.require(key).images):
            manifest = _manifest(image)
            if manifest.subject == digest:
                yield manifest

    def _require_parts(self, key: RepositoryKey, repository: Any, manifest: Manifest) -> None:
        for digest, size in manifest.blobs.items():
            if repository.layers.get(digest) is None:
                raise not_found("MANIFEST_BLOB_UNKNOWN", f"Layer {digest} does not exist in '{key.name}'")
            if repository.layers[digest] != size:
                raise invalid("SIZE_INVALID", f"Layer {digest} has {repository.layers[digest]} bytes, not {size}")
        for digest in manifest.manifests:
            if self._image(repository, digest) is None:
                raise not_found("MANIFEST_BLOB_UNKNOWN", f"Referenced image {digest} does not exist in '{key.name}'")

    def _image(self, repository: Any, reference: str) -> Any:
        for image in list(repository.images):
            if image.get_image_digest() == reference or (not is_digest(reference) and reference in image.image_tags):
                return image
        return None


def _untag(image: Any, tag: str) -> None:
    image.remove_tag(tag)
    image.image_tag = next(iter(image.image_tags), None)  # moto would go on naming the one that moved


def _manifest(image: Any) -> Manifest:
    return _read(image.image_manifest, image.image_manifest_media_type)


@lru_cache(maxsize=8192)
def _read(text: str, media_type: str) -> Manifest:
    return read_manifest(text.encode(), media_type)


def _new_image(key: RepositoryKey, manifest: Manifest, tag: str | None) -> Any:
    from moto.ecr.models import Image  # noqa: PLC0415 - only after `Moto.prepare`

    text = manifest.content.decode()
    image = Image(key.account, tag, text, key.name, manifest.media_type, manifest.digest)  # type: ignore[arg-type]
    # moto makes a size up; AWS says how large the layers are together, and nothing for an index.
    image.get_image_size_in_bytes = lambda: manifest.layer_bytes or None  # type: ignore[method-assign]
    return image


def _require_mutable(repository: Any, tag: str) -> None:
    """Filters say which tags are an exception to the repository's rule."""
    rule = str(getattr(repository.image_tag_mutability, "value", repository.image_tag_mutability))
    filters = [each["filter"] for each in repository.image_tag_mutability_exclusion_filters or ()]
    excepted = any(fnmatchcase(tag, each) for each in filters)
    fixed = excepted if rule == _PARTLY_IMMUTABLE else rule.startswith(_IMMUTABLE) and not excepted
    if fixed:
        sentence = (
            f"The image tag '{tag}' already exists in the '{repository.name}' repository "
            "and cannot be overwritten because the tag is immutable."
        )
        raise RegistryRefusal(400, "TAG_INVALID", sentence)
