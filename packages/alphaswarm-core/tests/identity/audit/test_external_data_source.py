"""The rule external-data-source: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import found

RULE = "external-data-source"

BAD = {
    "in HCL": {"main.tf": 'data "external" "x" {\n  program = ["sh"]\n}\n'},
    "in OpenTofu's file": {"main.tofu": 'data "external" "x" {}\n'},
    "in JSON": {"x.tf.json": '{"data": {"external": {"x": {"program": ["sh"]}}}}'},
    "in JSON, as a list": {"x_override.tf.json": '{"data": [{"external": [{"x": {}}]}]}'},
}
GOOD = {
    "another data source": {"main.tf": 'data "aws_partition" "external" {}\n'},
    "in a comment": {"main.tf": '/* data "external" "x" {} */\n# data "external" "x" {}\n'},
    "in a text": {"main.tf": 'locals {\n  a = <<E\ndata "external" "x" {}\nE\n}\n'},
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE)


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE) == []
