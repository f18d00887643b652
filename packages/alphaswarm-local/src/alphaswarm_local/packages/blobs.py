"""Files by what is in them: written once, under their SHA-256; those of an earlier start are checked before use."""

import hashlib
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_BLOCK = 1 << 20
ALGORITHMS = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-512": "sha512"}
"""AWS's names, and hashlib's."""


@dataclass(frozen=True, slots=True)
class Blob:
    """A file in the store. `hashes` are by AWS's names."""

    sha256: str
    size: int
    hashes: dict[str, str]


class WrongContentError(Exception):
    """The bytes are not those that were announced."""


class BlobStore:
    """A directory of files.

    Args:
        directory: Made when the first file comes; private to its owner.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._known: dict[str, Blob] = {}

    def add(self, parts: Iterable[bytes], sha256: str | None = None) -> Blob:
        """Store the bytes of `parts`; with `sha256`, only if it is theirs.

        Raises:
            WrongContentError: it is not.
            OSError: the disk does not take them.
        """
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        digests = {name: hashlib.new(algorithm, usedforsecurity=False) for name, algorithm in ALGORITHMS.items()}
        size = 0
        number, name = tempfile.mkstemp(dir=self._directory, prefix=".draft-")
        draft = Path(name)
        try:
            with os.fdopen(number, "wb") as file:
                for part in parts:
                    file.write(part)
                    size += len(part)
                    for digest in digests.values():
                        digest.update(part)
            blob = Blob(digests["SHA-256"].hexdigest(), size, {key: each.hexdigest() for key, each in digests.items()})
            if sha256 not in {None, blob.sha256}:
                raise WrongContentError(f"SHA-256 is {blob.sha256} and should be {sha256}")
            draft.replace(self._place(blob.sha256))
            self._known[blob.sha256] = blob
        finally:
            draft.unlink(missing_ok=True)
        return blob

    def path(self, sha256: str) -> Path | None:
        """Where the file is; None if it is not here, or is no longer what it was."""
        return self._place(sha256) if self.find(sha256) is not None else None

    def find(self, sha256: str) -> Blob | None:
        """The file with that digest, from this start or an earlier one."""
        place = self._place(sha256)
        if sha256 not in self._known:
            if not place.is_file() or _digest(place, "sha256") != sha256:
                return None
            hashes = {name: _digest(place, algorithm) for name, algorithm in ALGORITHMS.items()}
            self._known[sha256] = Blob(sha256, place.stat().st_size, hashes)
        return self._known[sha256]

    def _place(self, sha256: str) -> Path:
        return self._directory / sha256


def _digest(path: Path, algorithm: str) -> str:
    digest = hashlib.new(algorithm, usedforsecurity=False)
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
