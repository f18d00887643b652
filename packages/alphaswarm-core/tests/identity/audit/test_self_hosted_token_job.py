"""The rule self-hosted-token-job: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import found, undecided, workflow

RULE = "self-hosted-token-job"

HEAD = "on: push\npermissions: {}\njobs:\n  a:\n    steps: []\n"


def runner(label: str, permissions: str = "{id-token: write}") -> dict[str, str]:
    return workflow(f"{HEAD}    runs-on: {label}\n    permissions: {permissions}\n")


BAD = {
    "self-hosted": runner("[self-hosted, linux]"),
    "a group": runner("{group: big}"),
    "another label": runner("big-machine"),
}
GOOD = {
    "GitHub's": runner("ubuntu-24.04-arm"),
    "without a token": runner("self-hosted", "{contents: read}"),
}
UNKNOWN = {
    "an expression": runner("${{ matrix.os }}"),
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
