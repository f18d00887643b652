"""The rule dangerous-trigger: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import found, job, workflow

RULE = "dangerous-trigger"

CALLER = "on: pull_request_target\npermissions: {}\njobs:\n  a:\n    uses: ./.github/workflows/b.yml\n"
ANCHORS = """on: &events [pull_request_target]
permissions: {}
x-token: &token {id-token: write}
jobs:
  a:
    permissions:
      <<: *token
    steps: []
"""

BAD = {
    "pull_request_target": job("    steps: []\n", on="pull_request_target"),
    "workflow_run, in a list": job("    steps: []\n", on="[push, workflow_run]"),
    "issue_comment, in a table": job("    steps: []\n", on="{issue_comment: {types: [created]}}"),
    "every permission": job("    steps: []\n", on="pull_request_target", permissions="write-all"),
    "the callee has the token": {
        **workflow(CALLER, "a.yml"),
        **job("    steps: []\n", on="workflow_call", name="b.yml"),
    },
    "with anchors": workflow(ANCHORS),
}
GOOD = {
    "without a token": job("    steps: []\n", on="pull_request_target", permissions="{contents: read}"),
    "a push": job("    steps: []\n"),
    "on as YAML 1.1 reads it": workflow(
        "on:\n  push:\npermissions: {}\njobs: {a: {permissions: {id-token: write}, steps: []}}\n"
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE)


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE) == []


def test_the_line_of_the_event_is_named_when_it_is_found(tmp_path: Path) -> None:
    files = workflow("on:\n  push:\n  issue_comment:\njobs: {a: {permissions: {id-token: write}, steps: []}}\n")
    assert [each.line for each in found(tmp_path, files, RULE)] == [3]
