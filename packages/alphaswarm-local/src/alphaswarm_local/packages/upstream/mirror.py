"""What was read from the upstream index, kept: pages for a while and then asked for again, files for good.

Pages are kept on disk under a digest of the index's address, so that another index never answers for this one. When the
index is away, the last page is still believed: its files are checked by their hashes either way.
"""

import hashlib
import json
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from alphaswarm_local.packages.blobs import Blob, BlobStore, WrongContentError
from alphaswarm_local.packages.upstream.client import UpstreamClient, UpstreamError
from alphaswarm_local.packages.upstream.listing import UnreadablePageError, UpstreamFile, read_page
from alphaswarm_local.pip_settings import PipSettings, PipSettingsError

_LOG = logging.getLogger("alphaswarm_local.packages")
FRESH_SECONDS = 600.0
_MISSING_SECONDS = 60.0
"""How long it is believed that the index has no such package, or is away."""
_LOCKS = 64


@dataclass(frozen=True, slots=True)
class Listing:
    """What the index said about a package, and when it was asked. No files: it has no such package."""

    files: tuple[UpstreamFile, ...]
    etag: str
    asked_at: float

    def is_fresh(self, now: float) -> bool:
        """Whether it need not be asked for again."""
        return now - self.asked_at < (FRESH_SECONDS if self.files else _MISSING_SECONDS)


class Mirror:
    """The public index.

    Args:
        directory: Where pages are kept.
        blobs: Where files are kept.
        settings: Asks pip; called when the index is first needed.
        now: Seconds since the epoch.
    """

    def __init__(
        self,
        directory: Path,
        blobs: BlobStore,
        settings: Callable[[], PipSettings],
        now: Callable[[], float] = time.time,
    ) -> None:
        self._directory, self._blobs, self._ask, self._now = directory, blobs, settings, now
        self._locks = tuple(threading.Lock() for _ in range(_LOCKS))
        self._starting = threading.Lock()
        self._client: UpstreamClient | None = None
        self._pages = directory
        self._listings: dict[str, Listing] = {}

    def listing(self, package: str) -> Listing:
        """What the index says about `package` (normalised).

        Raises:
            UpstreamError: it does not answer, and never has about this package.
        """
        known = self._listings.get(package)
        if known is not None and known.is_fresh(self._now()):
            return known
        client = self._started()
        with self._lock(package):
            known = self._listings.get(package) or self._kept(package)
            if known is None or not known.is_fresh(self._now()):
                known = self._asked(client, package, known)
            self._listings[package] = known
        return known

    def fetch(self, file: UpstreamFile) -> Blob:
        """The file, from the disk or the index.

        Raises:
            UpstreamError: the index does not give it, or gives something else under its name.
        """
        return self._fetched(file.url, file.sha256, file.name)

    def fetch_metadata(self, file: UpstreamFile) -> Blob:
        """The metadata beside the file.

        Raises:
            UpstreamError: as `fetch`.
        """
        return self._fetched(f"{file.url}.metadata", file.metadata_sha256 or "", f"{file.name}.metadata")

    def close(self) -> None:
        """Let go of connections."""
        if self._client is not None:
            self._client.close()

    def _fetched(self, url: str, sha256: str, name: str) -> Blob:
        with self._lock(sha256):
            if (blob := self._blobs.find(sha256)) is not None:
                return blob
            try:
                with self._started().file(url) as parts:
                    return self._blobs.add(parts, sha256)
            except WrongContentError as error:
                _LOG.error("upstream: %s is not what the index's page says: %s", name, error)
                raise UpstreamError(f"{name} from the upstream index is not what its page says: {error}") from error

    def _started(self) -> UpstreamClient:
        with self._starting:
            if self._client is None:
                try:
                    settings = self._ask()
                except PipSettingsError as error:
                    raise UpstreamError(f"which index is upstream is not known: {error}") from error
                for option in settings.left_out:
                    _LOG.warning("upstream: pip's %s is not used; only its index is", option)
                self._client = UpstreamClient(settings)
                index = settings.index_url.rpartition("@")[2]
                self._pages = self._directory / hashlib.sha256(index.encode()).hexdigest()[:16]
            return self._client

    def _asked(self, client: UpstreamClient, package: str, known: Listing | None) -> Listing:
        try:
            page = client.page(package, known.etag if known is not None else "")
            if page.state == "unchanged" and known is not None:
                return Listing(known.files, known.etag, self._now())
            files = read_page(package, page.url, page.content_type, page.body) if page.state == "found" else ()
        except (UpstreamError, UnreadablePageError) as error:
            if known is not None and known.files:
                _LOG.warning("upstream: %s; its last page of %s is used", error, package)
                return Listing(known.files, known.etag, self._now() - FRESH_SECONDS + _MISSING_SECONDS)
            raise UpstreamError(str(error)) from error
        listing = Listing(files, page.etag, self._now())
        self._keep(package, listing)
        return listing

    def _kept(self, package: str) -> Listing | None:
        try:
            document = json.loads((self._pages / f"{package}.json").read_bytes())
            files = tuple(UpstreamFile(**each) for each in document["files"])
            return Listing(files, str(document["etag"]), float(document["asked_at"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            _LOG.warning("upstream: the kept page of %s cannot be read and is asked for again: %s", package, error)
            return None

    def _keep(self, package: str, listing: Listing) -> None:
        self._pages.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self._pages / f"{package}.{threading.get_ident()}.draft"
        document = {
            "etag": listing.etag,
            "asked_at": listing.asked_at,
            "files": [asdict(each) for each in listing.files],
        }
        draft.write_text(json.dumps(document), encoding="utf-8")
        draft.replace(self._pages / f"{package}.json")

    def _lock(self, name: str) -> threading.Lock:
        """One of a few locks, so that a page or file is asked for once, however many ask at a time."""
        return self._locks[hash(name) % _LOCKS]
