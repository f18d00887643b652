"""The rule plan-role-reads-secrets: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import allow, deny, found, policy

RULE = "plan-role-reads-secrets"

BAD = {
    "secrets": policy(
        allow("secretsmanager:GetSecretValue", resource="arn:aws:secretsmanager:us-east-1:1:secret:one"),
        name="plan.json",
    ),
    "decryption with every key": policy(
        allow("kms:Decrypt", resource="arn:aws:kms:us-east-1:1:key/*"), name="plan.json"
    ),
    "every parameter": policy(allow("ssm:Get*"), name="plan.json"),
    "another role": policy(allow("sts:AssumeRole", resource="arn:aws:iam::1:role/x"), name="plan.json"),
    "everything, denied on some": policy(
        allow("*"), {**deny("secretsmanager:*", "kms:*", "ssm:*", "sts:*"), "Resource": "arn:x"}, name="plan.json"
    ),
    "everything, denied under a condition": policy(
        allow("*"), deny("*", Condition={"Bool": {"aws:SecureTransport": "false"}}), name="plan.json"
    ),
}
GOOD = {
    "one key": policy(allow("kms:Decrypt", resource="arn:aws:kms:us-east-1:1:key/1234"), name="plan.json"),
    "every key, through S3": policy(
        allow("kms:Decrypt", Condition={"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}),
        name="plan.json",
    ),
    "named parameters": policy(
        allow("ssm:GetParameter", resource="arn:aws:ssm:us-east-1:1:parameter/alphaswarm/dev/vpc"), name="plan.json"
    ),
    "denied": policy(
        allow("*"), deny("secretsmanager:*", "kms:Decrypt", "ssm:Get*", "sts:AssumeRole"), name="plan.json"
    ),
    "another role's policy": policy(allow("secretsmanager:GetSecretValue"), name="task.json"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE)


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE) == []
