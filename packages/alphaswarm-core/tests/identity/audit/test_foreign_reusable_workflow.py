"""The rule foreign-reusable-workflow: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from alphaswarm_core.identity.audit import Expectations

from .harness import found, workflow

RULE = "foreign-reusable-workflow"

CALL = "on: push\npermissions: {{}}\njobs:\n  a:\n    permissions: {{id-token: write}}\n    uses: {}\n"

BAD = {
    "another owner": workflow(CALL.format("mallory/x/.github/workflows/y.yml@v1")),
    "an owner that begins alike": workflow(CALL.format("octo-org-evil/x/.github/workflows/y.yml@v1")),
}
GOOD = {
    "the own organisation": workflow(CALL.format("Octo-Org/x/.github/workflows/y.yml@v1")),
    "local": workflow(CALL.format("./.github/workflows/y.yml")),
    "without a token": workflow(CALL.format("mallory/x/.github/workflows/y.yml@v1").replace("id-token: write", "")),
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE, Expectations(organisation="octo-org"))


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE, Expectations(organisation="octo-org")) == []


def test_every_owner_is_foreign_when_no_organisation_is_declared(tmp_path: Path) -> None:
    assert found(tmp_path, GOOD["the own organisation"], RULE)
