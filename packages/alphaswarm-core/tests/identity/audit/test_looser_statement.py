"""The rule looser-statement: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import LEGACY, REPOSITORY, claims, found, policy, statement

RULE = "looser-statement"

FULL = statement({"StringEquals": claims()})

BAD = {
    "without the file": policy(FULL, statement({"StringEquals": claims("job_workflow_ref")})),
    "without the ids": policy(
        statement({"StringEquals": claims("repository_id", sub=f"{LEGACY}:environment:prod")}), FULL
    ),
    "without the ref": policy(FULL, statement({"StringEquals": claims("ref")})),
    "weak operator": policy(
        FULL, statement({"StringEquals": claims("ref"), "StringEqualsIfExists": {"ref": "refs/heads/main"}})
    ),
}
GOOD = {
    "one statement": policy(statement({"StringEquals": claims("job_workflow_ref", "ref")})),
    "the same twice": policy(
        FULL, statement({"StringEquals": claims(sub=f"{REPOSITORY}:environment:staging", environment="staging")})
    ),
    "ref in the subject": policy(
        statement({"StringEquals": claims("ref", sub=f"{REPOSITORY}:ref:refs/heads/main")}), FULL
    ),
    "ids in the subject": policy(FULL, statement({"StringEquals": claims("repository_id", "repository_owner_id")})),
    "another principal": policy(
        FULL, {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE)


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE) == []
