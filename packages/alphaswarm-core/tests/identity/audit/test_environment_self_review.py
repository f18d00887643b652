"""The rule environment-self-review: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import UNGATED, found, settings

RULE = "environment-self-review"

BAD = {
    "off": settings(protection_rules=[{"type": "required_reviewers", "prevent_self_review": False, "reviewers": []}]),
    "unsaid": settings(protection_rules=[{"type": "required_reviewers", "reviewers": []}]),
    "a text instead of true": settings(
        protection_rules=[{"type": "required_reviewers", "prevent_self_review": "true"}]
    ),
}
GOOD = {
    "on": settings(),
    "not asked for": settings(name="dev", protection_rules=[{"type": "required_reviewers"}]),
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE, UNGATED)


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE, UNGATED) == []
