"""What a repository has to give: its pages, ready-made as long as nothing changes, and its files, fetched on demand."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from alphaswarm_local.aws.file_answers import Held
from alphaswarm_local.packages.blobs import BlobStore
from alphaswarm_local.packages.contents import Contents
from alphaswarm_local.packages.model import Asset
from alphaswarm_local.packages.names import DomainKey
from alphaswarm_local.packages.offers import Found, IsInternal, Offer, look_up, with_public
from alphaswarm_local.packages.pages import Form, Page, package_page
from alphaswarm_local.packages.store import PackageStore, domain_of
from alphaswarm_local.packages.upstream.listing import UpstreamFile
from alphaswarm_local.packages.upstream.mirror import Listing, Mirror

_MOST_SHELVES = 5000
Offers = Mapping[str, Offer]


@dataclass(frozen=True, slots=True)
class _Look:
    """What was found at one generation of the store with one listing of the public index, and the pages made of it."""

    generation: int
    found: Found
    listing: Listing | None
    offers: Offers
    pages: dict[Form, Page] = field(default_factory=dict)


class Shelf:
    """The repositories' packages.

    Args:
        store: All domains.
        blobs: The files.
        contents: Keeps what was fetched.
        mirror: The public index.
        is_internal: Which names never come from it.
    """

    def __init__(
        self, store: PackageStore, blobs: BlobStore, contents: Contents, mirror: Mirror, is_internal: IsInternal
    ) -> None:
        self._store, self._blobs, self._contents = store, blobs, contents
        self._mirror, self._is_internal = mirror, is_internal
        self._lock = threading.Lock()
        self._looks: dict[tuple[DomainKey, str, str], _Look] = {}

    def page(self, key: DomainKey, repository: str, name: str, form: Form) -> Page | None:
        """The page of a package; None if the repository does not have it.

        Raises:
            UpstreamError: the public index has to be asked and does not answer.
        """
        look = self._look(key, repository, name)
        if not look.offers:
            return None
        page = look.pages.get(form)
        if page is None:
            page = look.pages[form] = package_page(name, look.offers.values(), form)
        return page

    def file(self, key: DomainKey, repository: str, name: str, version: str, file: str) -> Held | None:
        """A file of a version; one of the public index is fetched, checked and kept.

        Raises:
            UpstreamError: the public index does not give it.
        """
        look = self._look(key, repository, name)
        offer = look.offers.get(file)
        if offer is None or offer.version != version:
            return None
        if isinstance(offer.source, Asset):
            return self._held(offer.sha256)
        blob = self._mirror.fetch(offer.source)
        repositories = tuple(dict.fromkeys((repository, look.found.connection or repository)))
        self._contents.retain(key, repositories, name, offer.source, blob)
        return self._held(blob.sha256)

    def metadata(self, key: DomainKey, repository: str, name: str, version: str, file: str) -> Held | None:
        """The metadata beside a file (PEP 658); None if the repository has none.

        Raises:
            UpstreamError: the public index does not give it.
        """
        offer = self._look(key, repository, name).offers.get(file)
        if offer is None or offer.version != version or offer.metadata_sha256 is None:
            return None
        held = self._held(offer.metadata_sha256)
        if held is None and isinstance(offer.source, UpstreamFile):
            return self._held(self._mirror.fetch_metadata(offer.source).sha256)
        return held

    def _held(self, sha256: str) -> Held | None:
        blob, path = self._blobs.find(sha256), self._blobs.path(sha256)
        return Held(path, blob.size, sha256) if blob is not None and path is not None else None

    def _look(self, key: DomainKey, repository: str, name: str) -> _Look:
        known = self._looks.get((key, repository, name))
        generation = self._store.generation
        if known is not None and known.generation == generation and self._is_current(known, name):
            return known
        with self._store.reading() as domains:
            generation = self._store.generation
            found = look_up(domain_of(domains, key), repository, name, self._is_internal)
        listing = self._mirror.listing(name) if found.connection is not None else None
        look = _Look(generation, found, listing, with_public(found, listing.files if listing is not None else ()))
        with self._lock:
            if len(self._looks) >= _MOST_SHELVES:
                self._looks.clear()
            self._looks[key, repository, name] = look
        return look

    def _is_current(self, look: _Look, name: str) -> bool:
        return look.listing is None or self._mirror.listing(name) is look.listing
