"""Which files a repository offers of a package: its own, its upstream repositories', and the public index's.

Dependency confusion is decided here. The public index is not asked about a name that is declared internal, that is
published anywhere in the domain, or whose origin configuration blocks upstreams: not when a version is missing, not
when its repository is another one, not when what is here was archived.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from alphaswarm_local.packages.model import Asset, Domain, Package, Repository
from alphaswarm_local.packages.upstream.listing import UpstreamFile

IsInternal = Callable[[str], bool]
"""Whether a normalised name is declared to belong to the project."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One file. `source` says where its bytes come from; `version` is as its repository or file name writes it."""

    name: str
    version: str
    sha256: str
    requires_python: str | None
    metadata_sha256: str | None
    yanked: str | None
    source: Asset | UpstreamFile
    listed: bool = True


@dataclass(slots=True)
class Found:
    """What the repositories of a domain say about a name.

    Attributes:
        offers: Files that are there, by file name.
        settled: Versions that are decided: nothing further up adds to them or replaces them.
        connection: The repository through whose external connection the public index has to be asked; None if not.
    """

    offers: dict[str, Offer] = field(default_factory=dict)
    settled: set[str] = field(default_factory=set)
    connection: str | None = None


def look_up(domain: Domain, repository: str, name: str, is_internal: IsInternal) -> Found:
    """What the repository, and those upstream of it in their order, say about `name` (normalised)."""
    found = Found()
    open_to_public = not is_internal(name) and not is_published(domain, name)
    for each in _search_order(domain, repository, name):
        package = each.packages.get(name)
        if package is not None:
            _add(found, package)
        closed = package is not None and not package.upstream
        if each.connections and open_to_public and not closed:
            found.connection = found.connection or each.name
    return found


def with_public(found: Found, files: tuple[UpstreamFile, ...]) -> Mapping[str, Offer]:
    """All offers, with those of the public index where nothing nearer decided."""
    offers = dict(found.offers)
    for each in files:
        if each.version not in found.settled and each.name not in offers:
            offers[each.name] = Offer(
                each.name,
                each.version,
                each.sha256,
                each.requires_python,
                each.metadata_sha256,
                each.yanked,
                source=each,
            )
    return offers


def is_published(domain: Domain, name: str) -> bool:
    """Whether some repository of the domain has a version of `name` that was published to it, of whatever status."""
    return any(
        version.origin.connection is None
        for repository in domain.repositories.values()
        if (package := repository.packages.get(name)) is not None
        for version in package.versions.values()
    )


def _search_order(domain: Domain, repository: str, name: str) -> Iterator[Repository]:
    """The repository, then its upstreams depth first; not beyond one in which the package blocks upstreams."""
    seen: set[str] = set()
    ahead = [repository]
    while ahead:
        current = domain.repositories.get(ahead.pop(0))
        if current is None or current.name in seen:
            continue
        seen.add(current.name)
        yield current
        package = current.packages.get(name)
        if package is None or package.upstream:
            ahead = [*current.upstreams, *ahead]


def _add(found: Found, package: Package) -> None:
    for version in package.versions.values():
        if version.version in found.settled:
            continue
        whole = version.origin.connection is None or not version.status.is_listed
        for asset in version.assets.values() if version.status.is_readable else ():
            found.offers.setdefault(
                asset.name,
                Offer(
                    asset.name,
                    version.version,
                    asset.sha256,
                    asset.requires_python,
                    asset.metadata_sha256,
                    asset.yanked,
                    source=asset,
                    listed=version.status.is_listed,
                ),
            )
        if whole:  # a version from outside may have more files there than were fetched yet
            found.settled.add(version.version)
