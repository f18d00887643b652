"""The operations on repositories: their upstreams, their external connection, their address."""

from collections.abc import Mapping, Sequence

from alphaswarm_local.aws.faults import not_implemented
from alphaswarm_local.packages.calls import Call, Document, Operation, page, require_pypi, tags_of
from alphaswarm_local.packages.faults import conflict, invalid, not_found, over_quota
from alphaswarm_local.packages.model import Domain, Repository
from alphaswarm_local.packages.names import PUBLIC_PYPI, PYPI
from alphaswarm_local.packages.store import PackageStore, domain_of, repository_of

_MOST_UPSTREAMS = 10


class RepositoryOperations:
    """CreateRepository and what follows it.

    Args:
        store: All domains.
        address: What every repository's endpoint begins with, without a slash at the end.
    """

    def __init__(self, store: PackageStore, address: str) -> None:
        self._store, self._address = store, address

    @property
    def table(self) -> Mapping[str, Operation]:
        """Operation's name → what answers it."""
        return {
            "CreateRepository": self.create,
            "DescribeRepository": self.describe,
            "UpdateRepository": self.update,
            "DeleteRepository": self.delete,
            "ListRepositories": self.list_all,
            "ListRepositoriesInDomain": self.list_in_domain,
            "AssociateExternalConnection": self.connect,
            "DisassociateExternalConnection": self.disconnect,
            "GetRepositoryEndpoint": self.endpoint,
        }

    def create(self, call: Call) -> Document:
        """`CreateRepository`."""
        name = call.given["repository"]
        with self._store.changing() as domains:
            domain = domain_of(domains, call.key)
            if name in domain.repositories:
                raise conflict("repository", name, f"Repository '{name}' already exists in domain '{call.key.domain}'")
            upstreams = _upstreams(call, domain, name)
            made = Repository(name, call.identity.account_id, call.now, call.given.get("description", ""), upstreams)
            made.tags = tags_of(call.given)
            domain.repositories[name] = made
            return {"repository": described(domain, made)}

    def describe(self, call: Call) -> Document:
        """`DescribeRepository`."""
        with self._store.reading() as domains:
            found = repository_of(domains, call.key, call.given["repository"])
            return {"repository": described(domains[call.key], found)}

    def update(self, call: Call) -> Document:
        """`UpdateRepository`: what is left out stays as it is."""
        with self._store.changing() as domains:
            found = repository_of(domains, call.key, call.given["repository"])
            domain = domains[call.key]
            if "upstreams" in call.given:
                found.upstreams = _upstreams(call, domain, found.name)
            found.description = call.given.get("description", found.description)
            return {"repository": described(domain, found)}

    def delete(self, call: Call) -> Document:
        """`DeleteRepository`, with all its packages."""
        with self._store.changing() as domains:
            found = repository_of(domains, call.key, call.given["repository"])
            domain = domains[call.key]
            below = [each.name for each in domain.repositories.values() if found.name in each.upstreams]
            if below:
                message = f"Repository '{found.name}' is an upstream of {', '.join(below)}"
                raise conflict("repository", found.name, message)
            del domain.repositories[found.name]
            return {"repository": described(domain, found)}

    def list_all(self, call: Call) -> Document:
        """`ListRepositories`: all in the domains of the caller's account."""
        own = (call.identity.account_id, call.region)
        with self._store.reading() as domains:
            held = [domain for key, domain in domains.items() if (key.account, key.region) == own]
            return page(call, _summaries(call, held), "repositories")

    def list_in_domain(self, call: Call) -> Document:
        """`ListRepositoriesInDomain`."""
        with self._store.reading() as domains:
            return page(call, _summaries(call, [domain_of(domains, call.key)]), "repositories")

    def connect(self, call: Call) -> Document:
        """`AssociateExternalConnection`: `public:pypi` only, and one at most."""
        name = call.given["externalConnection"]
        if name != PUBLIC_PYPI:
            raise not_implemented(f"the external connection {name}: it keeps Python packages only")
        with self._store.changing() as domains:
            found = repository_of(domains, call.key, call.given["repository"])
            if name in found.connections:
                raise conflict("repository", found.name, f"Repository '{found.name}' has the connection already")
            found.connections = (name,)
            return {"repository": described(domains[call.key], found)}

    def disconnect(self, call: Call) -> Document:
        """`DisassociateExternalConnection`."""
        name = call.given["externalConnection"]
        with self._store.changing() as domains:
            found = repository_of(domains, call.key, call.given["repository"])
            if name not in found.connections:
                raise not_found("repository", name, f"Repository '{found.name}' has no external connection '{name}'")
            found.connections = ()
            return {"repository": described(domains[call.key], found)}

    def endpoint(self, call: Call) -> Document:
        """`GetRepositoryEndpoint`."""
        require_pypi(call.given["format"])
        key = call.key
        with self._store.reading() as domains:
            found = repository_of(domains, key, call.given["repository"])
        path = f"{key.account}/{key.region}/{key.domain}/{PYPI}/{found.name}"
        return {"repositoryEndpoint": f"{self._address}/{path}/"}


def described(domain: Domain, repository: Repository) -> Document:
    """A repository as `RepositoryDescription`."""
    connections = [
        {"externalConnectionName": name, "packageFormat": PYPI, "status": "Available"}
        for name in repository.connections
    ]
    return {
        **_summary(domain, repository),
        "upstreams": [{"repositoryName": name} for name in repository.upstreams],
        "externalConnections": connections,
    }


def _summary(domain: Domain, repository: Repository) -> Document:
    about = {
        "name": repository.name,
        "administratorAccount": repository.administrator,
        "domainName": domain.key.domain,
        "domainOwner": domain.key.account,
        "arn": domain.key.repository_arn(repository.name),
        "createdTime": repository.created_at,
    }
    return about | ({"description": repository.description} if repository.description else {})


def _summaries(call: Call, domains: Sequence[Domain]) -> list[Document]:
    prefix, administrator = call.given.get("repositoryPrefix", ""), call.given.get("administratorAccount")
    return [
        _summary(domain, each)
        for domain in sorted(domains, key=lambda domain: domain.key.domain)
        for name, each in sorted(domain.repositories.items())
        if name.startswith(prefix) and administrator in {None, each.administrator}
    ]


def _upstreams(call: Call, domain: Domain, name: str) -> tuple[str, ...]:
    """The upstreams that were asked for: they exist, are not there twice, and never lead back to the repository.

    Raises:
        AwsFault: they do not hold.
    """
    names = [each.get("repositoryName", "") for each in call.given.get("upstreams", ())]
    if len(names) > _MOST_UPSTREAMS:
        raise over_quota(f"A repository has at most {_MOST_UPSTREAMS} upstreams")
    if len(set(names)) != len(names):
        raise invalid("upstreams: a repository is there twice")
    for each in names:
        if each not in domain.repositories:
            raise not_found("repository", each)
        if name in _reached(domain, each):
            raise invalid(f"upstreams: '{each}' leads back to '{name}'")
    return tuple(names)


def _reached(domain: Domain, name: str) -> set[str]:
    """The repository of that name and everything upstream of it."""
    reached, ahead = set[str](), [name]
    while ahead:
        current = ahead.pop()
        if current not in reached and (found := domain.repositories.get(current)):
            ahead += found.upstreams
        reached.add(current)
    return reached
