"""All policies that are about a request, taken together.

Source: IAM User Guide, "Policy evaluation logic". An explicit Deny anywhere wins. Then every level of service control
policies has to allow; then, within one account, the resource's policy or the identity's policies (limited by the
permissions boundary and the session policies); across accounts both. A role's trust policy has to allow in every case.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from alphaswarm_core.identity.iam.compiled import (
    CompiledPolicy,
    CompiledStatement,
    compile_policy,
    explicit_denial,
    granted,
)
from alphaswarm_core.identity.iam.decision import Decision
from alphaswarm_core.identity.iam.document import Policy, PolicyKind
from alphaswarm_core.identity.iam.errors import MalformedPolicyError
from alphaswarm_core.identity.iam.parsing import parse_policy
from alphaswarm_core.identity.iam.principals import Named
from alphaswarm_core.identity.iam.request import PrincipalKind, Request

AnyPolicy: TypeAlias = Policy | CompiledPolicy


@dataclass(frozen=True, slots=True)
class _Policies:
    """Everything that is about one request, made ready."""

    identity: tuple[CompiledPolicy, ...]
    resource: CompiledPolicy | None
    boundary: CompiledPolicy | None
    session: tuple[CompiledPolicy, ...] | None
    levels: tuple[tuple[CompiledPolicy, ...], ...]

    def everything(self) -> list[CompiledPolicy]:
        single = [each for each in (self.resource, self.boundary) if each is not None]
        return [*(each for level in self.levels for each in level), *single, *self.identity, *(self.session or ())]


def evaluate(
    request: Request,
    *,
    identity: Iterable[AnyPolicy] = (),
    resource: AnyPolicy | None = None,
    boundary: AnyPolicy | None = None,
    session: Iterable[AnyPolicy] | None = None,
    service_control: Iterable[Sequence[AnyPolicy]] = (),
) -> Decision:
    """Decide one request by everything that is about it. Deny by default.

    Args:
        request: What is asked.
        identity: The identity policies of who asks.
        resource: The resource's policy; for a role that is to be assumed, its trust policy.
        boundary: The permissions boundary of who asks; None means that there is none.
        session: The session policies; None means that there are none, and an empty collection allows nothing.
        service_control: Service control policies, one collection a level; each level has to allow.
    """
    policies = _Policies(
        identity=tuple(map(_compiled, identity)),
        resource=None if resource is None else _compiled(resource),
        boundary=None if boundary is None else _compiled(boundary),
        session=None if session is None else tuple(map(_compiled, session)),
        levels=tuple(tuple(map(_compiled, level)) for level in service_control),
    )
    for policy in policies.everything():
        denial = policy.denial(request)
        if denial is not None:
            return explicit_denial(denial)
    for number, level in enumerate(policies.levels):
        if not any(policy.allowance(request) for policy in level):
            return _refused(f"the service control policies of level {number} do not allow it", level, request)
    return _grants(request, policies)


def decide_document(source: str | Mapping[str, Any], kind: PolicyKind, request: Request) -> Decision:
    """Decide by one document of unknown worth: a malformed one denies, and the decision says why."""
    try:
        policy = parse_policy(source, kind)
    except MalformedPolicyError as error:
        fix = f" ({error.fix})" if error.fix else ""
        return Decision(allowed=False, reason=f"{error.what}{fix}", statement=error.where or None)
    return compile_policy(policy).decide(request)


def _compiled(policy: AnyPolicy) -> CompiledPolicy:
    return policy if isinstance(policy, CompiledPolicy) else compile_policy(policy)


def _grants(request: Request, policies: _Policies) -> Decision:
    """What allows, nothing denying: the resource's policy, the identity's, or both."""
    resource = policies.resource
    if resource is None:
        return _by_identity(request, policies)
    how, allowance = resource.naming_allowance(request)
    if request.principal.kind is not PrincipalKind.AWS:  # a token, a service: nobody else has a say
        return resource.no_allowance(request) if allowance is None else granted(allowance)
    must = resource.policy.kind is PolicyKind.TRUST or not _same_account(request)
    if allowance is None:
        return resource.no_allowance(request) if must else _by_identity(request, policies)
    if not _same_account(request) or how is Named.ACCOUNT:
        return _by_identity(request, policies)
    return _by_resource(request, policies, how, allowance)


def _by_resource(request: Request, policies: _Policies, how: Named, allowance: CompiledStatement) -> Decision:
    """Within the account a resource's policy suffices; limits yield only where it names the session or user itself."""
    limited = _limits(request, policies) if how is not Named.ITSELF else None
    return granted(allowance) if limited is None else limited


def _by_identity(request: Request, policies: _Policies) -> Decision:
    allowance = next((found for each in policies.identity if (found := each.allowance(request))), None)
    if allowance is None:
        return _refused("no identity policy allows it", policies.identity, request)
    limited = _limits(request, policies)
    return granted(allowance) if limited is None else limited


def _limits(request: Request, policies: _Policies) -> Decision | None:
    """The denial by a boundary or session policies that do not allow; None when they do."""
    if policies.boundary is not None and policies.boundary.allowance(request) is None:
        return _refused("the permissions boundary does not allow it", (policies.boundary,), request)
    if policies.session is not None and not any(each.allowance(request) for each in policies.session):
        return _refused("the session policy does not allow it", policies.session, request)
    return None


def _refused(why: str, policies: Sequence[CompiledPolicy], request: Request) -> Decision:
    """A denial by default: `why`, and the statement of `policies` that came nearest."""
    found = [policy.no_allowance(request) for policy in policies]
    if not found:
        return Decision(allowed=False, reason=f"Denied: {why}, and there is none")
    best = min(found, key=lambda decision: min((trace.distance for trace in decision.trace), default=(9, 9)))
    return Decision(
        allowed=False,
        reason=f"Denied: {why}. {best.reason}",
        statement=best.statement,
        condition=best.condition,
        trace=best.trace,
    )


def _same_account(request: Request) -> bool:
    """Whether who asks and what is asked for are of one account; unknown counts as no."""
    fields = request.resource.split(":", 5)
    owner = request.resource_account or (fields[4] if len(fields) > len(("arn", "p", "s", "r")) else "")
    return bool(owner) and owner == request.principal.account
