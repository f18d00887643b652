"""Where it is decided whether a verified caller may do what is asked for.

The seam is a function from a call to a decision. `bootstrap_only` is the least of them; the local cloud runs with
`access.permissions.Permissions`, which holds sessions to their policies.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from alphaswarm_local.aws.faults import ACCESS_DENIED, fault
from alphaswarm_local.aws.operations import ApiCall


@dataclass(frozen=True, slots=True)
class Decision:
    """Yes or no, and why: `reason` ends AWS's sentence ("because …"); `sentence` is all of it, if it is known."""

    allowed: bool
    reason: str
    sentence: str = ""


_ARN = re.compile(r"arn:aws:(?P<service>[a-z0-9-]+):[a-z0-9-]*:(?P<account>[0-9]{12}):")

Authorizer = Callable[[ApiCall], Decision]


def bootstrap_only(call: ApiCall) -> Decision:
    """An account's root may do everything in its account; nobody else may do anything."""
    if call.identity.arn != f"arn:aws:iam::{call.identity.account_id}:root":
        return Decision(allowed=False, reason="no identity-based policy allows the action")
    if foreign := foreign_resource(call):
        # moto would follow the name into the other account: it deletes a topic there, for instance.
        return Decision(allowed=False, reason=f"no resource-based policy of {foreign} allows the action")
    return Decision(allowed=True, reason="the caller is the account's root")


def foreign_resource(call: ApiCall) -> str | None:
    """The first parameter that names a resource of the called service in another account, or None.

    Names inside documents (a trust policy's principals) are no parameters and do not count.
    """
    service, own = call.operation.service, call.identity.account_id
    for text in _texts(call.operation.parameters):
        match = _ARN.match(text)
        if match and match["account"] != own and match["service"] in {service.iam_prefix, service.signing_name}:
            return text
    return None


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def refuse_unauthorized(call: ApiCall, authorizer: Authorizer) -> None:
    """Pass only what `authorizer` allows.

    Raises:
        AwsFault: it does not, in AWS's words.
    """
    decision = authorizer(call)
    if decision.allowed:
        return
    sentence = decision.sentence or (
        f"User: {call.identity.arn} is not authorized to perform: {call.operation.action} because {decision.reason}"
    )
    raise fault(ACCESS_DENIED, call.operation.protocol, sentence)
