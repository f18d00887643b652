"""The rule ref-not-pinned: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import REPOSITORY, claims, found, policy, statement, trust

RULE = "ref-not-pinned"

BAD = {
    "environment": trust("ref"),
    "pull requests": trust("ref", sub=f"{REPOSITORY}:pull_request"),
    "environment, every branch": policy(
        statement({"StringEquals": claims("ref"), "StringLike": {"ref": "refs/heads/*"}})
    ),
    "pull requests, every ref": policy(
        statement({"StringEquals": claims("ref", sub=f"{REPOSITORY}:pull_request"), "StringLike": {"ref": "refs/*"}})
    ),
    "environment, merge refs": policy(
        statement({"StringEquals": claims("ref"), "StringLike": {"ref": "refs/pull/*/merge"}})
    ),
    "under IfExists": policy(
        statement({"StringEquals": claims("ref"), "StringEqualsIfExists": {"ref": "refs/heads/main"}})
    ),
}
GOOD = {
    "environment": trust(),
    "pull requests, merge refs": policy(
        statement(
            {
                "StringEquals": claims("ref", sub=f"{REPOSITORY}:pull_request"),
                "StringLike": {"ref": "refs/pull/*/merge"},
            }
        )
    ),
    "the ref is in the subject": trust("ref", sub=f"{REPOSITORY}:ref:refs/heads/main"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE)


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE) == []
