"""The rule http-data-source: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import found

RULE = "http-data-source"

BAD = {
    "in HCL": {"main.tf": 'data "http" "me" {\n  url = "https://example.com"\n}\n'},
    "in JSON": {"x.tf.json": '{"data": {"http": {"me": {"url": "https://example.com"}}}}'},
}
GOOD = {
    "another data source": {"main.tf": 'data "aws_lb" "http" {}\n'},
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE)


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE) == []
