"""The rule static-aws-credentials: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import found, job, workflow

RULE = "static-aws-credentials"

BAD = {
    "an input": job(
        "    steps:\n      - uses: aws-actions/configure-aws-credentials@v4\n        with: {AWS-access-key-id: x}\n"
    ),
    "a secret": job("    steps:\n      - run: aws s3 ls\n        env: {K: '${{ secrets.AWS_SECRET_ACCESS_KEY }}'}\n"),
    "a secret with an index": job("    env: {K: \"${{ secrets['prod_access_key_id'] }}\"}\n    steps: []\n"),
    "a variable": workflow("on: push\nenv: {AWS_ACCESS_KEY_ID: abc}\njobs: {}\n"),
}
GOOD = {
    "a role": job(
        "    steps:\n      - uses: aws-actions/configure-aws-credentials@v4\n        with: {role-to-assume: x}\n"
    ),
    "another secret": job("    env: {K: '${{ secrets.PLATFORM_DISPATCH_TOKEN }}'}\n    steps: []\n"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE)


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE) == []
