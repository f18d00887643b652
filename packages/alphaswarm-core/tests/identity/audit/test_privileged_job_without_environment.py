"""The rule privileged-job-without-environment: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import found, job

RULE = "privileged-job-without-environment"

STEPS = "    steps:\n      - uses: aws-actions/configure-aws-credentials@v4\n        with: {{role-to-assume: '{}'}}\n"

BAD = {
    "by a variable's name": job(STEPS.format("${{ vars.AWS_DEPLOYER_ROLE_ARN }}")),
    "by the role's name": job(STEPS.format("arn:aws:iam::1:role/aqp-gha-apply")),
    "in camel case": job(STEPS.format("arn:aws:iam::1:role/AqpTerraformExecutionRole")),
}
GOOD = {
    "with an environment": job("    environment: {name: prod}\n" + STEPS.format("arn:aws:iam::1:role/apply")),
    "a plan role": job(STEPS.format("${{ vars.AWS_PLAN_ROLE_ARN }}")),
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE)


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE) == []
