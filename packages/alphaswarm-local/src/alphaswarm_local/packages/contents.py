"""What comes into repositories: files that are published, and files that were fetched from the public index."""

import uuid
from collections.abc import Callable

from alphaswarm_local.packages.admission import RefusedRequestError
from alphaswarm_local.packages.blobs import Blob, BlobStore
from alphaswarm_local.packages.model import Asset, Origin, Package, Repository, Status, Version
from alphaswarm_local.packages.names import PUBLIC_PYPI, DomainKey
from alphaswarm_local.packages.store import PackageStore, repository_of
from alphaswarm_local.packages.uploads import Upload
from alphaswarm_local.packages.upstream.listing import UpstreamFile


class Contents:
    """Adds to repositories.

    Args:
        store: All domains.
        blobs: The files.
        now: Seconds since the epoch.
    """

    def __init__(self, store: PackageStore, blobs: BlobStore, now: Callable[[], float]) -> None:
        self._store, self._blobs, self._now = store, blobs, now

    def publish(self, key: DomainKey, repository: str, upload: Upload) -> None:
        """Add a published file. What was published stays: the same file name comes in once, whatever is in it.

        Raises:
            RefusedRequestError: 409 if the file is there or its version was withdrawn; 403 if the package's origin
                configuration blocks publishing.
        """
        blob = self._blobs.add([upload.content])
        metadata = self._blobs.add([upload.metadata.text]).sha256 if upload.metadata.text is not None else None
        asset = Asset(upload.filename, blob.size, blob.sha256, blob.hashes, upload.metadata.requires_python, metadata)
        with self._store.changing() as domains:
            held = repository_of(domains, key, repository)
            package = held.packages.get(upload.package)
            if package is not None and not package.publish:
                sentence = f"The origin configuration of {package.name} in {repository} blocks publishing"
                raise RefusedRequestError(403, f"{sentence}: its versions come from outside")
            _refuse_again(package, upload)
            package = held.packages.setdefault(upload.package, Package(upload.package, publish=True, upstream=False))
            version = package.versions.setdefault(upload.version, self._published(repository, upload))
            version.assets[asset.name] = asset
            version.revision = uuid.uuid4().hex

    def retain(self, key: DomainKey, repositories: tuple[str, ...], name: str, file: UpstreamFile, blob: Blob) -> None:
        """Keep a file of the public index in the repository that was asked, and in that with the connection."""
        asset = Asset(
            file.name, blob.size, blob.sha256, blob.hashes, file.requires_python, file.metadata_sha256, file.yanked
        )
        with self._store.changing() as domains:
            for held in (repository_of(domains, key, each) for each in repositories):
                package = held.packages.setdefault(name, Package(name, publish=False, upstream=True))
                if file.version not in package.versions:
                    package.versions[file.version] = self._retained(held, file)
                package.versions[file.version].assets.setdefault(asset.name, asset)

    def _published(self, repository: str, upload: Upload) -> Version:
        about = upload.metadata
        return Version(
            upload.version,
            uuid.uuid4().hex,
            self._now(),
            Origin(repository),
            summary=about.summary,
            home_page=about.home_page,
            licenses=about.licenses,
        )

    def _retained(self, held: Repository, file: UpstreamFile) -> Version:
        return Version(file.version, uuid.uuid4().hex, self._now(), Origin(held.name, PUBLIC_PYPI))


def _refuse_again(package: Package | None, upload: Upload) -> None:
    version = package.versions.get(upload.version) if package is not None else None
    if version is None:
        return
    if upload.filename in version.assets:
        raise RefusedRequestError(409, f"{upload.filename} exists already; a published file is never replaced")
    if version.status not in {Status.PUBLISHED, Status.UNFINISHED} or version.origin.connection is not None:
        raise RefusedRequestError(409, f"{upload.package} {upload.version} is {version.status} and takes no more files")
