"""What CodeArtifact keeps: domains, repositories, packages, versions, files. Changed only under the store's lock."""

from dataclasses import dataclass, field
from enum import StrEnum

from alphaswarm_local.packages.names import DomainKey


class Status(StrEnum):
    """A version's status. Only published ones are listed to package managers; unlisted ones can be downloaded."""

    PUBLISHED = "Published"
    UNFINISHED = "Unfinished"
    UNLISTED = "Unlisted"
    ARCHIVED = "Archived"
    DISPOSED = "Disposed"

    @property
    def is_listed(self) -> bool:
        """Whether package managers see the version."""
        return self in {Status.PUBLISHED, Status.UNFINISHED}

    @property
    def is_readable(self) -> bool:
        """Whether its files can be downloaded."""
        return self.is_listed or self is Status.UNLISTED


@dataclass(frozen=True, slots=True)
class Asset:
    """One file of a version; its bytes lie in the blob store under `sha256`.

    Attributes:
        hashes: By AWS's name of the algorithm: `MD5`, `SHA-1`, `SHA-256`, `SHA-512`.
        metadata_sha256: Where its core metadata (PEP 658) lies in the blob store; None if it has none.
        yanked: Why it was yanked (PEP 592), empty for no reason given; None if it was not.
    """

    name: str
    size: int
    sha256: str
    hashes: dict[str, str]
    requires_python: str | None = None
    metadata_sha256: str | None = None
    yanked: str | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """How a version came in: `INTERNAL` (published to a repository) or `EXTERNAL` (from an external connection)."""

    repository: str
    connection: str | None = None

    @property
    def kind(self) -> str:
        """AWS's `originType`."""
        return "INTERNAL" if self.connection is None else "EXTERNAL"


@dataclass(slots=True)
class Version:
    """One version of a package in one repository."""

    version: str
    revision: str
    published_at: float
    origin: Origin
    status: Status = Status.PUBLISHED
    summary: str = ""
    home_page: str = ""
    licenses: tuple[str, ...] = ()
    assets: dict[str, Asset] = field(default_factory=dict)


@dataclass(slots=True)
class Package:
    """One package in one repository.

    Attributes:
        name: Normalised.
        publish: Whether new versions may be published here.
        upstream: Whether versions may come from upstream repositories and external connections.
    """

    name: str
    publish: bool
    upstream: bool
    versions: dict[str, Version] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ResourcePolicy:
    """A policy on a domain or repository. `revision` changes with each put."""

    document: str
    revision: str


@dataclass(slots=True)
class Repository:
    """One repository.

    Attributes:
        administrator: The account that made it.
        upstreams: Names of repositories of the same domain, searched in this order.
        connections: External connections; one at most.
        packages: By normalised name.
    """

    name: str
    administrator: str
    created_at: float
    description: str = ""
    upstreams: tuple[str, ...] = ()
    connections: tuple[str, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)
    policy: ResourcePolicy | None = None
    packages: dict[str, Package] = field(default_factory=dict)


@dataclass(slots=True)
class Domain:
    """One domain and its repositories."""

    key: DomainKey
    created_at: float
    encryption_key: str
    tags: dict[str, str] = field(default_factory=dict)
    policy: ResourcePolicy | None = None
    repositories: dict[str, Repository] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes of all files; one that lies in two repositories is kept once."""
        assets = {
            asset.sha256: asset.size
            for repository in self.repositories.values()
            for package in repository.packages.values()
            for version in package.versions.values()
            for asset in version.assets.values()
        }
        return sum(assets.values())
