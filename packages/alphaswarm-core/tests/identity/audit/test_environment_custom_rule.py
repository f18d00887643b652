"""The rule environment-custom-rule: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import found, settings

RULE = "environment-custom-rule"

BAD = {
    "none": settings(custom_deployment_protection_rules=[]),
    "disabled": settings(custom_deployment_protection_rules=[{"id": 1, "enabled": False}]),
}
GOOD = {
    "one": settings(),
    "as GitHub answers": settings(
        custom_deployment_protection_rules={"total_count": 1, "custom_deployment_protection_rules": [{"enabled": True}]}
    ),
    "one approval is enough": settings(name="staging", custom_deployment_protection_rules=[]),
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE)


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE) == []
