"""The rule environment-admin-bypass: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import UNGATED, found, settings

RULE = "environment-admin-bypass"

BAD = {
    "on": settings(can_admins_bypass=True),
    "unsaid": settings(can_admins_bypass=None),
}
GOOD = {
    "off": settings(),
    "not asked for": settings(name="dev", can_admins_bypass=True),
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE, UNGATED)


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE, UNGATED) == []
