"""The request that a GitHub job makes when it exchanges its token for a role's session.

AWS offers a fixed list of a token's claims to trust policies; the others are not there, so a plain condition on them
never fits. Source: IAM User Guide, "Available keys for AWS web identity federation", tab GitHub (2026).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from alphaswarm_core.identity.iam.errors import MalformedRequestError
from alphaswarm_core.identity.iam.request import Principal, PrincipalKind, Request

GITHUB_ISSUER = "token.actions.githubusercontent.com"
"""Host of the issuer, and prefix of its condition keys."""
ASSUME_WITH_WEB_IDENTITY = "sts:AssumeRoleWithWebIdentity"
ALWAYS_OFFERED = ("aud", "sub")
"""Claims that AWS has offered from the start, in every region."""
YOUNG_CLAIMS = (
    "actor",
    "actor_id",
    "enterprise_id",
    "environment",
    "job_workflow_ref",
    "ref",
    "repository",
    "repository_id",
    "repository_owner_id",
    "workflow",
)
"""Claims offered since 2026. A region or partition may not have them yet, so nothing may rest on their presence."""
OFFERED_CLAIMS = (*ALWAYS_OFFERED, *YOUNG_CLAIMS)
"""What AWS offers of GitHub's claims. It knows `amr`, `email` and `oaud` too, which GitHub's tokens do not have."""


def web_identity_request(
    claims: Mapping[str, Any],
    provider_arn: str,
    *,
    role_arn: str = "*",
    issuer: str = GITHUB_ISSUER,
    extra: Mapping[str, Sequence[str]] | None = None,
) -> Request:
    """The request to a role's trust policy that a verified token makes.

    Args:
        claims: The token's payload. What AWS does not offer is left out.
        provider_arn: The IAM OIDC provider that verified the token.
        role_arn: The role that is to be assumed.
        issuer: The provider's URL without `https://`; the prefix of the condition keys.
        extra: Further condition keys, such as `sts:RoleSessionName`.

    Raises:
        MalformedRequestError: an offered claim is neither a text nor texts. Leaving it out would make `IfExists` fit.
    """
    context: dict[str, Sequence[str]] = dict(extra or {})
    for claim in OFFERED_CLAIMS:
        if claim in claims:
            context[f"{issuer}:{claim}"] = _texts(claim, claims[claim])
    principal = Principal(PrincipalKind.FEDERATED, provider_arn)
    return Request(ASSUME_WITH_WEB_IDENTITY, principal, role_arn, context)


def _texts(claim: str, value: Any) -> Sequence[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, list | tuple) and all(isinstance(each, str) for each in value):
        return value
    raise MalformedRequestError(
        f"The claim {claim!r} is of type {type(value).__name__}",
        fix="GitHub writes every claim that AWS offers as text",
    )
