"""The rule actor-condition: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import found, job

RULE = "actor-condition"

BAD = {
    "a job": job("    if: github.actor == 'dependabot[bot]'\n    steps: []\n"),
    "a step": job("    steps:\n      - run: true\n        if: ${{ github.triggering_actor == 'octo' }}\n"),
    "with an index": job("    if: github['actor'] == 'x'\n    steps: []\n"),
}
GOOD = {
    "the author": job("    if: github.event.pull_request.user.login == 'dependabot[bot]'\n    steps: []\n"),
    "the actor's number": job("    if: github.actor_id == 1\n    steps: []\n"),
    "no condition": job("    steps: []\n"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE)


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE) == []
