"""The rule repository-ids-not-pinned: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import APPLY, LEGACY, claims, found, policy, statement, trust

RULE = "repository-ids-not-pinned"

BAD = {
    "neither": trust("repository_id", "repository_owner_id", sub=f"{LEGACY}:environment:prod"),
    "no owner": trust("repository_owner_id", sub=f"{LEGACY}:environment:prod"),
    "a pattern": policy(
        statement(
            {
                "StringEquals": claims("repository_id", sub=f"{LEGACY}:environment:prod"),
                "StringLike": {"repository_id": "*"},
            }
        )
    ),
    "one subject of two": trust(
        "repository_id", "repository_owner_id", sub=[APPLY["sub"], f"{LEGACY}:environment:prod"]
    ),
    "ids that are no numbers": trust(
        "repository_id", "repository_owner_id", sub="repo:octo-org@/octo-repo@:environment:prod"
    ),
}
GOOD = {
    "both": trust(sub=f"{LEGACY}:environment:prod"),
    "immutable subject": trust("repository_id", "repository_owner_id"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE)


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE) == []
