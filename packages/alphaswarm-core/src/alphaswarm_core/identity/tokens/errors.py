"""Why a token is refused: one class a reason, each with the answer that AWS STS gives for it.

No message repeats the token or a claim's full value: logs and ledgers keep messages.
"""

from enum import Enum
from typing import ClassVar

from alphaswarm_core.errors import ConfigurationError, RefusedError, UnavailableError

_NOT_A_JWT = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
_NO_KEY = (
    "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity "
    "documentation for requirements"
)


class StsCode(Enum):
    """Error codes of `AssumeRoleWithWebIdentity` on the wire, with their HTTP status. Source: STS's service model."""

    INVALID_IDENTITY_TOKEN = ("InvalidIdentityToken", 400)
    EXPIRED_TOKEN = ("ExpiredTokenException", 400)
    REJECTED_CLAIM = ("IDPRejectedClaim", 403)
    UNREACHABLE = ("IDPCommunicationError", 400)

    @property
    def code(self) -> str:
        """What stands in `<Code>`."""
        return self.value[0]

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.value[1]


class TokenError(RefusedError):
    """A token is refused. Subclasses say why."""

    code = "AS-TOK-001"
    summary = "A token is refused"
    sts_code: ClassVar[StsCode] = StsCode.INVALID_IDENTITY_TOKEN
    sts_message: ClassVar[str] = _NOT_A_JWT
    """AWS's own sentence where it is known from public reports, else one of ours in its manner."""


class MalformedTokenError(TokenError):
    """Not three segments of canonical base64url with JSON objects in them."""

    code = "AS-TOK-002"
    summary = "A token is not a well-formed JWT"


class OversizeTokenError(TokenError):
    """Longer than STS takes; nothing of it is parsed."""

    code = "AS-TOK-003"
    summary = "A token is longer than 20,000 characters"


class DuplicateMemberError(TokenError):
    """A JSON object names a member twice: two readers could take different ones."""

    code = "AS-TOK-004"
    summary = "A token's JSON names a member twice"


class UnsignedTokenError(TokenError):
    """`alg` is `none`, or there is no signature."""

    code = "AS-TOK-005"
    summary = "A token is not signed (alg none)"


class SymmetricAlgorithmError(TokenError):
    """`alg` is an HMAC: the attempt to have the public key, which everybody has, taken as a shared secret."""

    code = "AS-TOK-006"
    summary = "A token claims an HMAC signature, as if the public key were a secret"


class AlgorithmRefusedError(TokenError):
    """`alg` is not allowed, or is not the algorithm of the key."""

    code = "AS-TOK-007"
    summary = "A token's signature algorithm is not allowed"


class HeaderRefusedError(TokenError):
    """The header brings its own key, or an extension that would change what is verified."""

    code = "AS-TOK-008"
    summary = "A token's header brings its own key or an unknown extension"


class UnknownKeyError(TokenError):
    """No published key has the token's `kid`."""

    code = "AS-TOK-009"
    summary = "A token is signed with a key that the issuer does not publish"
    sts_message = _NO_KEY


class SignatureRefusedError(TokenError):
    """The signature is not one of the key over this token."""

    code = "AS-TOK-010"
    summary = "A token's signature is wrong"


class WrongIssuerError(TokenError):
    """`iss` is not the expected issuer."""

    code = "AS-TOK-011"
    summary = "A token comes from another issuer"
    sts_message = "No OpenIDConnect provider found in your account for the issuer of this token"


class WrongAudienceError(TokenError):
    """`aud` holds no expected audience."""

    code = "AS-TOK-012"
    summary = "A token was made for another audience"
    sts_message = "Incorrect token audience"


class ExpiredTokenError(TokenError):
    """`exp` has passed."""

    code = "AS-TOK-013"
    summary = "A token has expired"
    sts_code = StsCode.EXPIRED_TOKEN
    sts_message = "The web identity token that was passed is expired"


class NotYetValidError(TokenError):
    """`nbf` or `iat` lies in the future."""

    code = "AS-TOK-014"
    summary = "A token is not valid yet"
    sts_message = "The web identity token that was passed is not valid yet"


class LifetimeError(TokenError):
    """`exp` is further from `iat` than a token may live, or before it."""

    code = "AS-TOK-015"
    summary = "A token lives longer than tokens may"


class MissingClaimError(TokenError):
    """A required claim is not there."""

    code = "AS-TOK-016"
    summary = "A token lacks a required claim"
    sts_message = "Missing a required claim"


class ClaimFormError(TokenError):
    """A claim has the wrong type, or an empty or unstorable value."""

    code = "AS-TOK-017"
    summary = "A token's claim has the wrong type"


class ReplayedTokenError(TokenError):
    """This token was used before."""

    code = "AS-TOK-018"
    summary = "A token was used before"
    sts_code = StsCode.REJECTED_CLAIM
    sts_message = "The web identity token that was passed has been redeemed already"


class ReplayMemoryFullError(UnavailableError):
    """As many tokens as can be remembered are in use: nothing more can be shown to be new, so nothing is accepted."""

    code = "AS-TOK-019"
    summary = "The memory of used tokens is full"


class KeySetError(UnavailableError):
    """The issuer's keys cannot be fetched or are not a key set that can be trusted."""

    code = "AS-TOK-020"
    summary = "The issuer's keys cannot be read"


class VerifierSettingsError(ConfigurationError):
    """A verifier was asked for that would let too much through."""

    code = "AS-TOK-021"
    summary = "A token verifier's settings are unsafe"
