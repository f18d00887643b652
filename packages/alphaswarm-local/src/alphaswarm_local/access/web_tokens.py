"""Web identity tokens as STS takes them: by the account's registered provider, with AWS's own errors."""

import base64
import binascii
import json
from collections.abc import Callable

from alphaswarm_core.errors import AlphaSwarmError
from alphaswarm_core.identity.github.issuers import GITHUB_COM
from alphaswarm_core.identity.tokens.errors import (
    KeySetError,
    MalformedTokenError,
    ReplayMemoryFullError,
    TokenError,
    UnknownKeyError,
    WrongAudienceError,
)
from alphaswarm_core.identity.tokens.keys import JwkSet, VerificationKey
from alphaswarm_core.identity.tokens.replay import MemoryReplayStore, ReplayStore
from alphaswarm_core.identity.tokens.verified import VerifiedClaims
from alphaswarm_core.identity.tokens.verifier import TokenVerifier
from alphaswarm_local.access.iam_state import IamState, ProviderState
from alphaswarm_local.aws.faults import AwsFault

_SHORTEST, _LONGEST = 4, 20_000
_CLOCK_LEEWAY = 5.0


class WebTokens:
    """Verifies tokens of GitHub's issuer, each once.

    AWS itself is not known to remember tokens; this cloud does, so that a token in a log is seen to be worthless.

    Args:
        jwks: Gives the issuer's current key set.
        replay: Remembers the tokens that were used.
    """

    def __init__(self, jwks: Callable[[], bytes], replay: ReplayStore | None = None) -> None:
        self._keys = _CurrentKeys(jwks)
        self._replay = replay or MemoryReplayStore()

    def verified(self, text: str, iam: IamState, account_id: str, now: float) -> tuple[ProviderState, VerifiedClaims]:
        """The claims of the token `text`, and the provider of the account that vouches for its issuer.

        Raises:
            AwsFault: InvalidIdentityToken, ExpiredTokenException, IDPRejectedClaim, IDPCommunicationError,
                ValidationError.
        """
        if not _SHORTEST <= len(text) <= _LONGEST:
            message = (
                "1 validation error detected: Value at 'webIdentityToken' failed to satisfy constraint: "
                f"Member must have length between {_SHORTEST} and {_LONGEST}"
            )
            raise AwsFault("ValidationError", 400, message)
        issuer = _unverified_issuer(text)
        if issuer is None:
            raise _refused(MalformedTokenError)
        provider = iam.provider(account_id, issuer.removeprefix("https://"))
        if provider is None:
            raise AwsFault("InvalidIdentityToken", 400, f"No OpenIDConnect provider found in your account for {issuer}")
        if issuer != GITHUB_COM.url:  # nobody else's keys are known here
            raise _refused(UnknownKeyError)
        if not provider.audiences:
            raise _refused(WrongAudienceError)
        return provider, self._verify(text, provider.audiences, now)

    def _verify(self, text: str, audiences: tuple[str, ...], now: float) -> VerifiedClaims:
        verifier = TokenVerifier(GITHUB_COM, audiences, self._keys, leeway_seconds=_CLOCK_LEEWAY, replay=self._replay)
        try:
            return verifier.verify(text, now)
        except TokenError as problem:
            raise _refused(type(problem)) from problem
        except (KeySetError, ReplayMemoryFullError) as problem:
            raise AwsFault("IDPCommunicationError", 400, problem.what) from problem
        except AlphaSwarmError as problem:
            raise AwsFault("InvalidIdentityToken", 400, problem.what) from problem


def _refused(problem: type[TokenError]) -> AwsFault:
    return AwsFault(problem.sts_code.code, problem.sts_code.status, problem.sts_message)


class _CurrentKeys:
    """The keys as they are published now, parsed once a change."""

    def __init__(self, jwks: Callable[[], bytes]) -> None:
        self._jwks = jwks
        self._parsed: tuple[bytes, JwkSet] | None = None

    def find(self, kid: str, now: float) -> VerificationKey | None:
        """The key with that id, or None."""
        content, parsed = self._jwks(), self._parsed
        if parsed is None or parsed[0] != content:
            parsed = self._parsed = (content, JwkSet.from_bytes(content))
        return parsed[1].find(kid, now)


def _unverified_issuer(text: str) -> str | None:
    """The claim `iss` of a token that proves nothing yet: it says which provider to ask, and goes into an error."""
    parts = text.split(".")
    try:
        content = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        issuer = json.loads(content).get("iss")
    except (IndexError, ValueError, AttributeError, binascii.Error, RecursionError):
        return None
    return issuer[:255] if isinstance(issuer, str) and issuer.isprintable() else None
