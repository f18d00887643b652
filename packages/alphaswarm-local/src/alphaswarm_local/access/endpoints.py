"""Requests to endpoints that AWS keeps beside its API: a package index, a registry.

They come with a token in basic authentication. The token says which session got it; the session's policies, as they are
now, decide on each request. So a role that lost its permission loses it at once, although its token lives on.
"""

import base64
import binascii
import hmac
from dataclasses import replace

from alphaswarm_core.identity.iam import MalformedRequestError, PolicyKind
from alphaswarm_local.access.iam_state import IamState
from alphaswarm_local.access.judge import Need, judge
from alphaswarm_local.access.policies import compiled
from alphaswarm_local.access.request_facts import Facts, caller_facts
from alphaswarm_local.aws.sessions import Identity


def presented_password(header: str, user: str) -> str:
    """The password of `user` in an `Authorization` header; empty if there is none."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        named, _, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return ""
    return password if hmac.compare_digest(named.encode(), user.encode()) else ""


def refusal(identity: Identity, iam: IamState, need: Need, policy: str | None, facts: Facts) -> str | None:
    """AWS's sentence when `identity` may not do what `need` says; None when it may.

    Args:
        identity: Who got the token.
        iam: Roles as they are now.
        need: Action and resource; its account is the resource's owner.
        policy: The resource's own policy.
        facts: Condition keys of the request.
    """
    owner = need.owner(identity.account_id)
    if identity.session is None:
        return None if identity.account_id == owner else _sentence(identity, need, "it is another account's")
    context = {**facts, **caller_facts(identity, iam), "aws:ResourceAccount": (owner,)}
    about = compiled(policy, PolicyKind.RESOURCE, "resource policy") if policy else None
    try:
        verdict = judge(identity, iam, replace(need, context=context), about)
    except MalformedRequestError as problem:
        return _sentence(identity, need, problem.what)
    return None if verdict.allowed else _sentence(identity, need, verdict.why)


def _sentence(identity: Identity, need: Need, why: str) -> str:
    return f"User: {identity.arn} is not authorized to perform: {need.action} on resource: {need.resource} {why}"
