"""What IAM holds now, read from moto's own objects in this process: every call is judged by the current documents."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

_ROLE_ARN = re.compile(
    r"arn:aws:iam::(?P<account>[0-9]{12}):role/(?P<path>(?:[\x21-\x7e]+/)?)(?P<name>[\w+=,.@-]{1,64})"
)
_DEFAULT_SECONDS = 3600
_HELD_IN = {"role": "roles", "user": "users", "group": "groups", "instance-profile": "instance_profiles"}


@dataclass(frozen=True, slots=True)
class RoleState:
    """A role as it is now.

    Attributes:
        policies: Its identity policies as JSON texts: inline, and the default versions of those attached.
        boundary: The permissions boundary's document; None if there is none; empty if it names a policy that is gone,
            and then nothing is allowed.
        tags: For `aws:PrincipalTag` and `aws:ResourceTag`.
    """

    arn: str
    id: str
    name: str
    trust: str
    max_seconds: int
    policies: tuple[str, ...]
    boundary: str | None
    boundary_arn: str | None
    tags: Mapping[str, str]

    @property
    def account_id(self) -> str:
        """The account that owns it."""
        return self.arn.split(":")[4]


@dataclass(frozen=True, slots=True)
class ProviderState:
    """A registered OIDC provider."""

    arn: str
    audiences: tuple[str, ...]


class IamState(Protocol):
    """What is asked of IAM; all answers are of now."""

    def role(self, account_id: str, name: str) -> RoleState | None:
        """The role of that name."""

    def provider(self, account_id: str, url: str) -> ProviderState | None:
        """The OIDC provider of `url`, given without its scheme."""

    def managed_policy(self, account_id: str, arn: str) -> str | None:
        """The default version's document of a managed policy of the account or of AWS."""

    def arn(self, account_id: str, kind: str, name: str) -> str:
        """The ARN of the `kind` (`role`, `user`, `group`, `instance-profile`) of that name, with its path.

        One without a path where there is none of that name.
        """


def role_of_arn(iam: IamState, arn: str) -> RoleState | None:
    """The role with exactly that ARN, path included."""
    match = _ROLE_ARN.fullmatch(arn)
    role = iam.role(match["account"], match["name"]) if match else None
    return role if role is not None and role.arn == arn else None


class MotoIam:
    """IAM as moto holds it.

    Args:
        accounts: The accounts that exist. moto would make any other up when it is asked for.
    """

    def __init__(self, accounts: Collection[str]) -> None:
        self._accounts = frozenset(accounts)

    def role(self, account_id: str, name: str) -> RoleState | None:
        """As `IamState.role`."""
        backend = self._backend(account_id)
        found = backend and next((each for each in list(backend.roles.values()) if each.name == name), None)
        return _role(found, lambda arn: self.managed_policy(account_id, arn)) if found else None

    def provider(self, account_id: str, url: str) -> ProviderState | None:
        """As `IamState.provider`."""
        backend = self._backend(account_id)
        for each in list(backend.open_id_providers.values()) if backend else ():
            if each.url == url:
                return ProviderState(each.arn, tuple(each.client_id_list))
        return None

    def managed_policy(self, account_id: str, arn: str) -> str | None:
        """As `IamState.managed_policy`."""
        backend = self._backend(account_id)
        found = backend and backend.managed_policies.get(arn)
        return _document(found) if found else None

    def arn(self, account_id: str, kind: str, name: str) -> str:
        """As `IamState.arn`."""
        backend = self._backend(account_id)
        listed = getattr(backend, _HELD_IN.get(kind, ""), None) or {}
        found = next((each for each in list(listed.values()) if each.name == name), None)
        return str(found.arn) if found is not None else f"arn:aws:iam::{account_id}:{kind}/{name}"

    def _backend(self, account_id: str) -> Any:
        if account_id not in self._accounts:
            return None
        from moto.iam.models import iam_backends  # noqa: PLC0415 - seconds of import, and only after `Moto.prepare`

        return iam_backends[account_id]["aws"]


def _role(role: Any, managed: Callable[[str], str | None]) -> RoleState:
    boundary = role.permissions_boundary_arn or None
    inline = tuple(str(text) for text in list(role.policies.values()))
    attached = tuple(_document(each) for each in list(role.managed_policies.values()))
    return RoleState(
        arn=role.arn,
        id=role.id,
        name=role.name,
        trust=str(role.assume_role_policy_document),
        max_seconds=int(role.max_session_duration or _DEFAULT_SECONDS),
        policies=inline + attached,
        boundary=None if boundary is None else managed(boundary) or "",
        boundary_arn=boundary,
        tags=_tags(role.tags),
    )


def _tags(tags: Any) -> dict[str, str]:
    """Moto keeps tags as a list, or by key."""
    listed = tags.values() if isinstance(tags, Mapping) else tags or ()
    return {str(each["Key"]): str(each["Value"]) for each in listed}


def _document(policy: Any) -> str:
    """The default version's document; an empty text, which allows nothing, if there is none."""
    return next((str(each.document) for each in list(policy.versions) if each.is_default), "")
