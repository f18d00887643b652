"""The rule workflow-file-not-pinned: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from alphaswarm_core.identity.audit import Severity

from .harness import HASH, REPOSITORY, claims, found, policy, statement, trust

RULE = "workflow-file-not-pinned"

BAD = {
    "open": trust("job_workflow_ref"),
    "every file": policy(
        statement(
            {
                "StringEquals": claims("job_workflow_ref"),
                "StringLike": {"job_workflow_ref": "octo-org/octo-repo/*@refs/heads/main"},
            }
        )
    ),
    "every ref": policy(
        statement(
            {
                "StringEquals": claims("job_workflow_ref"),
                "StringLike": {"job_workflow_ref": "octo-org/octo-repo/.github/workflows/a.yml@*"},
            }
        )
    ),
}
GOOD = {
    "pinned": trust(),
    "pinned to a commit": trust(job_workflow_ref=f"octo-org/octo-repo/.github/workflows/apply.yml@{HASH}"),
    "a plan role": trust("job_workflow_ref", name="plan.json"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE)


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE) == []


def test_it_weighs_less_when_no_environment_is_concerned(tmp_path: Path) -> None:
    files = trust("job_workflow_ref", "environment", sub=f"{REPOSITORY}:ref:refs/heads/main")
    assert [each.severity for each in found(tmp_path, files, RULE)] == [Severity.MEDIUM]
