"""The rule condition-true-when-missing: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import claims, found, policy, statement, trust

RULE = "condition-true-when-missing"

BAD = {
    "ForAllValues": policy(
        statement({"StringEquals": claims("ref"), "ForAllValues:StringEquals": {"ref": "refs/heads/main"}})
    ),
    "IfExists": policy(statement({"StringEquals": claims("ref"), "StringEqualsIfExists": {"ref": "refs/heads/main"}})),
    "negated": policy(statement({"StringEquals": claims(), "StringNotEquals": {"actor": "mallory"}})),
    "ForAnyValue": policy(
        statement({"StringEquals": claims("ref"), "ForAnyValue:StringEquals": {"ref": "refs/heads/main"}})
    ),
    "ignoring case": policy(
        statement({"StringEquals": claims("environment"), "StringEqualsIgnoreCase": {"environment": "prod"}})
    ),
}
GOOD = {
    "plain": trust(),
    "negated in a denial": policy(
        statement({"StringEquals": claims()}), statement({"StringNotEquals": {"actor": "x"}}, Effect="Deny")
    ),
    "presence": policy(statement({"StringEquals": claims(), "Null": {"environment": "false"}})),
    "another key": policy(
        statement({"StringEquals": claims()})
        | {
            "Condition": {
                **statement({"StringEquals": claims()})["Condition"],
                "StringEqualsIfExists": {"aws:RequestedRegion": "us-east-1"},
            }
        }
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE)


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE) == []
