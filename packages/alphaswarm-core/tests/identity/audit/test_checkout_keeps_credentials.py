"""The rule checkout-keeps-credentials: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import found, job

RULE = "checkout-keeps-credentials"

BAD = {
    "unsaid": job("    steps:\n      - uses: actions/checkout@v4\n"),
    "said": job("    steps:\n      - uses: actions/checkout@v4\n        with: {persist-credentials: true}\n"),
}
GOOD = {
    "switched off": job("    steps:\n      - uses: actions/checkout@v4\n        with: {persist-credentials: false}\n"),
    "another action": job("    steps:\n      - uses: actions/cache@v4\n"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE)


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE) == []
