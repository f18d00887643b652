"""Authorization tokens: who may come to a domain's repositories, until when. They are ours and gone with the process.

Lifetime as AWS has it: 12 hours if nothing else is asked for, 15 minutes to 12 hours, or 0 for as long as the caller's
session lasts. A token lives on when its session has ended; what it may do is still decided by the session's policies.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from alphaswarm_local.access.bearer_tokens import BearerTokens
from alphaswarm_local.aws.sessions import Identity
from alphaswarm_local.packages.calls import Call, Document, Operation
from alphaswarm_local.packages.faults import invalid
from alphaswarm_local.packages.names import DomainKey
from alphaswarm_local.packages.store import PackageStore, domain_of

DEFAULT_SECONDS = 43_200
_SHORTEST = 900


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token stands for. `expires_at` is in seconds since the epoch."""

    identity: Identity
    key: DomainKey
    expires_at: float


TokenStore = BearerTokens[Grant]


class TokenOperations:
    """GetAuthorizationToken.

    Args:
        store: All domains.
        tokens: Where tokens are kept.
    """

    def __init__(self, store: PackageStore, tokens: TokenStore) -> None:
        self._store, self._tokens = store, tokens

    @property
    def table(self) -> Mapping[str, Operation]:
        """Operation's name → what answers it."""
        return {"GetAuthorizationToken": self.give}

    def give(self, call: Call) -> Document:
        """`GetAuthorizationToken`."""
        with self._store.reading() as domains:
            domain_of(domains, call.key)
        ends = _end(call)
        token = self._tokens.issue(Grant(call.identity, call.key, ends))
        return {"authorizationToken": token, "expiration": ends}


def _end(call: Call) -> float:
    seconds = call.given.get("durationSeconds", DEFAULT_SECONDS)
    if seconds == 0:
        if call.identity.session is None:
            raise invalid("durationSeconds: 0 means the rest of the caller's session, and the caller has none")
        return call.identity.session.expires_at
    if seconds < _SHORTEST:
        raise invalid(f"durationSeconds: must be 0 or between {_SHORTEST} and {DEFAULT_SECONDS}")
    return float(call.now + seconds)
