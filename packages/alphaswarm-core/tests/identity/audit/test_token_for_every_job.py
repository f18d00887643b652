"""The rule token-for-every-job: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import found, job, workflow

RULE = "token-for-every-job"

BAD = {
    "at the top": workflow("on: push\npermissions: {id-token: write}\njobs: {}\n"),
    "everything at the top": workflow("on: push\npermissions: write-all\njobs: {}\n"),
    "everything for a job": job("    steps: []\n", permissions="write-all"),
}
GOOD = {
    "at the job": job("    steps: []\n"),
    "reading at the top": workflow("on: push\npermissions: read-all\njobs: {}\n"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE)


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE) == []
