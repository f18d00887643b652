"""Condition keys that every request has: of the request itself, and of who makes it.

Source: IAM User Guide, "AWS global condition context keys".
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from alphaswarm_local.access.iam_state import IamState, RoleState
from alphaswarm_local.aws.messages import HttpRequest
from alphaswarm_local.aws.sessions import Identity

Facts = dict[str, Sequence[str]]

_LOOPBACK = "127.0.0.1"


def request_facts(request: HttpRequest, region: str, now: float) -> Facts:
    """Where and when.

    `aws:SecureTransport` is true: the request never leaves the machine, and a client would make the same request to
    AWS over TLS; otherwise the customary "deny insecure transport" would close every bucket of this cloud.
    """
    facts: Facts = {
        "aws:RequestedRegion": (region,),
        "aws:SourceIp": (_LOOPBACK,),
        "aws:SecureTransport": ("true",),
        "aws:ViaAWSService": ("false",),
        "aws:EpochTime": (str(int(now)),),
        "aws:CurrentTime": (f"{datetime.fromtimestamp(now, UTC):%Y-%m-%dT%H:%M:%SZ}",),
    }
    for header, key in (("user-agent", "aws:UserAgent"), ("referer", "aws:Referer")):
        if value := request.headers.get(header):
            facts[key] = (value,)
    return facts


def caller_facts(identity: Identity, iam: IamState) -> Facts:
    """Who: a session has its role's ARN and tags, and what it kept of its token."""
    session = identity.session
    facts: Facts = {
        "aws:PrincipalAccount": (identity.account_id,),
        "aws:PrincipalArn": (session.role_arn if session else identity.arn,),
        "aws:PrincipalType": ("AssumedRole" if session else "Account",),
        "aws:PrincipalIsAWSService": ("false",),
        "aws:userid": (identity.user_id,),
    }
    if session is not None:
        role = iam.role(identity.account_id, session.role_arn.rpartition("/")[2])
        facts.update(_principal_tags(role))
        facts.update(session.facts)
    return facts


def _principal_tags(role: RoleState | None) -> Mapping[str, Sequence[str]]:
    tags = role.tags if role is not None else {}
    return {f"aws:PrincipalTag/{key}": (value,) for key, value in tags.items()}
