"""Who may do what, for every call: the account's root all that is supported, a session what its policies say."""

import time
from collections.abc import Callable, Mapping

from alphaswarm_core.identity.iam import MalformedRequestError, PolicyKind
from alphaswarm_local.access.iam_state import IamState
from alphaswarm_local.access.judge import Need, judge
from alphaswarm_local.access.moto_state import MotoState
from alphaswarm_local.access.needs import needs_of
from alphaswarm_local.access.policies import compiled
from alphaswarm_local.access.request_facts import caller_facts, request_facts
from alphaswarm_local.aws.authorization import Decision, bootstrap_only, foreign_resource
from alphaswarm_local.aws.operations import ApiCall
from alphaswarm_local.aws.protocols import Protocol

_OPEN = frozenset({("sts", "GetCallerIdentity")})
"""What AWS lets every caller do, whatever its policies say."""


PolicyOf = Callable[[str], str | None]
"""ARN → its resource policy, or None."""


class Permissions:
    """The authorizer of the local cloud.

    Args:
        iam: Roles and their policies.
        state: Resources and theirs.
        now: Seconds since the epoch.
        policies: Service → the resource policies that a part of ours keeps for it.
    """

    def __init__(
        self,
        iam: IamState,
        state: MotoState,
        now: Callable[[], float] = time.time,
        *,
        policies: Mapping[str, PolicyOf] | None = None,
    ) -> None:
        self._iam, self._state, self._now = iam, state, now
        self._policies = {} if policies is None else policies  # the same one: it is filled later

    def __call__(self, call: ApiCall) -> Decision:
        """Decide on `call`: the first need that is not allowed refuses it."""
        if call.identity.session is None:
            return bootstrap_only(call)
        if (call.operation.service.name, call.operation.name) in _OPEN:
            return Decision(allowed=True, reason="every caller may")
        if foreign := foreign_resource(call):
            # moto would follow the name into the other account.
            need = Need(call.operation.action, foreign)
            return _refusal(call, need, f"because no resource-based policy allows the {need.action} action")
        facts = {
            **request_facts(call.request, call.region, self._now()),
            **caller_facts(call.identity, self._iam),
        }
        for need in needs_of(call, self._iam, self._state, facts):
            try:
                policy = self._resource_policy(need.resource)
                about = compiled(policy, PolicyKind.RESOURCE, "resource policy") if policy else None
                verdict = judge(call.identity, self._iam, need, about)
            except MalformedRequestError as problem:
                return _refusal(call, need, f"because its condition keys are ambiguous: {problem.what}")
            if not verdict.allowed:
                return _refusal(call, need, verdict.why)
        return Decision(allowed=True, reason="the session's policies allow it")

    def _resource_policy(self, arn: str) -> str | None:
        own = self._policies.get(arn.split(":", 3)[2]) if arn.startswith("arn:aws:") else None
        return own(arn) if own is not None else self._state.resource_policy(arn)


def _refusal(call: ApiCall, need: Need, why: str) -> Decision:
    resource = f'"{need.resource}"' if call.operation.protocol is Protocol.S3 else need.resource
    sentence = f"User: {call.identity.arn} is not authorized to perform: {need.action} on resource: {resource} {why}"
    if call.operation.protocol is Protocol.EC2:
        sentence = f"You are not authorized to perform this operation. {sentence}"
    return Decision(allowed=False, reason=why, sentence=sentence)
