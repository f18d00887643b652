"""The rule remote-state: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from alphaswarm_core.identity.audit import Expectations

from .harness import found

RULE = "remote-state"

STATE = 'data "terraform_remote_state" "other" {\n  backend = "s3"\n}\n'

BAD = {
    "anywhere": {"app/main.tf": STATE},
}
GOOD = {
    "allowed there": {"legacy/vpc/main.tf": STATE},
    "a parameter": {"app/main.tf": 'data "aws_ssm_parameter" "terraform_remote_state" {}\n'},
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE, Expectations(remote_state=("legacy/*",)))


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE, Expectations(remote_state=("legacy/*",))) == []
