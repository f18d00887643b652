"""The parts of an IAM policy as frozen values. `parsing` is the only place that makes them from untrusted text."""

from dataclasses import dataclass
from enum import StrEnum

from alphaswarm_core.identity.iam.operators import Operator

VARIABLES_SINCE = "2012-10-17"
"""The language version in which `${…}` is a policy variable; before it is plain text."""
VERSIONS = ("2012-10-17", "2008-10-17")


class Effect(StrEnum):
    """What a statement does when it applies."""

    ALLOW = "Allow"
    DENY = "Deny"


class PolicyKind(StrEnum):
    """What a policy is attached to; it decides which elements must and must not be there."""

    IDENTITY = "identity"
    """Identity policy, permissions boundary, session policy or service control policy: no principal, a resource."""
    RESOURCE = "resource"
    """Resource policy: a principal and a resource."""
    TRUST = "trust"
    """Role trust policy: a principal, and no resource, because the role itself is the resource."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One operator on one key: true when the key's values in the request fit `values`. Conditions of a statement AND.

    Args:
        operator: The operator as written, taken apart.
        key: The condition key as written; keys compare without regard to case.
        values: The policy's values: one of them has to fit (for a negated operator: none).
    """

    operator: Operator
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Principals:
    """`Principal`, or `NotPrincipal` when `negated`. Values as written."""

    everyone: bool = False
    aws: tuple[str, ...] = ()
    federated: tuple[str, ...] = ()
    service: tuple[str, ...] = ()
    canonical: tuple[str, ...] = ()
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Patterns:
    """`Action` or `Resource`, or its `Not…` form when `negated`."""

    values: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. `index` counts from 0 in the document's order; `sid` is empty when there is none."""

    index: int
    effect: Effect
    actions: Patterns
    resources: Patterns | None = None
    principals: Principals | None = None
    conditions: tuple[Condition, ...] = ()
    sid: str = ""

    @property
    def label(self) -> str:
        """How the statement is called in explanations: `Statement[2] (Apply)`."""
        return f"Statement[{self.index}] ({self.sid})" if self.sid else f"Statement[{self.index}]"


@dataclass(frozen=True, slots=True)
class Policy:
    """A whole policy. `name` is what explanations call it, such as `trust policy of aqp-gha-apply`."""

    kind: PolicyKind
    statements: tuple[Statement, ...]
    version: str = VARIABLES_SINCE
    name: str = "policy"

    @property
    def has_variables(self) -> bool:
        """Whether `${…}` means a policy variable in this version of the language."""
        return self.version == VARIABLES_SINCE
