"""The rule role-creation-without-boundary: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import allow, deny, found, policy

RULE = "role-creation-without-boundary"

BAD = {
    "create": policy(allow("iam:CreateRole")),
    "everything": policy(allow("*")),
    "all of IAM": policy(allow("iam:*")),
    "attach": policy(allow("iam:AttachRolePolicy")),
    "everything but": policy({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}),
    "boundary if it exists": policy(
        allow("iam:CreateRole", Condition={"StringEqualsIfExists": {"iam:PermissionsBoundary": "arn:b"}})
    ),
    "any other boundary": policy(
        allow("iam:CreateRole", Condition={"StringNotEquals": {"iam:PermissionsBoundary": "arn:b"}})
    ),
}
GOOD = {
    "with the boundary": policy(
        allow("iam:CreateRole", Condition={"StringEquals": {"iam:PermissionsBoundary": "arn:b"}})
    ),
    "reading": policy(allow("iam:GetRole", "iam:ListRoles")),
    "denied": policy(allow("*"), deny("iam:*")),
    "a boundary itself": policy(allow("*"), name="boundary.json"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE)


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE) == []
