"""One judgement: may this session do one action on one resource, by all policies that are about it.

`evaluate` alone decides. What is added here can only refuse more (a resource that is not known, KMS's rule that a key's
own policy has to allow), or finds AWS's words for a refusal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from alphaswarm_core.identity.iam import (
    CompiledPolicy,
    PolicyKind,
    Principal,
    PrincipalKind,
    Request,
    evaluate,
)
from alphaswarm_local.access.iam_state import IamState, RoleState
from alphaswarm_local.access.policies import compiled
from alphaswarm_local.aws.sessions import Identity

_ACCOUNT_FIELD = 4


@dataclass(frozen=True, slots=True)
class Need:
    """One permission that a call needs; it may need several.

    Attributes:
        action: `service:Operation` as IAM names it.
        resource: An ARN, or `*`.
        context: All condition keys.
        resource_account: Whose the resource is, where its ARN does not say.
        known: Whether `resource` is what AWS would take. Where it is not known, every Deny on the action applies,
            whatever resource it names, and an Allow that names one does not.
        must_name: The resource's own policy has to allow, as with KMS keys.
        granted: Something else allows it already, and only a Deny counts: AWS's own key of a service.
    """

    action: str
    resource: str
    context: Mapping[str, Sequence[str]] = field(default_factory=dict)
    resource_account: str = ""
    known: bool = True
    must_name: bool = False
    granted: bool = False

    def owner(self, caller: str) -> str:
        """The account of the resource; the caller's where nothing says another."""
        fields = self.resource.split(":", 5)
        named = fields[4] if len(fields) > _ACCOUNT_FIELD and fields[4].isdigit() else ""
        return self.resource_account or named or caller


@dataclass(frozen=True, slots=True)
class Verdict:
    """Yes or no; `why` ends AWS's sentence."""

    allowed: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class _About:
    """The policies that are about a need, by the name that AWS gives their kind in a refusal."""

    identity: tuple[CompiledPolicy, ...]
    resource: CompiledPolicy | None
    boundary: CompiledPolicy | None
    session: tuple[CompiledPolicy, ...] | None

    def denying(self) -> list[tuple[str, CompiledPolicy]]:
        single = [("a resource-based policy", self.resource), ("a permissions boundary", self.boundary)]
        return [
            *(("an identity-based policy", each) for each in self.identity),
            *((name, each) for name, each in single if each is not None),
            *(("a session policy", each) for each in self.session or ()),
        ]


def judge(identity: Identity, iam: IamState, need: Need, resource: CompiledPolicy | None = None) -> Verdict:
    """Decide `need` for a session. Anybody without one, or whose role is gone, is refused."""
    about = _policies_about(identity, iam, resource)
    if about is None:
        return Verdict(allowed=False, why=_no_policy("identity-based", need))
    owner = need.owner(identity.account_id)
    request = Request(need.action, _principal(identity), need.resource, need.context, owner)
    for name, policy in about.denying():
        if policy.denial(request) or (not need.known and _may_deny(policy, request)):
            return Verdict(allowed=False, why=f"with an explicit deny in {name}")
    if need.granted:
        return Verdict(allowed=True)
    if owner != identity.account_id and resource is None:  # across accounts both sides have to allow
        return Verdict(allowed=False, why=_no_policy("resource-based", need))
    if need.must_name and about.resource and about.resource.naming_allowance(request)[1] is None:
        return Verdict(allowed=False, why=_no_policy("resource-based", need))
    decision = evaluate(
        request, identity=about.identity, resource=about.resource, boundary=about.boundary, session=about.session
    )
    return Verdict(allowed=True) if decision.allowed else Verdict(allowed=False, why=_unallowed(about, request, need))


def current_role(identity: Identity, iam: IamState) -> RoleState | None:
    """The role of a session as it is now; None when it is gone, or another one has its name."""
    session = identity.session
    if session is None:
        return None
    role = iam.role(identity.account_id, session.role_arn.rpartition("/")[2])
    return role if role is not None and role.id == session.role_id else None


def _policies_about(identity: Identity, iam: IamState, resource: CompiledPolicy | None) -> _About | None:
    role, session = current_role(identity, iam), identity.session
    if role is None or session is None:
        return None
    own = tuple(compiled(each, PolicyKind.IDENTITY, f"policy of {role.name}") for each in role.policies)
    boundary = (
        None if role.boundary is None else compiled(role.boundary, PolicyKind.IDENTITY, f"boundary of {role.name}")
    )
    narrowed = (
        None
        if session.policies is None
        else tuple(compiled(each, PolicyKind.IDENTITY, "session policy") for each in session.policies)
    )
    return _About(own, resource, boundary, narrowed)


def _principal(identity: Identity) -> Principal:
    return Principal(PrincipalKind.AWS, identity.arn, identity.user_id)


def _may_deny(policy: CompiledPolicy, request: Request) -> bool:
    """Whether a Deny would apply if its resource were the one that is not known."""
    return any(
        each.acts(request.action) and all(condition.test(request.folded) for condition in each.conditions)
        for each in policy.denials
    )


def _unallowed(about: _About, request: Request, need: Need) -> str:
    """Which kind of policy AWS says is missing."""
    if not any(each.allowance(request) for each in about.identity):
        return _no_policy("identity-based", need)
    if about.boundary is not None and about.boundary.allowance(request) is None:
        return f"because no permissions boundary allows the {need.action} action"
    if about.session is not None and not any(each.allowance(request) for each in about.session):
        return f"because no session policy allows the {need.action} action"
    return _no_policy("resource-based", need)


def _no_policy(kind: str, need: Need) -> str:
    return f"because no {kind} policy allows the {need.action} action"
