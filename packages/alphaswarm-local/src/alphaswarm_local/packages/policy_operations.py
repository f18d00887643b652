"""Resource policies of domains and repositories, and tags."""

import uuid
from collections.abc import Mapping

from alphaswarm_core.identity.iam import PolicyKind
from alphaswarm_local.access.policies import is_malformed
from alphaswarm_local.packages.calls import Call, Document, Operation, tags_of
from alphaswarm_local.packages.faults import conflict, invalid, not_found
from alphaswarm_local.packages.model import Domain, Repository, ResourcePolicy
from alphaswarm_local.packages.names import DomainKey
from alphaswarm_local.packages.store import PackageStore, domain_of, repository_of

_MOST_TAGS = 50


class PolicyOperations:
    """Put, get and delete of permissions policies; tags.

    Args:
        store: All domains.
    """

    def __init__(self, store: PackageStore) -> None:
        self._store = store

    @property
    def table(self) -> Mapping[str, Operation]:
        """Operation's name → what answers it."""
        return {
            **{f"Put{kind}PermissionsPolicy": self.put for kind in ("Domain", "Repository")},
            **{f"Get{kind}PermissionsPolicy": self.get for kind in ("Domain", "Repository")},
            **{f"Delete{kind}PermissionsPolicy": self.delete for kind in ("Domain", "Repository")},
            "ListTagsForResource": self.list_tags,
            "TagResource": self.tag,
            "UntagResource": self.untag,
        }

    def put(self, call: Call) -> Document:
        """A policy in place of whatever is there; with `policyRevision`, only in place of that one."""
        text = call.given["policyDocument"]
        if is_malformed(text, PolicyKind.RESOURCE):
            raise invalid("policyDocument: Invalid policy document")
        with self._store.changing() as domains:
            held, arn = _held(call, domains)
            _same_revision(call, held)
            held.policy = ResourcePolicy(text, uuid.uuid4().hex)
            return _answer(arn, held.policy)

    def get(self, call: Call) -> Document:
        """The policy; one that is not there is not found."""
        with self._store.reading() as domains:
            held, arn = _held(call, domains)
            return _answer(arn, _existing(held, arn))

    def delete(self, call: Call) -> Document:
        """The policy that was deleted."""
        with self._store.changing() as domains:
            held, arn = _held(call, domains)
            policy = _existing(held, arn)
            _same_revision(call, held)
            held.policy = None
            return _answer(arn, policy)

    def list_tags(self, call: Call) -> Document:
        """`ListTagsForResource`."""
        with self._store.reading() as domains:
            tags = _tagged(call, domains).tags
            return {"tags": [{"key": key, "value": value} for key, value in sorted(tags.items())]}

    def tag(self, call: Call) -> Document:
        """`TagResource`."""
        with self._store.changing() as domains:
            held = _tagged(call, domains)
            tags = held.tags | tags_of(call.given)
            if len(tags) > _MOST_TAGS:
                raise invalid(f"tags: a resource has at most {_MOST_TAGS}")
            held.tags = tags
        return {}

    def untag(self, call: Call) -> Document:
        """`UntagResource`."""
        with self._store.changing() as domains:
            held = _tagged(call, domains)
            held.tags = {key: value for key, value in held.tags.items() if key not in call.given["tagKeys"]}
        return {}


def _held(call: Call, domains: dict[DomainKey, Domain]) -> tuple[Domain | Repository, str]:
    """The domain or repository that the call is about, and its ARN."""
    if "repository" in call.given:
        repository = repository_of(domains, call.key, call.given["repository"])
        return repository, call.key.repository_arn(repository.name)
    return domain_of(domains, call.key), call.key.arn


def _existing(held: Domain | Repository, arn: str) -> ResourcePolicy:
    if held.policy is None:
        raise not_found("domain" if isinstance(held, Domain) else "repository", arn, f"'{arn}' has no policy")
    return held.policy


def _same_revision(call: Call, held: Domain | Repository) -> None:
    """Refuse to overwrite a policy that somebody else has changed since it was read."""
    wanted = call.given.get("policyRevision")
    if wanted is not None and (held.policy is None or held.policy.revision != wanted):
        raise conflict("policy", wanted, "The policy has another revision")


def _answer(arn: str, policy: ResourcePolicy) -> Document:
    return {"policy": {"resourceArn": arn, "revision": policy.revision, "document": policy.document}}


def _tagged(call: Call, domains: dict[DomainKey, Domain]) -> Domain | Repository:
    """The resource of `resourceArn`.

    Raises:
        AwsFault: there is none, or the caller is the root of another account.
    """
    arn = call.given["resourceArn"]
    fields = arn.split(":", 5)
    kind, _, path = fields[-1].partition("/")
    name, _, repository = path.partition("/")
    if len(fields) != 6 or fields[2] != "codeartifact" or kind not in {"domain", "repository"}:  # noqa: PLR2004
        raise invalid(f"resourceArn: '{arn}' names neither a domain nor a repository")
    if fields[4] != call.identity.account_id and call.identity.session is None:
        raise not_found(kind, arn)
    key = DomainKey(fields[4], fields[3], name)
    return domain_of(domains, key) if kind == "domain" else repository_of(domains, key, repository)
