"""What is asked of a policy: who wants to do what, with which context."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from alphaswarm_core.identity.iam.errors import MalformedRequestError
from alphaswarm_core.identity.iam.templates import Context


class PrincipalKind(StrEnum):
    """The kinds of principal that a policy can name."""

    AWS = "AWS"
    FEDERATED = "Federated"
    SERVICE = "Service"
    CANONICAL_USER = "CanonicalUser"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks.

    Args:
        kind: Which kind of principal.
        name: The ARN (AWS and federated principals), the service's name, or the canonical id. Empty: anonymous.
        unique_id: The principal's unique id (`AIDA…`, `AROA…`), where the caller knows it.
    """

    kind: PrincipalKind
    name: str
    unique_id: str = ""

    @property
    def account(self) -> str:
        """The account id in an ARN; empty for services and anonymous callers."""
        fields = self.name.split(":", 5)
        return fields[4] if len(fields) == len(("arn", "partition", "service", "region", "account", "resource")) else ""


@dataclass(frozen=True, slots=True)
class Request:
    """One call to be decided.

    Args:
        action: `service:Operation`, such as `sts:AssumeRoleWithWebIdentity`.
        principal: Who asks.
        resource: The ARN acted on, or `*` for an action without resource-level permissions.
        context: Condition keys to their values. Keys compare without regard to case. A key without values is absent.
        resource_account: The account that owns the resource, where the ARN does not tell (S3 buckets).

    Raises:
        MalformedRequestError: two keys differ in case only, or values are no sequence of texts.
    """

    action: str
    principal: Principal
    resource: str = "*"
    context: Mapping[str, Sequence[str]] = field(default_factory=dict)
    resource_account: str = ""
    folded: Context = field(init=False, repr=False, compare=False)
    """`context` with lower-case keys, without keys that have no value."""

    def __post_init__(self) -> None:
        folded: dict[str, Sequence[str]] = {}
        for key, values in self.context.items():
            if isinstance(values, str):  # a text is a sequence of texts too: of its characters
                raise MalformedRequestError(f"Context key {key!r} has a text and not a list of texts")
            if values:
                folded[key.lower()] = values
        if len(folded) != len(self.context):
            self._check_keys()
        object.__setattr__(self, "folded", folded)

    def _check_keys(self) -> None:
        present = [key.lower() for key, values in self.context.items() if values]
        if len(present) != len(set(present)):
            raise MalformedRequestError(
                "Two context keys differ in case only", fix="Give every condition key once: case does not count"
            )
