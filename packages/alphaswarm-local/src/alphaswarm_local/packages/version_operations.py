"""The operations that change versions: status, disposal, deletion. Each answers version by version."""

from collections.abc import Callable, Mapping

from alphaswarm_local.packages.calls import Call, Document, Operation
from alphaswarm_local.packages.faults import invalid
from alphaswarm_local.packages.model import Package, Status, Version
from alphaswarm_local.packages.package_operations import package_of
from alphaswarm_local.packages.store import PackageStore

_TARGETS = frozenset({Status.PUBLISHED, Status.UNLISTED, Status.ARCHIVED})
Change = Callable[[Package, Version], None]


class VersionOperations:
    """UpdatePackageVersionsStatus, DisposePackageVersions, DeletePackageVersions.

    Args:
        store: All domains.
    """

    def __init__(self, store: PackageStore) -> None:
        self._store = store

    @property
    def table(self) -> Mapping[str, Operation]:
        """Operation's name → what answers it."""
        return {
            "UpdatePackageVersionsStatus": self.update_status,
            "DisposePackageVersions": self.dispose,
            "DeletePackageVersions": self.delete,
        }

    def update_status(self, call: Call) -> Document:
        """`UpdatePackageVersionsStatus`: published, unlisted or archived; what was disposed of stays so."""
        wanted = call.given["targetStatus"]
        if wanted not in _TARGETS:
            raise invalid(f"targetStatus: must be one of {', '.join(sorted(_TARGETS))}")

        def change(_package: Package, version: Version) -> None:
            version.status = Status(wanted)

        return self._each(call, change)

    def dispose(self, call: Call) -> Document:
        """`DisposePackageVersions`: the files are gone, the version stays known and cannot be published again."""

        def change(_package: Package, version: Version) -> None:
            version.status, version.assets = Status.DISPOSED, {}

        return self._each(call, change)

    def delete(self, call: Call) -> Document:
        """`DeletePackageVersions`."""

        def change(package: Package, version: Version) -> None:
            del package.versions[version.version]

        return self._each(call, change, status="Deleted", disposed_too=True)

    def _each(self, call: Call, change: Change, *, status: str = "", disposed_too: bool = False) -> Document:
        done: Document = {}
        failed: Document = {}
        with self._store.changing() as domains:
            package = package_of(call, domains)
            for name in dict.fromkeys(call.given["versions"]):
                version = package.versions.get(name)
                error = _error(call, name, version, disposed_too=disposed_too)
                if version is None or error is not None:
                    failed[name] = error
                    continue
                change(package, version)
                done[name] = {"revision": version.revision, "status": status or version.status}
        return {"successfulVersions": done, "failedVersions": failed}


def _error(call: Call, name: str, version: Version | None, *, disposed_too: bool) -> Document | None:
    """Why this version is not changed."""
    if version is None:
        return {"errorCode": "NOT_FOUND", "errorMessage": f"There is no version '{name}'"}
    if call.given.get("versionRevisions", {}).get(name, version.revision) != version.revision:
        return {"errorCode": "MISMATCHED_REVISION", "errorMessage": f"The revision is {version.revision}"}
    if call.given.get("expectedStatus", version.status) != version.status:
        return {"errorCode": "MISMATCHED_STATUS", "errorMessage": f"The status is {version.status}"}
    if version.status is Status.DISPOSED and not disposed_too:
        return {"errorCode": "NOT_ALLOWED", "errorMessage": "The version was disposed of"}
    return None
