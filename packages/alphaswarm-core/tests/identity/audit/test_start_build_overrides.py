"""The rule start-build-overrides: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from alphaswarm_core.identity.audit.rules.start_build_overrides import OVERRIDES

from .harness import allow, deny, found, policy, undecided

RULE = "start-build-overrides"

VARIABLES = "codebuild:environment.environmentVariables.name"
DENIALS = [deny("codebuild:StartBuild", Condition={"Null": {key: "false"}}) for key in OVERRIDES]
NAMED = deny("codebuild:StartBuild", Condition={"ForAnyValue:StringNotEquals": {VARIABLES: ["RUN_ID"]}})
MODULE = """resource "aws_iam_policy" "apply" {
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = concat([{ Effect = "Allow", Action = "codebuild:StartBuild", Resource = "*" }], [for k in x : {}])
  })
}
"""

BAD = {
    "no denial": policy(allow("codebuild:StartBuild", resource="arn:x")),
    "all keys in one denial": policy(
        allow("codebuild:StartBuild"),
        deny("codebuild:StartBuild", Condition={"Null": dict.fromkeys(OVERRIDES, "false")}),
    ),
    "one key not denied": policy(allow("codebuild:StartBuild"), *DENIALS[1:]),
    "denied for presence the wrong way round": policy(
        allow("codebuild:StartBuild"),
        *DENIALS[1:],
        deny("codebuild:StartBuild", Condition={"Null": {OVERRIDES[0]: "true"}}),
    ),
    "another action denied": policy(
        allow("codebuild:StartBuild"),
        *DENIALS[1:],
        deny("codebuild:StopBuild", Condition={"Null": {OVERRIDES[0]: "false"}}),
    ),
    "batches": policy(allow("codebuild:StartBuild*"), *DENIALS),
}
GOOD = {
    "one denial a key": policy(allow("codebuild:StartBuild"), *DENIALS),
    "named variables": policy(
        allow("codebuild:StartBuild"), *(each for each in DENIALS if VARIABLES not in str(each)), NAMED
    ),
    "no build": policy(allow("codebuild:BatchGetBuilds")),
}
UNKNOWN = {
    "denials that a run makes": {"main.tf": MODULE},
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
