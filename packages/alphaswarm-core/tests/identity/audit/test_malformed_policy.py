"""The rule malformed-policy: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import allow, claims, found, policy, statement, trust

RULE = "malformed-policy"

BAD = {
    "unknown operator": policy(statement({"StringEqual": claims()})),
    "unknown element": policy(statement({"StringEquals": claims()}, Conditions={})),
    "version that is a date": {
        "role.json": policy(statement({"StringEquals": claims()}))["role.json"].replace("2012-10-17", "2026-01-01")
    },
    "no action": policy(statement({"StringEquals": claims()}, Action=None)),
}
GOOD = {
    "valid": trust(),
    "identity policy": policy(allow("s3:GetObject")),
    "resource policy": policy({**allow("s3:GetObject"), "Principal": {"AWS": "111111111111"}}),
    "no policy at all": {"package.json": '{"Version": "1", "Statement": "none"}'},
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE)


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE) == []
