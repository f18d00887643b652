"""The rule invalid-exception: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import found

RULE = "invalid-exception"

TOML = ".alphaswarm-audit.toml"
EXCEPTION = "# alphaswarm-audit: ignore[provisioner] owner=@team until=2027-01-31 reason=why not\nlocals {}\n"
FILE = """[[exception]]
rule = "provisioner"
path = "*"
owner = "@team"
until = 2027-01-31
reason = "why"
"""

BAD = {
    "no owner": {"main.tf": EXCEPTION.replace("owner=@team ", "")},
    "no day": {"main.tf": EXCEPTION.replace("until=2027-01-31 ", "")},
    "no reason": {"main.tf": EXCEPTION.replace("reason=why", "")},
    "over": {"main.tf": EXCEPTION.replace("2027-01-31", "2026-11-24")},
    "no day at all": {"main.tf": EXCEPTION.replace("2027-01-31", "never")},
    "too far away": {"main.tf": EXCEPTION.replace("2027-01-31", "2030-01-01")},
    "no such rule": {"main.tf": EXCEPTION.replace("provisioner", "provisioners")},
    "every rule": {"main.tf": EXCEPTION.replace("provisioner", "*")},
    "something else": {"main.tf": EXCEPTION.replace("ignore[", "skip[")},
    "in the file, without an owner": {TOML: FILE.replace('owner = "@team"', "")},
    "in the file, over": {TOML: FILE.replace("2027-01-31", "2020-01-31")},
    "in the file, with an unknown key": {TOML: FILE + "line = 1\n"},
    "in the file, without a path": {TOML: FILE.replace('path = "*"', "")},
    "in the file, no table": {TOML: "exception = [1]\n"},
}
GOOD = {
    "inline": {"main.tf": EXCEPTION},
    "inline, on the last day": {"main.tf": EXCEPTION.replace("2027-01-31", "2026-11-25")},
    "in the file": {TOML: FILE},
    "not in a comment": {"main.tf": 'locals {\n  a = "alphaswarm-audit: hello"\n}\n'},
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE)


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE) == []
