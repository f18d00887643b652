"""The operations on domains."""

import uuid
from collections.abc import Callable, Mapping

from alphaswarm_local.packages.calls import Call, Document, Operation, page, tags_of
from alphaswarm_local.packages.faults import conflict, invalid
from alphaswarm_local.packages.model import Domain
from alphaswarm_local.packages.names import DomainKey
from alphaswarm_local.packages.store import PackageStore, domain_of

_OWN_KEY = "alias/aws/codeartifact"
KeyOf = Callable[[str, str, str], str | None]
"""(account, region, name) → the ARN of an existing KMS key, or None."""


class DomainOperations:
    """CreateDomain and what follows it.

    Args:
        store: All domains.
        key_of: Knows the keys of KMS.
    """

    def __init__(self, store: PackageStore, key_of: KeyOf) -> None:
        self._store, self._key_of = store, key_of

    @property
    def table(self) -> Mapping[str, Operation]:
        """Operation's name → what answers it."""
        return {
            "CreateDomain": self.create,
            "DescribeDomain": self.describe,
            "DeleteDomain": self.delete,
            "ListDomains": self.list_all,
        }

    def create(self, call: Call) -> Document:
        """`CreateDomain`."""
        key = DomainKey(call.identity.account_id, call.region, call.given["domain"])
        made = Domain(key, call.now, self._encryption_key(call), tags_of(call.given))
        with self._store.changing() as domains:
            if key in domains:
                raise conflict("domain", key.domain, f"Domain with name '{key.domain}' already exists in this account")
            domains[key] = made
        return {"domain": described(made)}

    def describe(self, call: Call) -> Document:
        """`DescribeDomain`."""
        with self._store.reading() as domains:
            return {"domain": described(domain_of(domains, call.key))}

    def delete(self, call: Call) -> Document:
        """`DeleteDomain`; one that is not there is deleted already."""
        key = call.key
        with self._store.changing() as domains:
            found = domains.get(key)
            if found is None:
                return {}
            if found.repositories:
                raise conflict("domain", key.domain, f"Domain '{key.domain}' has repositories and cannot be deleted")
            del domains[key]
        return {"domain": described(found) | {"status": "Deleted"}}

    def list_all(self, call: Call) -> Document:
        """`ListDomains`: those of the caller's account."""
        with self._store.reading() as domains:
            own = [
                described(each)
                for key, each in sorted(domains.items(), key=lambda pair: pair[0].domain)
                if (key.account, key.region) == (call.identity.account_id, call.region)
            ]
        kept = ("name", "owner", "arn", "status", "createdTime", "encryptionKey")
        return page(call, [{name: each[name] for name in kept} for each in own], "domains")

    def _encryption_key(self, call: Call) -> str:
        """The key that was named, which has to exist; else AWS's own of the service, which KMS here does not list."""
        account, named = call.identity.account_id, call.given.get("encryptionKey")
        if named is None:
            own = uuid.uuid5(uuid.NAMESPACE_URL, f"{account}/{call.region}/{_OWN_KEY}")
            return f"arn:aws:kms:{call.region}:{account}:key/{own}"
        found = self._key_of(account, call.region, named)
        if found is None:
            raise invalid(f"encryptionKey: there is no KMS key '{named}'", "ENCRYPTION_KEY_ERROR")
        return found


def described(domain: Domain) -> Document:
    """A domain as `DomainDescription`."""
    key = domain.key
    return {
        "name": key.domain,
        "owner": key.account,
        "arn": key.arn,
        "status": "Active",
        "createdTime": domain.created_at,
        "encryptionKey": domain.encryption_key,
        "repositoryCount": len(domain.repositories),
        "assetSizeBytes": domain.size,
        "s3BucketArn": f"arn:aws:s3:::assets-{key.account}-{key.region}",
    }
