"""The rule environment-missing: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from alphaswarm_core.identity.audit import Expectations

from .harness import found, settings

RULE = "environment-missing"

BAD = {
    "not there": settings(name="staging"),
    "in another spelling": settings(name="Prod"),
}
GOOD = {
    "there": settings(),
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE, Expectations(approvals={"prod": 2, "dev": 0}))


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE, Expectations(approvals={"prod": 2, "dev": 0})) == []
