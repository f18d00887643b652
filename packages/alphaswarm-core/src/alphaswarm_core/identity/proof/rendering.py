"""The trust policy that an intent stands for: what the Terraform module renders, and what is proved."""

from collections.abc import Mapping
from typing import Any

from alphaswarm_core.identity.iam.web_identity import ASSUME_WITH_WEB_IDENTITY, GITHUB_ISSUER
from alphaswarm_core.identity.proof.intent import ContextKind, Grant, Intent


def trust_policy(intent: Intent, provider_arn: str, *, issuer: str = GITHUB_ISSUER) -> dict[str, Any]:
    """The policy document that admits the intent and nothing else: one Allow statement a grant, everything pinned.

    Args:
        intent: At least one grant; IAM has no policy without a statement.
        provider_arn: The account's IAM OIDC provider for the issuer.
        issuer: Prefix of the condition keys.
    """
    statements = [
        {
            "Effect": "Allow",
            "Principal": {"Federated": provider_arn},
            "Action": ASSUME_WITH_WEB_IDENTITY,
            "Condition": _conditions(grant, intent.audience, issuer),
        }
        for grant in intent.grants
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def _conditions(grant: Grant, audience: str, issuer: str) -> Mapping[str, Mapping[str, list[str]]]:
    repository, context = grant.repository, grant.context
    wanted: dict[str, tuple[str, ...]] = {
        "aud": (audience,),
        "sub": context.subjects(repository),
        "repository_id": (repository.id,),
        "repository_owner_id": (repository.owner_id,),
        "ref": context.refs,
        "job_workflow_ref": context.workflow_patterns(repository),
    }
    exact = {"aud", "repository_id", "repository_owner_id"}
    if context.kind is ContextKind.ENVIRONMENT:
        wanted["environment"] = (context.environment,)
        exact |= {"environment", "sub"}
    block: dict[str, dict[str, list[str]]] = {}
    for claim, values in wanted.items():
        if values:
            literal = claim in exact or not any(letter in value for value in values for letter in "*?")
            block.setdefault("StringEquals" if literal else "StringLike", {})[f"{issuer}:{claim}"] = list(values)
    return block
