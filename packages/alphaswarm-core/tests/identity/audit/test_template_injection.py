"""The rule template-injection: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from alphaswarm_core.identity.audit import Severity

from .harness import found, job, workflow

RULE = "template-injection"

RUN = "    steps:\n      - run: |\n          true\n          {}\n"

BAD = {
    "a title": job(RUN.format("echo ${{ github.event.issue.title }}")),
    "a branch": job(RUN.format("git push origin ${{ github.head_ref }}")),
    "an input": job(RUN.format("make ${{ inputs.target }}")),
    "in a function": job(RUN.format("echo ${{ format('{0}', github.event.comment.body) }}")),
    "with an index": job(RUN.format("echo ${{ github['event']['issue']['title'] }}")),
    "a secret": job(RUN.format("echo ${{ secrets.X }}")),
    "an output": job(RUN.format("echo ${{ steps.a.outputs.b }}")),
    "in a script": job(
        "    steps:\n      - uses: actions/github-script@v7\n"
        "        with:\n          script: console.log('${{ github.event.issue.title }}')\n"
    ),
    "in the shell": job("    steps:\n      - run: true\n        shell: bash -c ${{ inputs.x }}\n"),
    "in an action": {
        "action.yml": "runs:\n  using: composite\n  steps:\n    - run: echo ${{ inputs.x }}\n      shell: bash\n"
    },
    "without an end": job(RUN.format("echo ${{ github.head_ref")),
    "through an alias": workflow(
        "on: push\njobs:\n  a:\n    env: {X: &x 'echo ${{ github.head_ref }}'}\n    steps:\n      - run: *x\n"
    ),
}
GOOD = {
    "through a variable": job(
        "    steps:\n      - run: echo \"$TITLE\"\n        env: {TITLE: '${{ github.event.issue.title }}'}\n"
    ),
    "what GitHub makes": job(RUN.format("echo ${{ github.run_id }} ${{ github.sha }} ${{ runner.os }}")),
    "a literal": job(RUN.format("echo ${{ 'github.head_ref' }}")),
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE)


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE) == []


def test_the_line_in_the_script_is_named_when_it_is_found(tmp_path: Path) -> None:
    findings = found(tmp_path, BAD["a title"], RULE)
    assert [(each.line, each.severity) for each in findings] == [(10, Severity.CRITICAL)]


def test_it_weighs_less_when_nobody_outside_fills_the_context(tmp_path: Path) -> None:
    assert [each.severity for each in found(tmp_path, BAD["a secret"], RULE)] == [Severity.HIGH]
