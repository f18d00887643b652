"""The rule privileged-trigger: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import found, job, workflow

RULE = "privileged-trigger"

STEPS = """    environment: prod
    steps:
      - uses: aws-actions/configure-aws-credentials@v4
        with: {role-to-assume: '${{ vars.AWS_DEPLOYER_ROLE_ARN }}'}
"""
CALLER = "on: pull_request\npermissions: {}\njobs:\n  a:\n    uses: ./.github/workflows/b.yml\n"

BAD = {
    "pull requests": job(STEPS, on="[push, pull_request]"),
    "every branch": job(STEPS, on="push"),
    "another branch": job(STEPS, on="{push: {branches: [main, 'release/*']}}"),
    "tags": job(STEPS, on="{push: {branches: [main], tags: ['v*']}}"),
    "a schedule": job(STEPS, on="{schedule: [{cron: '0 0 * * *'}]}"),
    "any dispatch from outside": job(STEPS, on="repository_dispatch"),
    "through a called workflow": {**workflow(CALLER, "a.yml"), **job(STEPS, on="workflow_call", name="b.yml")},
    "a reviewed environment": job(STEPS.replace("AWS_DEPLOYER_ROLE_ARN", "ROLE"), on="pull_request"),
}
GOOD = {
    "main, by hand, and named dispatches": job(
        STEPS, on="{push: {branches: [main]}, workflow_dispatch: null, repository_dispatch: {types: [x]}}"
    ),
    "a plan role": job(STEPS.replace("DEPLOYER", "PLAN"), on="pull_request"),
    "no role": job("    steps: []\n", on="pull_request"),
    "called, and nobody calls": job(STEPS, on="workflow_call"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE)


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE) == []
