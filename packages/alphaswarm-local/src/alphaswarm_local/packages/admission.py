"""Who comes to a repository's endpoint: a token in basic authentication, and what its session may do there.

The token says which session got it; the session's policies, as they are now, decide on each request. So a role that
lost its permission loses it at once, although its token lives on.
"""

import base64
import binascii
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass

from alphaswarm_core.identity.iam import MalformedRequestError, PolicyKind
from alphaswarm_local.access.iam_state import IamState
from alphaswarm_local.access.judge import Need, judge
from alphaswarm_local.access.policies import compiled
from alphaswarm_local.access.request_facts import caller_facts, request_facts
from alphaswarm_local.aws.messages import HttpRequest
from alphaswarm_local.packages.names import DomainKey
from alphaswarm_local.packages.store import PackageStore
from alphaswarm_local.packages.tokens import Grant, TokenStore

_USER = "aws"


class RefusedRequestError(Exception):
    """The request gets `status` and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True, slots=True)
class Admission:
    """Decides on requests to endpoints.

    Attributes:
        store: Domains and their resource policies.
        tokens: Knows the tokens.
        iam: Roles as they are now.
        now: Seconds since the epoch.
    """

    store: PackageStore
    tokens: TokenStore
    iam: IamState
    now: Callable[[], float] = time.time

    def grant(self, request: HttpRequest, key: DomainKey) -> Grant:
        """What the request's token stands for.

        Raises:
            RefusedRequestError: there is none, it has expired (401), or it is for another domain (403).
        """
        token = _presented(request.headers.get("authorization", ""))
        grant = self.tokens.find(token) if token else None
        if grant is None:
            raise RefusedRequestError(401, "The authorization token is missing, unknown or expired")
        if grant.key != key:
            raise RefusedRequestError(403, f"The authorization token is not for the domain {key.arn}")
        return grant

    def require(self, request: HttpRequest, grant: Grant, action: str, resource: str) -> None:
        """Let pass only what the policies of the token's session allow.

        Raises:
            RefusedRequestError: they do not (403).
        """
        identity, key = grant.identity, grant.key
        if identity.session is None:
            if identity.account_id == key.account:
                return
            raise RefusedRequestError(403, _sentence(identity.arn, action, resource, "it is another account's"))
        facts = {
            **request_facts(request, key.region, self.now()),
            **caller_facts(identity, self.iam),
            "aws:ResourceAccount": (key.account,),
        }
        text = self.store.policy(resource)
        about = compiled(text, PolicyKind.RESOURCE, "resource policy") if text else None
        try:
            verdict = judge(identity, self.iam, Need(action, resource, facts), about)
        except MalformedRequestError as problem:
            raise RefusedRequestError(403, _sentence(identity.arn, action, resource, problem.what)) from problem
        if not verdict.allowed:
            raise RefusedRequestError(403, _sentence(identity.arn, action, resource, verdict.why))


def _sentence(arn: str, action: str, resource: str, why: str) -> str:
    return f"User: {arn} is not authorized to perform: {action} on resource: {resource} {why}"


def _presented(header: str) -> str:
    """The password of the user `aws`; empty if there is none."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        user, _, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return ""
    return password if hmac.compare_digest(user.encode(), _USER.encode()) else ""
