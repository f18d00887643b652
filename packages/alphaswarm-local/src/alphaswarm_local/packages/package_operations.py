"""The operations on packages, their origin and their versions' files: what is in a repository itself, not upstream."""

from collections.abc import Mapping

from alphaswarm_local.aws.messages import FileBody, HttpResponse
from alphaswarm_local.packages.blobs import BlobStore
from alphaswarm_local.packages.calls import Call, Document, Operation, page, require_pypi
from alphaswarm_local.packages.faults import conflict, not_found
from alphaswarm_local.packages.model import Domain, Package, Repository, Version
from alphaswarm_local.packages.names import PYPI, DomainKey, normalized
from alphaswarm_local.packages.store import PackageStore, repository_of


class PackageOperations:
    """ListPackages, DescribePackage(Version), ListPackageVersions, …Assets, GetPackageVersionAsset, origin.

    Args:
        store: All domains.
        blobs: The files.
    """

    def __init__(self, store: PackageStore, blobs: BlobStore) -> None:
        self._store, self._blobs = store, blobs

    @property
    def table(self) -> Mapping[str, Operation]:
        """Operation's name → what answers it."""
        return {
            "ListPackages": self.list_all,
            "DescribePackage": self.describe,
            "PutPackageOriginConfiguration": self.restrict,
            "DeletePackage": self.delete,
            "ListPackageVersions": self.list_versions,
            "DescribePackageVersion": self.describe_version,
            "ListPackageVersionAssets": self.list_assets,
        }

    def list_all(self, call: Call) -> Document:
        """`ListPackages`."""
        if "format" in call.given:
            require_pypi(call.given["format"])
        given = call.given
        prefix = normalized(given["packagePrefix"]) if "packagePrefix" in given else ""
        with self._store.reading() as domains:
            repository = repository_of(domains, call.key, given["repository"])
            found = [
                {"format": PYPI, "package": name, **_restrictions(package)}
                for name, package in sorted(repository.packages.items())
                if name.startswith(prefix)
                and given.get("publish", _word(package.publish)) == _word(package.publish)
                and given.get("upstream", _word(package.upstream)) == _word(package.upstream)
            ]
        return page(call, found, "packages")

    def describe(self, call: Call) -> Document:
        """`DescribePackage`."""
        with self._store.reading() as domains:
            package = package_of(call, domains)
            return {"package": {"format": PYPI, "name": package.name, **_restrictions(package)}}

    def restrict(self, call: Call) -> Document:
        """`PutPackageOriginConfiguration`."""
        wanted = call.given["restrictions"]
        with self._store.changing() as domains:
            package = package_of(call, domains)
            package.publish = wanted["publish"] == "ALLOW"
            package.upstream = wanted["upstream"] == "ALLOW"
            return _restrictions(package)

    def delete(self, call: Call) -> Document:
        """`DeletePackage`, with all versions and its origin configuration."""
        with self._store.changing() as domains:
            package = package_of(call, domains)
            del repository_of(domains, call.key, call.given["repository"]).packages[package.name]
            return {"deletedPackage": {"format": PYPI, "package": package.name, **_restrictions(package)}}

    def list_versions(self, call: Call) -> Document:
        """`ListPackageVersions`, of one status or origin if it is asked for."""
        given = call.given
        with self._store.reading() as domains:
            package = package_of(call, domains)
            found = sorted(package.versions.values(), key=lambda each: (-each.published_at, each.version))
            chosen = [
                _summary(each)
                for each in (found if given.get("sortBy") else sorted(found, key=lambda each: each.version))
                if given.get("status", each.status) == each.status
                and given.get("originType", each.origin.kind) == each.origin.kind
            ]
        answer = page(call, chosen, "versions") | {"format": PYPI, "package": package.name}
        listed = [each.version for each in found if each.status.is_listed]
        return answer | ({"defaultDisplayVersion": listed[0]} if listed else {})

    def describe_version(self, call: Call) -> Document:
        """`DescribePackageVersion`."""
        with self._store.reading() as domains:
            package, version = version_of(call, domains)
            return {"packageVersion": _described(package, version)}

    def list_assets(self, call: Call) -> Document:
        """`ListPackageVersionAssets`."""
        with self._store.reading() as domains:
            package, version = version_of(call, domains)
            assets = [
                {"name": each.name, "size": each.size, "hashes": each.hashes}
                for _, each in sorted(version.assets.items())
            ]
        about = {"format": PYPI, "package": package.name, "version": version.version}
        return page(call, assets, "assets") | about | {"versionRevision": version.revision}

    def asset(self, call: Call) -> HttpResponse:
        """`GetPackageVersionAsset`: the bytes; what stands about them is in headers."""
        wanted = call.given["asset"]
        with self._store.reading() as domains:
            _, version = version_of(call, domains)
            if not version.status.is_readable:
                raise conflict("package-version", version.version, f"The version is {version.status}")
            if call.given.get("packageVersionRevision", version.revision) != version.revision:
                raise conflict("package-version", version.version, "The version has another revision")
            asset = version.assets.get(wanted)
        path = self._blobs.path(asset.sha256) if asset is not None else None
        if asset is None or path is None:
            raise not_found("asset", wanted)
        about = {"X-AssetName": wanted, "X-PackageVersion": version.version}
        headers = [("Content-Type", "application/octet-stream"), *about.items()]
        headers.append(("X-PackageVersionRevision", version.revision))
        return HttpResponse(200, headers, file=FileBody(path, 0, asset.size))


def package_of(call: Call, domains: dict[DomainKey, Domain]) -> Package:
    """The package that the call names.

    Raises:
        AwsFault: the repository does not have it.
    """
    repository: Repository = repository_of(domains, call.key, call.given["repository"])
    if call.package not in repository.packages:
        raise not_found("package", call.package)
    return repository.packages[call.package]


def version_of(call: Call, domains: dict[DomainKey, Domain]) -> tuple[Package, Version]:
    """The version that the call names, and its package.

    Raises:
        AwsFault: the repository does not have it.
    """
    package = package_of(call, domains)
    wanted = call.given["packageVersion"]
    if wanted not in package.versions:
        raise not_found("package-version", wanted)
    return package, package.versions[wanted]


def _word(allowed: bool) -> str:  # noqa: FBT001 - a flag and its word
    return "ALLOW" if allowed else "BLOCK"


def _restrictions(package: Package) -> Document:
    words = {"publish": _word(package.publish), "upstream": _word(package.upstream)}
    return {"originConfiguration": {"restrictions": words}}


def _origin(version: Version) -> Document:
    origin = version.origin
    entry = (
        {"externalConnectionName": origin.connection} if origin.connection else {"repositoryName": origin.repository}
    )
    return {"originType": origin.kind, "domainEntryPoint": entry}


def _summary(version: Version) -> Document:
    about = {"version": version.version, "revision": version.revision, "status": version.status}
    return {**about, "origin": _origin(version)}


def _described(package: Package, version: Version) -> Document:
    return {
        "format": PYPI,
        "packageName": package.name,
        "displayName": package.name,
        "summary": version.summary,
        "homePage": version.home_page,
        "publishedTime": version.published_at,
        "licenses": [{"name": name} for name in version.licenses],
        **_summary(version),
    }
