"""Where it is decided whether a verified caller may do what is asked for.

The seam is a function from a call to a decision. In this stage there is one kind of caller, the bootstrap identity of
an account, and it may do in its account all that is supported. Policies come in here: the call carries the identity,
the IAM action, region, request and parameters that a policy's conditions speak about.
"""

from collections.abc import Callable
from dataclasses import dataclass

from alphaswarm_local.aws.faults import ACCESS_DENIED, fault
from alphaswarm_local.aws.operations import ApiCall


@dataclass(frozen=True, slots=True)
class Decision:
    """Yes or no, and why: `reason` ends AWS's sentence ("because …")."""

    allowed: bool
    reason: str


Authorizer = Callable[[ApiCall], Decision]


def bootstrap_only(call: ApiCall) -> Decision:
    """An account's root may do everything in its account; nobody else may do anything."""
    if call.identity.arn == f"arn:aws:iam::{call.identity.account_id}:root":
        return Decision(allowed=True, reason="the caller is the account's root")
    return Decision(allowed=False, reason="no identity-based policy allows the action")


def refuse_unauthorized(call: ApiCall, authorizer: Authorizer) -> None:
    """Pass only what `authorizer` allows.

    Raises:
        AwsFault: it does not, in AWS's words.
    """
    decision = authorizer(call)
    if decision.allowed:
        return
    sentence = (
        f"User: {call.identity.arn} is not authorized to perform: {call.operation.action} because {decision.reason}"
    )
    raise fault(ACCESS_DENIED, call.operation.protocol, sentence)
