"""The rule secrets-inherit: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import found, workflow

RULE = "secrets-inherit"

BAD = {
    "inherited": workflow("on: push\njobs:\n  a:\n    uses: ./.github/workflows/b.yml\n    secrets: inherit\n"),
}
GOOD = {
    "by name": workflow(
        "on: push\njobs:\n  a:\n    uses: ./.github/workflows/b.yml\n    secrets: {X: '${{ secrets.X }}'}\n"
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE)


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE) == []
