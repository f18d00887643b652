"""The reference trust policy of the apply role against the published test vectors."""

import pytest

from alphaswarm_core.identity.github.sts import STS_CLAIMS
from alphaswarm_core.identity.iam import (
    GITHUB_ISSUER,
    OFFERED_CLAIMS,
    MalformedRequestError,
    PolicyKind,
    compile_policy,
    parse_policy,
    web_identity_request,
)

PROVIDER = f"arn:aws:iam::111111111111:oidc-provider/{GITHUB_ISSUER}"
FILE = "OWNER/REPO/.github/workflows/apply.yml@refs/heads/main"
PREFIX = "repo:OWNER/REPO"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Federated": PROVIDER},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                "StringEquals": {
                    f"{GITHUB_ISSUER}:aud": "sts.amazonaws.com",
                    f"{GITHUB_ISSUER}:sub": f"{PREFIX}:environment:production",
                    f"{GITHUB_ISSUER}:repository_id": "123",
                    f"{GITHUB_ISSUER}:repository_owner_id": "45",
                    f"{GITHUB_ISSUER}:ref": "refs/heads/main",
                    f"{GITHUB_ISSUER}:environment": "production",
                    f"{GITHUB_ISSUER}:job_workflow_ref": FILE,
                }
            },
        }
    ],
}
COMPILED = compile_policy(parse_policy(POLICY, PolicyKind.TRUST, name="trust policy of apply"))
GOOD = {
    "aud": "sts.amazonaws.com",
    "sub": f"{PREFIX}:environment:production",
    "repository_id": "123",
    "repository_owner_id": "45",
    "ref": "refs/heads/main",
    "environment": "production",
    "job_workflow_ref": FILE,
}


@pytest.mark.parametrize(
    ("changes", "allowed"),
    [
        ({}, True),
        ({"sub": f"{PREFIX}:ref:refs/heads/main", "environment": None}, False),
        ({"ref": "refs/heads/feature"}, False),
        ({"ref": "refs/pull/7/merge"}, False),
        ({"environment": "Production", "sub": f"{PREFIX}:environment:Production"}, False),
        ({"job_workflow_ref": "OWNER/REPO/.github/workflows/other.yml@refs/heads/main"}, False),
        ({"repository_id": "999"}, False),
        ({"sub": f"{PREFIX}:environment:production%3Ax"}, False),
        ({"sub": f"{PREFIX}:environment:production-eu"}, False),
        ({"event_name": "pull_request_target"}, True),
        (
            {
                "event_name": "pull_request_target",
                "job_workflow_ref": "OWNER/REPO/.github/workflows/label.yml@refs/heads/main",
            },
            False,
        ),
        ({"event_name": "pull_request"}, True),
        ({"aud": "https://github.com/OWNER"}, False),
        ({"aud": "sigstore"}, False),
    ],
)
def test_token_is_decided_as_published(changes: dict[str, str | None], allowed: bool) -> None:
    claims = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    decision = COMPILED.decide(web_identity_request(claims, PROVIDER))
    assert decision.allowed is allowed
    assert decision.statement == "Statement[0]"


@pytest.mark.parametrize("claim", sorted(GOOD))
def test_token_is_refused_when_a_claim_is_missing_and_the_explanation_names_it(claim: str) -> None:
    decision = COMPILED.decide(web_identity_request({**{k: v for k, v in GOOD.items() if k != claim}}, PROVIDER))
    assert not decision.allowed
    assert decision.condition == f"StringEquals {GITHUB_ISSUER}:{claim}"


@pytest.mark.parametrize(
    "provider",
    [
        "arn:aws:iam::222222222222:oidc-provider/token.actions.githubusercontent.com",
        "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com/evil",
        "arn:aws:iam::111111111111:oidc-provider/gitlab.com",
        "",
    ],
)
def test_token_of_another_provider_is_refused(provider: str) -> None:
    decision = COMPILED.decide(web_identity_request(GOOD, provider))
    assert not decision.allowed
    assert decision.condition == "Principal"


def test_claim_of_another_type_is_no_missing_claim() -> None:
    with pytest.raises(MalformedRequestError, match="repository_id"):
        web_identity_request({**GOOD, "repository_id": 123}, PROVIDER)


def test_offered_claims_are_those_of_the_claim_table() -> None:
    assert set(OFFERED_CLAIMS) == STS_CLAIMS - {"amr", "email", "oaud"}
