"""The rule top-level-permissions: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from alphaswarm_core.identity.audit import Severity

from .harness import found, workflow

RULE = "top-level-permissions"

BAD = {
    "none": workflow("on: push\njobs: {}\n"),
    "writing": workflow("on: push\npermissions: {contents: write}\njobs: {}\n"),
    "reading": workflow("on: push\npermissions: {contents: read}\njobs: {}\n"),
}
GOOD = {
    "empty": workflow("on: push\npermissions: {}\njobs: {}\n"),
    "an action": {"action.yml": "runs: {using: composite, steps: []}\n"},
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE)


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE) == []


def test_it_weighs_less_when_only_reading_is_granted(tmp_path: Path) -> None:
    assert [each.severity for each in found(tmp_path, BAD["reading"], RULE)] == [Severity.LOW]
