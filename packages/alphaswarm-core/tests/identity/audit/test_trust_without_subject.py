"""The rule trust-without-subject: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import APPLY, PROVIDER, REPOSITORY, claims, found, policy, statement, trust, undecided

RULE = "trust-without-subject"

ROLE = """resource "aws_iam_role" "ci" {{
  assume_role_policy = jsonencode({{
    Version = "2012-10-17"
    Statement = [{{
      Effect    = "Allow"
      Principal = {{ Federated = {} }}
      Action    = "sts:AssumeRoleWithWebIdentity"
    }}]
  }})
}}
"""
UNKNOWN_CONDITIONS = ROLE.format(f'"{PROVIDER}"').replace(
    "Action    =", "Condition = var.conditions\n      Action    ="
)
HEREDOC = f"""resource "aws_iam_role" "ci" {{
  assume_role_policy = <<-EOT
    {{"Version": "2012-10-17", "Statement": [
      {{"Effect": "Allow", "Principal": {{"Federated": "{PROVIDER}"}}, "Action": "sts:AssumeRoleWithWebIdentity"}}
    ]}}
  EOT
}}
"""
DATA = """data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = [aws_iam_openid_connect_provider.github.arn]
    }
    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:aud"
      values   = ["sts.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "ci" {
  assume_role_policy = data.aws_iam_policy_document.trust.json
}
"""

BAD = {
    "no conditions": policy(statement()),
    "no subject": trust("sub"),
    "no audience": trust("aud"),
    "subject under ForAllValues": policy(
        statement({"StringEquals": claims("sub"), "ForAllValues:StringLike": {"sub": f"{REPOSITORY}:*"}})
    ),
    "subject under IfExists": policy(
        statement({"StringEquals": claims("sub"), "StringLikeIfExists": {"sub": f"{REPOSITORY}:*"}})
    ),
    "subject only not something": policy(statement({"StringEquals": claims("sub"), "StringNotEquals": {"sub": "x"}})),
    "every provider": policy(statement(Principal={"Federated": "*"})),
    "everybody": policy(statement(Principal="*")),
    "everybody but one": policy(statement(Principal=None, NotPrincipal={"AWS": "arn:aws:iam::111111111111:root"})),
    "enterprise issuer": policy(statement(Principal={"Federated": f"{PROVIDER}/octo"})),
    "all actions": policy(statement(Action="sts:*")),
    "in a heredoc": {"main.tf": HEREDOC},
    "in a data source": {"main.tf": DATA},
    "of a provider that is unknown, without any condition": {
        "main.tf": ROLE.format("aws_iam_openid_connect_provider.this.arn")
    },
}
GOOD = {
    "both pinned": trust(),
    "both pinned, set operator that needs the claim": policy(
        statement({"StringEquals": claims("sub"), "ForAnyValue:StringEquals": {"sub": APPLY["sub"]}})
    ),
    "another provider": policy(
        statement(Principal={"Federated": "arn:aws:iam::111111111111:oidc-provider/oidc.eks.amazonaws.com/id/1"})
    ),
    "a service": policy(
        {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ),
    "a denial": policy(statement(Effect="Deny")),
}
UNKNOWN = {
    "conditions of a variable": {"main.tf": UNKNOWN_CONDITIONS},
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
