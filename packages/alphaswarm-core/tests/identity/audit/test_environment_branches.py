"""The rule environment-branches: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import found, settings, undecided

RULE = "environment-branches"

BAD = {
    "every branch": settings(deployment_branch_policy=None),
    "protected branches": settings(
        deployment_branch_policy={"protected_branches": True, "custom_branch_policies": False}
    ),
    "pull requests": settings(deployment_branch_policies=[{"name": "main"}, {"name": "refs/pull/*/merge"}]),
    "a pattern": settings(deployment_branch_policies={"branch_policies": [{"name": "release/*"}]}),
}
GOOD = {
    "main": settings(),
}
UNKNOWN = {
    "branches not in the document": settings(deployment_branch_policies=None),
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
