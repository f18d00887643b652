"""The rule unreadable-file: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import found, workflow

RULE = "unreadable-file"

BAD = {
    "broken YAML": workflow("on: [push\n"),
    "a key twice": workflow("on: push\non: pull_request_target\njobs: {}\n"),
    "no workflow": workflow("hello: world\n"),
    "only a list": workflow("- a\n"),
    "empty": workflow(""),
    "broken HCL": {"main.tf": 'resource "a" {'},
    "broken JSON with a statement": {"a.json": '{"Statement": [}'},
    "broken settings": {"a.settings.json": "[]"},
    "too large": {"main.tf": "# " + "x" * 1_048_576},
    "a binary file": {"main.tf": "a = \0"},
    "broken declarations": {".alphaswarm-audit.toml": "[expectations"},
    "an unknown declaration": {".alphaswarm-audit.toml": "[expectations]\norganization = 'x'\n"},
    "approvals that are no numbers": {".alphaswarm-audit.toml": "[expectations.approvals]\nprod = true\n"},
}
GOOD = {
    "readable": {**workflow("on: push\njobs: {}\n"), "main.tf": "locals {}\n", "a.json": '{"Statement": 1}'},
    "other files": {"a.txt": "[", "b.json": "[", "c.yml": "[", ".github/dependabot.yml": "["},
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE)


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE) == []
