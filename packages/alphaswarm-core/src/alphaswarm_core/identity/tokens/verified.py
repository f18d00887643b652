"""Claims that were verified. Whoever holds a `VerifiedClaims` holds a proof, because only the verifier makes them."""

from collections.abc import Mapping
from dataclasses import InitVar, dataclass
from types import MappingProxyType
from typing import Any, NoReturn

from alphaswarm_core.canonical import document_digest
from alphaswarm_core.identity.tokens.accounting import ClaimAccount
from alphaswarm_core.identity.tokens.keys import Algorithm

_SEAL = object()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VerifiedClaims:
    """The claims of a token whose signature, issuer, audience and times hold.

    Attributes:
        issuer: The claim `iss`.
        audience: The expected audience that the token was made for.
        subject: The claim `sub`.
        token_id: The claim `jti`.
        issued_at: Seconds since the epoch, as `expires_at`.
        key_id: The key that signed.
        payload: All claims, read-only at every depth.
        account: What was done with which claim.

    Raises:
        TypeError: somebody else than the verifier makes one, copies one with changes, or unpickles one.
    """

    issuer: str
    audience: str
    subject: str
    token_id: str
    issued_at: int
    expires_at: int
    key_id: str
    algorithm: Algorithm
    payload: Mapping[str, Any]
    account: ClaimAccount
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise TypeError("Only TokenVerifier.verify makes VerifiedClaims")

    @property
    def digest(self) -> str:
        """SHA-256 of all claims in canonical form (64 hexadecimal digits): what the ledger keeps of a token."""
        return document_digest(_thawed(self.payload))

    def text(self, name: str) -> str | None:
        """The claim if it is there and text, else None."""
        value = self.payload.get(name)
        return value if isinstance(value, str) else None

    def __reduce__(self) -> NoReturn:
        """A copy or pickle could be altered on its way; the proof would be gone and the name would stay."""
        raise TypeError("VerifiedClaims cannot be copied or pickled: verify the token where the claims are needed")


def sealed(
    payload: Mapping[str, Any], account: ClaimAccount, *, audience: str, key_id: str, algorithm: Algorithm
) -> VerifiedClaims:
    """For the verifier alone: the result of a verification that succeeded."""
    return VerifiedClaims(
        issuer=payload["iss"],
        audience=audience,
        subject=payload["sub"],
        token_id=payload["jti"],
        issued_at=payload["iat"],
        expires_at=payload["exp"],
        key_id=key_id,
        algorithm=algorithm,
        payload=_frozen(payload),
        account=account,
        seal=_SEAL,
    )


def _frozen(value: Any) -> Any:
    if isinstance(value, Mapping):
        return MappingProxyType({key: _frozen(item) for key, item in value.items()})
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    return value


def _thawed(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _thawed(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [_thawed(item) for item in value]
    return value
