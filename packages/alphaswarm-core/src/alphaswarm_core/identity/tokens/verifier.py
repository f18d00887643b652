"""Verification of a token: structure, algorithm, key, signature, issuer, audience, times, claims, replay, in order.

Nothing of the payload is looked at before the signature holds, and nothing is remembered before everything holds: a
forged token can neither steer the verifier nor use up a real one.
"""

import math
from collections.abc import Collection, Mapping
from typing import Any

import jwt

from alphaswarm_core.identity.github.issuers import Issuer
from alphaswarm_core.identity.tokens.accounting import GITHUB_CLAIMS, ClaimTable, account
from alphaswarm_core.identity.tokens.compact import UnverifiedToken, read
from alphaswarm_core.identity.tokens.errors import (
    AlgorithmRefusedError,
    ClaimFormError,
    ExpiredTokenError,
    HeaderRefusedError,
    LifetimeError,
    MissingClaimError,
    NotYetValidError,
    ReplayedTokenError,
    SignatureRefusedError,
    SymmetricAlgorithmError,
    UnknownKeyError,
    UnsignedTokenError,
    VerifierSettingsError,
    WrongAudienceError,
    WrongIssuerError,
)
from alphaswarm_core.identity.tokens.keys import Algorithm, KeySource, VerificationKey
from alphaswarm_core.identity.tokens.replay import ReplayStore
from alphaswarm_core.identity.tokens.verified import VerifiedClaims, sealed

_LARGEST_LEEWAY = 300
_LONGEST_LIFE = 24 * 3600
_LARGEST_TOKEN_ID = 1024
_REFUSED_HEADERS = frozenset({"jwk", "jku", "x5u", "x5c", "crit", "b64", "zip", "enc"})
"""A key of the sender's own, or an extension that changes what is signed. The issuer's keys are known without."""


class TokenVerifier:
    """Verifies tokens of one issuer for one purpose.

    Args:
        issuer: Whose tokens.
        audiences: A token must be made for one of them.
        keys: The issuer's keys.
        leeway_seconds: How far clocks may differ; 0-300.
        algorithms: The signatures taken; a key fixes which of them it makes.
        replay: Remembers used tokens; None where a token may be used again (AWS itself remembers none).
        longest_life_seconds: The longest distance from `iat` to `exp`. GitHub documents no lifetime; its examples have
            300 seconds.
        table: What is done with which claim.

    Raises:
        VerifierSettingsError: no audience or algorithm, or a bound that bounds nothing.
    """

    def __init__(
        self,
        issuer: Issuer,
        audiences: Collection[str],
        keys: KeySource,
        *,
        leeway_seconds: float = 60,
        algorithms: Collection[Algorithm] = frozenset(Algorithm),
        replay: ReplayStore | None = None,
        longest_life_seconds: float = 3600,
        table: ClaimTable = GITHUB_CLAIMS,
    ) -> None:
        _require_safe(audiences, algorithms, leeway_seconds, longest_life_seconds)
        self._issuer, self._audiences, self._keys = issuer, tuple(audiences), keys
        self._leeway, self._longest_life = leeway_seconds, longest_life_seconds
        self._algorithms = frozenset(Algorithm(each) for each in algorithms)
        self._replay, self._table = replay, table

    def verify(self, text: object, now: float) -> VerifiedClaims:
        """The claims of the token `text`.

        Args:
            text: The JWT.
            now: Seconds since the epoch.

        Raises:
            TokenError: it is refused; the subclass says why.
            KeySetError: the issuer's keys cannot be had.
            ReplayMemoryFullError: too many tokens are in use.
        """
        if not math.isfinite(now):
            raise VerifierSettingsError("The time is not a number", why="no token would ever be expired")
        token = read(text)
        key = self._key(token.unverified_header, now)
        _verify_signature(token, key)
        payload = token.unverified_payload  # from here on it is the issuer's word
        audience = self._verify_destination(payload)
        self._verify_times(payload, now)
        claims = account(payload, self._table)
        self._verify_new(payload, now)
        return sealed(payload, claims, audience=audience, key_id=key.kid, algorithm=key.algorithm)

    def _key(self, header: Mapping[str, Any], now: float) -> VerificationKey:
        algorithm = self._algorithm(header)
        if refused := _REFUSED_HEADERS & header.keys():
            raise HeaderRefusedError(f"The token's header has {', '.join(sorted(refused))}")
        if str(header.get("typ", "JWT")).upper() != "JWT":
            raise HeaderRefusedError("The token's header says that it is something else than a JWT")
        kid = header.get("kid")
        key = self._keys.find(kid, now) if isinstance(kid, str) else None
        if key is None:
            raise UnknownKeyError(
                "The token is signed with a key that the issuer does not publish",
                why=f"key id {_short(kid)}",
                fix="Check that the token comes from this issuer; after a rotation of its keys, ask for a new token",
            )
        if key.algorithm is not algorithm:  # the key decides; the header is the sender's wish
            raise AlgorithmRefusedError(f"The token claims {algorithm}, and its key is for {key.algorithm}")
        return key

    def _algorithm(self, header: Mapping[str, Any]) -> Algorithm:
        name = header.get("alg")
        if not isinstance(name, str):
            raise AlgorithmRefusedError("The token's header names no algorithm")
        if name.lower() == "none":
            raise UnsignedTokenError("The token is not signed: alg is none")
        if name.upper().startswith("HS"):
            raise SymmetricAlgorithmError(
                "The token claims an HMAC signature", why="the issuer signs with a private key; its public key is known"
            )
        allowed = next((each for each in self._algorithms if each == name), None)
        if allowed is None:
            raise AlgorithmRefusedError(
                f"The token's algorithm {_short(name)} is not one of {', '.join(sorted(self._algorithms))}"
            )
        return allowed

    def _verify_destination(self, payload: Mapping[str, Any]) -> str:
        """The audience, if token and verifier agree on issuer and audience."""
        issuer, audience = _present(payload, "iss"), _present(payload, "aud")
        if issuer != self._issuer.url:
            raise WrongIssuerError(f"The token comes from {_short(issuer)}, not from {self._issuer.url}")
        named = [audience] if isinstance(audience, str) else audience
        if not isinstance(named, list) or not all(isinstance(each, str) for each in named):
            raise ClaimFormError("The claim 'aud' is neither text nor a list of texts")
        meant = next((each for each in self._audiences if each in named), None)
        if meant is None:
            raise WrongAudienceError(
                f"The token was made for {_short(audience)}",
                why=f"expected: {', '.join(self._audiences)}",
                fix=f"Ask GitHub for a token with the audience {self._audiences[0]}",
            )
        return meant

    def _verify_times(self, payload: Mapping[str, Any], now: float) -> None:
        expires, issued = _time(payload, "exp"), _time(payload, "iat")
        starts = _time(payload, "nbf") if "nbf" in payload else issued
        if now >= expires + self._leeway:
            raise ExpiredTokenError(
                f"The token expired {now - expires:.0f} seconds ago", fix="Ask GitHub for a new token just before use"
            )
        if now < max(starts, issued) - self._leeway:
            raise NotYetValidError(
                f"The token is valid in {max(starts, issued) - now:.0f} seconds", fix="Check this machine's clock"
            )
        if not 0 < expires - issued <= self._longest_life:
            raise LifetimeError(
                f"The token lives {expires - issued} seconds", why=f"at most {self._longest_life:.0f} are taken"
            )

    def _verify_new(self, payload: Mapping[str, Any], now: float) -> None:
        token_id = _present(payload, "jti")
        if not isinstance(token_id, str) or not 0 < len(token_id) <= _LARGEST_TOKEN_ID:
            raise ClaimFormError(f"The claim 'jti' is not text of 1-{_LARGEST_TOKEN_ID} characters")
        if self._replay is None:
            return
        until = payload["exp"] + self._leeway
        if not self._replay.remember(self._issuer.url, token_id, until=until, now=now):
            raise ReplayedTokenError("The token was used before", fix="Ask GitHub for a token for each use")


def _verify_signature(token: UnverifiedToken, key: VerificationKey) -> None:
    try:
        jwt.PyJWS(algorithms=[key.algorithm]).decode_complete(token.text, key.public_key, algorithms=[key.algorithm])
    except (jwt.PyJWTError, ValueError, TypeError) as problem:
        raise SignatureRefusedError(
            "The token's signature is not the issuer's", why=f"key id {_short(key.kid)}", fix="Send the token unchanged"
        ) from problem


def _present(payload: Mapping[str, Any], name: str) -> Any:
    if name not in payload:
        raise MissingClaimError(f"The token has no claim {name!r}", fix="Use a token of GitHub's, unchanged")
    return payload[name]


def _time(payload: Mapping[str, Any], name: str) -> int:
    value = _present(payload, name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ClaimFormError(f"The claim {name!r} is not a number of seconds since the epoch")
    return value


def _require_safe(
    audiences: Collection[str], algorithms: Collection[Algorithm], leeway: float, longest_life: float
) -> None:
    if isinstance(audiences, str) or not audiences or not all(audiences):
        raise VerifierSettingsError("A verifier needs a list of audiences, none of them empty")
    if not algorithms or not set(algorithms) <= set(Algorithm):
        raise VerifierSettingsError(f"A verifier takes algorithms out of {', '.join(Algorithm)}")
    if not 0 <= leeway <= _LARGEST_LEEWAY:
        raise VerifierSettingsError(f"A leeway of {leeway} seconds is not within 0-{_LARGEST_LEEWAY}")
    if not 0 < longest_life <= _LONGEST_LIFE:
        raise VerifierSettingsError(f"A life of {longest_life} seconds is not within 1-{_LONGEST_LIFE}")


def _short(value: object) -> str:
    """For a message: what somebody sent, shortened and without control characters."""
    return ascii(value)[:80]
