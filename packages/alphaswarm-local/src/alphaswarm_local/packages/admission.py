"""Who comes to a repository's endpoint: a token in basic authentication, and what its session may do there."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from alphaswarm_local.access.endpoints import presented_password, refusal
from alphaswarm_local.access.iam_state import IamState
from alphaswarm_local.access.judge import Need
from alphaswarm_local.access.request_facts import request_facts
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
        token = presented_password(request.headers.get("authorization", ""), _USER)
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
        facts = request_facts(request, grant.key.region, self.now())
        need = Need(action, resource, resource_account=grant.key.account)
        sentence = refusal(grant.identity, self.iam, need, self.store.policy(resource), facts)
        if sentence is not None:
            raise RefusedRequestError(403, sentence)
