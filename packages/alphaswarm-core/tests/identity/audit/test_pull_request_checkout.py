"""The rule pull-request-checkout: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import found, job

RULE = "pull-request-checkout"

CHECKOUT = "    steps:\n      - uses: actions/checkout@v4\n        with:\n          ref: {}\n"

BAD = {
    "head's hash": job(CHECKOUT.format("${{ github.event.pull_request.head.sha }}"), on="pull_request_target"),
    "head's name": job(CHECKOUT.format("${{ github.head_ref }}"), on="pull_request_target"),
    "with an index": job(CHECKOUT.format("${{ github.event['pull_request'].head.ref }}"), on="pull_request_target"),
    "merge ref": job(CHECKOUT.format("refs/pull/${{ github.event.number }}/merge"), on="issue_comment"),
    "by gh": job("    steps:\n      - run: gh pr  checkout 1\n", on="issue_comment"),
    "by git": job(
        "    steps:\n      - run: |\n          true\n          git fetch origin pull/1/head\n", on="workflow_run"
    ),
    "declared unsafe": job(CHECKOUT.format("main") + "          allow-unsafe-pr-checkout: true\n"),
}
GOOD = {
    "on pull_request": job(CHECKOUT.format("${{ github.event.pull_request.head.sha }}"), on="pull_request"),
    "the base": job("    steps:\n      - uses: actions/checkout@v4\n", on="pull_request_target"),
    "in a comment": job("    steps:\n      - run: |\n          # gh pr checkout\n          true\n", on="issue_comment"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE)


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE) == []
