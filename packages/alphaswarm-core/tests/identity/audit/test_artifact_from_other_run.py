"""The rule artifact-from-other-run: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import found, job

RULE = "artifact-from-other-run"

USES = "    steps:\n      - uses: {}\n"

BAD = {
    "by run id": job(USES.format("actions/download-artifact@v4\n        with: {run-id: 1}")),
    "by another action": job(USES.format("dawidd6/action-download-artifact@v6")),
    "by gh": job("    steps:\n      - run: gh run download 1\n"),
    "after another workflow": job(
        USES.format("actions/download-artifact@v4\n        with: {run-id: 1}"), on="workflow_run", permissions="{}"
    ),
}
GOOD = {
    "of the same run": job(USES.format("actions/download-artifact@v4")),
    "without a token": job(USES.format("actions/download-artifact@v4\n        with: {run-id: 1}"), permissions="{}"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE)


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE) == []
