"""The memory of CodeArtifact: all domains of this start of the local cloud, behind one lock."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from alphaswarm_local.packages.faults import not_found
from alphaswarm_local.packages.model import Domain, Repository
from alphaswarm_local.packages.names import DomainKey


class PackageStore:
    """All domains.

    Attributes:
        generation: Grows with every change; what was rendered from an older one is stale.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._domains: dict[DomainKey, Domain] = {}
        self.generation = 0

    @contextmanager
    def changing(self) -> Iterator[dict[DomainKey, Domain]]:
        """All domains, to change them: nobody else reads or writes meanwhile."""
        with self._lock:
            try:
                yield self._domains
            finally:
                self.generation += 1

    @contextmanager
    def reading(self) -> Iterator[dict[DomainKey, Domain]]:
        """All domains, to read them."""
        with self._lock:
            yield self._domains

    def policy(self, arn: str) -> str | None:
        """The resource policy about `arn`: a domain's own; a repository's for itself and its packages."""
        fields = arn.split(":", 5)
        if len(fields) != 6:  # noqa: PLR2004 - an ARN's
            return None
        kind, _, rest = fields[5].partition("/")
        name, _, more = rest.partition("/")
        with self._lock:
            domain = self._domains.get(DomainKey(fields[4], fields[3], name))
            repository = more.partition("/")[0]
            held = domain if kind == "domain" or domain is None else domain.repositories.get(repository)
            return held.policy.document if held is not None and held.policy is not None else None


def domain_of(domains: dict[DomainKey, Domain], key: DomainKey) -> Domain:
    """The domain at `key`.

    Raises:
        AwsFault: there is none.
    """
    if key not in domains:
        raise not_found("domain", key.domain)
    return domains[key]


def repository_of(domains: dict[DomainKey, Domain], key: DomainKey, name: str) -> Repository:
    """The repository of that name.

    Raises:
        AwsFault: there is none, or no such domain.
    """
    repositories = domain_of(domains, key).repositories
    if name not in repositories:
        raise not_found("repository", name, f"Repository not found. Repository '{name}' in domain '{key.domain}'")
    return repositories[name]
