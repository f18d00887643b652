"""Who comes to the registry: ECR's token as the password of `AWS`, and what its session may do to a repository.

Source: Amazon ECR user guide, "Private registry authentication" and "IAM permissions for pushing/pulling an image".
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from alphaswarm_local.access.bearer_tokens import BearerTokens
from alphaswarm_local.access.endpoints import presented_password, refusal
from alphaswarm_local.access.iam_state import IamState
from alphaswarm_local.access.judge import Need
from alphaswarm_local.access.request_facts import request_facts
from alphaswarm_local.aws.messages import HttpRequest
from alphaswarm_local.aws.sessions import Identity
from alphaswarm_local.registry.errors import UNAUTHORIZED, RegistryRefusal
from alphaswarm_local.registry.images import Images
from alphaswarm_local.registry.names import RepositoryKey

USER = "AWS"
TOKEN_SECONDS = 43_200


@dataclass(frozen=True, slots=True)
class Grant:
    """Who got a token. `expires_at` is in seconds since the epoch."""

    identity: Identity
    expires_at: float


@dataclass(frozen=True, slots=True)
class Admission:
    """Decides on requests to the registry.

    Attributes:
        images: The repositories, whose own policies count too.
        tokens: Knows the tokens.
        iam: Roles as they are now.
        now: Seconds since the epoch.
    """

    images: Images
    tokens: BearerTokens[Grant]
    iam: IamState
    now: Callable[[], float] = time.time

    def grant(self, request: HttpRequest) -> Grant:
        """What the request's token stands for.

        Raises:
            RegistryRefusal: there is none, or it has expired (401).
        """
        token = presented_password(request.headers.get("authorization", ""), USER)
        grant = self.tokens.find(token) if token else None
        if grant is None:
            raise RegistryRefusal(UNAUTHORIZED, "UNAUTHORIZED", "Your authorization token is missing or has expired.")
        return grant

    def require(self, request: HttpRequest, grant: Grant, key: RepositoryKey, *operations: str) -> None:
        """Let pass only what the policies of the token's session allow.

        Raises:
            RegistryRefusal: they do not allow one of the operations of ECR (403).
        """
        facts = request_facts(request, key.region, self.now())
        for operation in operations:
            need = Need(f"ecr:{operation}", key.arn, resource_account=key.account)
            sentence = refusal(grant.identity, self.iam, need, self.images.policy(key), facts)
            if sentence is not None:
                raise RegistryRefusal(403, "DENIED", sentence)
