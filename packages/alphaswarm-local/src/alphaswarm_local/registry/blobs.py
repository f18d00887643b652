"""Blobs by what is in them, and uploads on their way there. A blob has a name only when its bytes have that digest."""

import hashlib
import os
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alphaswarm_local.registry.errors import RegistryRefusal, invalid, not_found
from alphaswarm_local.registry.names import RepositoryKey

_MOST_UPLOADS = 256
_UPLOAD_SECONDS = 24 * 3600
_LARGEST_BLOB = 52_000_000_000
"""Bytes: ECR's "maximum layer size"."""


@dataclass(slots=True)
class _Upload:
    repository: RepositoryKey
    path: Path
    digest: Any
    started: float
    size: int = 0


class BlobFiles:
    """Blobs and uploads in a directory of this process's own.

    Which repository has which blob is not known here: `images.py` keeps that beside the repository.

    Args:
        directory: Made with the first upload; private to its owner.
        now: Seconds since the epoch.
    """

    def __init__(self, directory: Path, now: Callable[[], float] = time.time) -> None:
        self._directory, self._now = directory, now
        self._lock = threading.RLock()
        self._uploads: dict[str, _Upload] = {}

    def path(self, digest: str) -> Path:
        """Where the blob is, if it is there."""
        return self._directory / digest.removeprefix("sha256:")

    def begin(self, repository: RepositoryKey) -> str:
        """A new upload; its id."""
        with self._lock:
            self._forget_old()
            if len(self._uploads) >= _MOST_UPLOADS:
                raise RegistryRefusal(429, "TOOMANYREQUESTS", "Too many uploads are open")
            self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            name = str(uuid.uuid4())
            path = self._directory / f"upload-{name}"
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            self._uploads[name] = _Upload(repository, path, hashlib.sha256(), self._now())
            return name

    def size(self, repository: RepositoryKey, name: str) -> int:
        """How many bytes the upload has."""
        with self._lock:
            return self._find(repository, name).size

    def append(self, repository: RepositoryKey, name: str, content: bytes, start: int | None) -> int:
        """Add bytes that begin at `start`; the size afterwards.

        Raises:
            RegistryRefusal: no such upload; `start` is not where it ends (416); it is too large.
        """
        with self._lock:
            upload = self._find(repository, name)
            if start not in {None, upload.size}:
                raise RegistryRefusal(416, "BLOB_UPLOAD_INVALID", f"The upload has {upload.size} bytes, not {start}")
            if upload.size + len(content) > _LARGEST_BLOB:
                raise RegistryRefusal(413, "SIZE_INVALID", f"A blob has at most {_LARGEST_BLOB} bytes")
            with upload.path.open("ab") as file:
                file.write(content)
            upload.digest.update(content)
            upload.size += len(content)
            return upload.size

    def finish(self, repository: RepositoryKey, name: str, digest: str) -> int:
        """Make the upload the blob `digest`; its size. An upload with other bytes is thrown away.

        Raises:
            RegistryRefusal: no such upload; its bytes have another digest.
        """
        with self._lock:
            upload = self._find(repository, name)
            del self._uploads[name]
            found = f"sha256:{upload.digest.hexdigest()}"
            if found != digest:
                upload.path.unlink(missing_ok=True)
                raise invalid("DIGEST_INVALID", f"The digest of the bytes is {found}, not {digest}")
            upload.path.replace(self.path(digest))
            return upload.size

    def cancel(self, repository: RepositoryKey, name: str) -> None:
        """Throw the upload away."""
        with self._lock:
            upload = self._find(repository, name)
            del self._uploads[name]
            upload.path.unlink(missing_ok=True)

    def _find(self, repository: RepositoryKey, name: str) -> _Upload:
        upload = self._uploads.get(name)
        if upload is None or upload.repository != repository:
            raise not_found("BLOB_UPLOAD_UNKNOWN", "The upload is unknown to this repository, or was given up")
        return upload

    def _forget_old(self) -> None:
        for name, upload in list(self._uploads.items()):
            if upload.started + _UPLOAD_SECONDS < self._now():
                del self._uploads[name]
                upload.path.unlink(missing_ok=True)
