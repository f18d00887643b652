"""The rule plan-role-escalates: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import allow, deny, found, policy, undecided

RULE = "plan-role-escalates"

ROLE = """resource "aws_iam_role_policy" "reads" {{
  role = aws_iam_role.plan.name
  policy = jsonencode({{
    Version = "2012-10-17"
    Statement = [{{ Effect = "Allow", Action = ["{}"], Resource = ["*"] }}]
  }})
}}
"""

BAD = {
    "pass a role": policy(allow("iam:PassRole"), name="plan.json"),
    "start a build": policy(allow("codebuild:*"), name="plan.json"),
    "write a parameter": policy(allow("ssm:PutParameter", resource="arn:x"), name="gha-plan.json"),
    "everything but": policy({"Effect": "Allow", "NotAction": ["iam:*"], "Resource": "*"}, name="plan.json"),
    "in Terraform": {"main.tf": ROLE.format("s3:*")},
}
GOOD = {
    "reading": policy(allow("ec2:Describe*", "iam:Get*", "s3:GetObject"), name="plan.json"),
    "denied": policy(allow("s3:*"), deny("s3:Put*", "s3:Delete*"), name="plan.json"),
    "an apply role": policy(allow("iam:PassRole"), name="apply.json"),
    "in Terraform": {"main.tf": ROLE.format("s3:GetObject")},
}
UNKNOWN = {
    "denials that a run makes": {"main.tf": ROLE.replace("}}]", "}}, local.denials]").format("s3:*")},
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
