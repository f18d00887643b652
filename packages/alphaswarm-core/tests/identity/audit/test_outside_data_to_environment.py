"""The rule outside-data-to-environment: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import found, job

RULE = "outside-data-to-environment"

STEP = """    steps:
      - run: echo "t=${1}" >> "${0}"
        env: {{TITLE: '${{{{ github.event.issue.title }}}}'}}
"""

BAD = {
    "a title": job(STEP.format("GITHUB_ENV", "TITLE")),
    "to the path": job(STEP.format("GITHUB_PATH", "TITLE")),
    "to an output": job(STEP.format("GITHUB_OUTPUT", "TITLE")),
    "the job's variable": job(
        '    env: {T: \'${{ inputs.t }}\'}\n    steps:\n      - run: echo "x=${T}" >> "$GITHUB_ENV"\n'
    ),
    "a default variable": job(STEP.format("GITHUB_ENV", "GITHUB_HEAD_REF")),
}
GOOD = {
    "what nobody fills": job(
        '    steps:\n      - run: echo "x=$X" >> "$GITHUB_ENV"\n        env: {X: \'${{ github.run_id }}\'}\n'
    ),
    "a longer name": job(STEP.format("GITHUB_ENV", "TITLES")),
    "to the log": job(STEP.format("X", "TITLE")),
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE)


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE) == []
