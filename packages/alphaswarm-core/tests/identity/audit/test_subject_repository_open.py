"""The rule subject-repository-open: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import APPLY, LEGACY, REPOSITORY, claims, found, policy, statement, trust, undecided

RULE = "subject-repository-open"

ROLE = """resource "aws_iam_role" "ci" {{
  assume_role_policy = jsonencode({{
    Statement = [{{
      Effect    = "Allow"
      Principal = {{ Federated = aws_iam_openid_connect_provider.github.arn }}
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {{ StringLike = {{ "token.actions.githubusercontent.com:sub" = "{}" }} }}
    }}]
  }})
}}
"""

BAD = {
    "organisation": policy(statement({"StringEquals": claims("sub"), "StringLike": {"sub": "repo:octo-org/*"}})),
    "organisation's beginning": policy(
        statement({"StringEquals": claims("sub"), "StringLike": {"sub": "repo:octo-org*/octo-repo:*"}})
    ),
    "everything": policy(statement({"StringEquals": claims("sub"), "StringLike": {"sub": "*"}})),
    "repository's beginning": policy(
        statement({"StringEquals": claims("sub"), "StringLike": {"sub": "repo:octo-org/octo-*:environment:prod"}})
    ),
    "no colon before the wildcard": policy(
        statement({"StringEquals": claims("sub"), "StringLike": {"sub": "repo:octo-org/octo-repo*"}})
    ),
    "one of several": trust(sub=[APPLY["sub"], "octo-repo"]),
}
GOOD = {
    "legacy": trust(sub=f"{LEGACY}:environment:prod"),
    "immutable": trust(),
    "pattern behind the repository": policy(
        statement({"StringEquals": claims("sub"), "StringLike": {"sub": f"{REPOSITORY}:ref:refs/tags/v*"}})
    ),
    "customised, with the id first": trust(sub="repository_id:22:environment:prod"),
    "unknown names, compared exactly": {
        "main.tf": ROLE.replace("StringLike", "StringEquals").format("repo:${var.org}/${var.repo}:environment:prod")
    },
}
UNKNOWN = {
    "a pattern with an unknown organisation": {"main.tf": ROLE.format("repo:${var.org}/octo-repo:environment:prod")},
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE)


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE) == []


@pytest.mark.parametrize("case", UNKNOWN)
def test_unknown_is_reported_when_the_file_does_not_decide(tmp_path: Path, case: str) -> None:
    assert undecided(tmp_path, UNKNOWN[case], RULE)
    assert found(tmp_path, UNKNOWN[case], RULE) == []
