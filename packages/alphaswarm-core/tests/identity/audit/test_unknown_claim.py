"""The rule unknown-claim: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import claims, found, policy, statement, trust, undecided

RULE = "unknown-claim"

ROLE = """data "aws_iam_policy_document" "github" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = ["arn:aws:iam::1:oidc-provider/token.actions.githubusercontent.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:${each.key}"
      values   = ["x"]
    }
  }
}
"""

BAD = {
    "event": trust(event_name="push"),
    "runner": trust(runner_environment="github-hosted"),
    "misspelt": trust(job_workflow_reff="x"),
    "misspelt, under ForAllValues": policy(
        statement({"StringEquals": claims(), "ForAllValues:StringEquals": {"repositry_id": "22"}})
    ),
}
GOOD = {
    "all of them": trust(actor="a", actor_id="1", enterprise_id="1", workflow="w", repository="octo-org/octo-repo"),
    "other spelling of the key": trust("ref", REF="refs/heads/main"),
    "key of the request": policy(
        statement({"StringEquals": claims()})
        | {
            "Condition": {
                **statement({"StringEquals": claims()})["Condition"],
                "StringLike": {"sts:RoleSessionName": "run-*"},
            }
        }
    ),
}
UNKNOWN = {
    "a variable": {"main.tf": ROLE},
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
