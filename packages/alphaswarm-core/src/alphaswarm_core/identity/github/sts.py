"""A token's claims as AWS STS shows them to a role's trust policy.

Source: AWS IAM User Guide, "IAM and AWS STS condition context keys", the keys for AWS web identity federation, the tab
for GitHub. A key that is not listed does not exist for a policy, whatever the token says: `event_name`,
`runner_environment`, `workflow_ref`, `repository_owner`, `run_id` and `sha` cannot be conditions.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from alphaswarm_core.identity.github.errors import ClaimTypeError
from alphaswarm_core.identity.github.issuers import GITHUB_COM, Issuer

STS_CLAIMS = frozenset({"amr", "aud", "email", "oaud", "sub"}) | frozenset(
    {"actor", "actor_id", "enterprise_id", "environment", "job_workflow_ref", "ref", "repository", "repository_id"}
    | {"repository_owner_id", "workflow"}
)
"""The names of the keys after the issuer's prefix. GitHub's tokens have no `amr`, `email` or `oaud`."""

STS_CLAIMS_IN_SESSION = frozenset({"amr", "aud", "email", "oaud", "sub"})
"""Those that a session's own policies see as well. The others exist while the role is assumed, and not after."""


def sts_context(payload: Mapping[str, object], issuer: Issuer = GITHUB_COM) -> Mapping[str, tuple[str, ...]]:
    """The condition keys that a trust policy can speak about for a token with `payload`, and nothing else.

    Args:
        payload: The claims: of `Claims.document()` with an audience, or of a verified token.
        issuer: Whose prefix the keys have.

    Returns:
        Full key → values. A claim that the token lacks has no key.

    Raises:
        ClaimTypeError: a claim is neither text nor a list of texts. GitHub writes ids as text; what AWS would do with
            another type is not documented, so nothing is decided on it.
    """
    prefix = issuer.condition_prefix
    found = {f"{prefix}:{name}": _texts(name, payload[name]) for name in sorted(STS_CLAIMS & payload.keys())}
    return MappingProxyType(found)


def _texts(name: str, value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, Sequence) and not isinstance(value, bytes) and all(isinstance(each, str) for each in value):
        return tuple(value)
    raise ClaimTypeError(
        f"The claim {name!r} is {value!r}",
        why="AWS compares text, and GitHub writes every claim as text",
        fix=f"Write {name} as a string",
    )
