"""CodeArtifact as an AWS service: from an authorized call to its answer."""

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from alphaswarm_local.aws.messages import HttpResponse
from alphaswarm_local.aws.operations import ApiCall
from alphaswarm_local.packages.blobs import BlobStore
from alphaswarm_local.packages.calls import Call, Operation
from alphaswarm_local.packages.domain_operations import DomainOperations, KeyOf
from alphaswarm_local.packages.inputs import read_inputs
from alphaswarm_local.packages.package_operations import PackageOperations
from alphaswarm_local.packages.policy_operations import PolicyOperations
from alphaswarm_local.packages.repository_operations import RepositoryOperations
from alphaswarm_local.packages.store import PackageStore
from alphaswarm_local.packages.tokens import TokenOperations, TokenStore
from alphaswarm_local.packages.version_operations import VersionOperations

_ASSET = "GetPackageVersionAsset"


class CodeArtifact:
    """The API.

    Args:
        address: What every repository's endpoint begins with.
        blobs: Where the files of packages are kept.
        key_of: Knows the keys of KMS.
        now: Seconds since the epoch.
    """

    def __init__(self, address: str, blobs: Path, key_of: KeyOf, now: Callable[[], float] = time.time) -> None:
        self.store, self.tokens, self.blobs = PackageStore(), TokenStore(now), BlobStore(blobs)
        self._packages = PackageOperations(self.store, self.blobs)
        self._now = now
        self.operations: Mapping[str, Operation] = {
            **DomainOperations(self.store, key_of).table,
            **RepositoryOperations(self.store, address).table,
            **PolicyOperations(self.store).table,
            **TokenOperations(self.store, self.tokens).table,
            **self._packages.table,
            **VersionOperations(self.store).table,
        }

    def __call__(self, call: ApiCall) -> HttpResponse:
        """The answer to an authorized call of a supported operation.

        Raises:
            AwsFault: in AWS's words.
        """
        name = call.operation.name
        understood = Call(name, call.identity, call.region, self._now(), read_inputs(name, call.request))
        if name == _ASSET:
            return self._packages.asset(understood)
        document = self.operations[name](understood)
        return HttpResponse(200, [("Content-Type", "application/json")], json.dumps(document).encode())
