"""The rule undecided-policy: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import ISSUER, PROVIDER, trust, undecided

RULE = "undecided-policy"

LOCALS = f"""locals {{
  trust = jsonencode({{
    Version   = "2012-10-17"
    Statement = [{{
      Effect    = "Allow"
      Principal = {{ Federated = "{PROVIDER}" }}
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {{ StringEquals = {{ "{ISSUER}:sub" = "repo:a/b:ref:refs/heads/main" }} }}
    }}]
  }})
}}

resource "aws_iam_role" "ci" {{
  assume_role_policy = local.trust
}}
"""

GOOD = {
    "everything is there": trust(),
    "locals are literal": {"main.tf": LOCALS},
    "another service's role": {
        "main.tf": LOCALS.replace(
            "local.trust",
            'jsonencode({ Statement = [{ Principal = { Service = var.s }, Action = "sts:AssumeRole" }] })',
        )
    },
}
UNKNOWN = {
    "a variable": {"main.tf": LOCALS.replace("local.trust", "var.trust")},
    "a module": {"main.tf": LOCALS.replace("local.trust", "module.trust.policy")},
    "a file": {"main.tf": LOCALS.replace("local.trust", 'file("trust.json")')},
    "a statement of a variable": {"main.tf": LOCALS.replace("Statement = [", "Statement = [var.more, ")},
    "a subject of a variable": {"main.tf": LOCALS.replace('"repo:', '"repo:${var.more}')},
    "a provider of a variable": {"main.tf": LOCALS.replace(f'"{PROVIDER}"', "var.provider")},
    "a heredoc with a hole outside of texts": {
        "main.tf": 'resource "aws_iam_role" "a" {\n  assume_role_policy = <<E\n{"Statement": ${x}}\nE\n}\n'
    },
}


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert undecided(tmp_path, GOOD[case], RULE) == []


@pytest.mark.parametrize("case", UNKNOWN)
def test_unknown_is_reported_when_the_file_does_not_decide(tmp_path: Path, case: str) -> None:
    assert undecided(tmp_path, UNKNOWN[case], RULE)
