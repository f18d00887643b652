"""The rule token-printed: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import found, job

RULE = "token-printed"

RUN = "    steps:\n      - run: |\n          {}\n"

BAD = {
    "the request": job(RUN.format('curl -H "bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" x')),
    "the session": job(RUN.format("echo $AWS_SESSION_TOKEN | base64")),
    "every command": job(RUN.format("set -x")),
    "the environment": job(RUN.format("env | sort")),
    "exported": job(RUN.format("aws configure export-credentials")),
    "uploaded": job("    steps:\n      - uses: actions/upload-artifact@v4\n        with: {path: ~/.aws}\n"),
}
GOOD = {
    "the environment of another job": job(RUN.format("env"), permissions="{}"),
    "a command with env": job(RUN.format("env A=1 make")),
    "a plain set": job(RUN.format("set -euo pipefail")),
    "another upload": job("    steps:\n      - uses: actions/upload-artifact@v4\n        with: {path: dist}\n"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE)


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE) == []
