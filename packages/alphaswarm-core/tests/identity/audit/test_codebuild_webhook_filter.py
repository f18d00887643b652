"""The rule codebuild-webhook-filter: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import found, undecided

RULE = "codebuild-webhook-filter"

HOOK = """resource "aws_codebuild_webhook" "a" {{
  filter_group {{
    filter {{
      type    = "ACTOR_ACCOUNT_ID"
      pattern = "{}"
    }}
  }}
}}
"""

BAD = {
    "no filter": {"main.tf": 'resource "aws_codebuild_webhook" "a" {\n  project_name = "a"\n}\n'},
    "open": {"main.tf": HOOK.format("123")},
    "alternatives of which the ends are anchored": {"main.tf": HOOK.format("^123|456$")},
    "open end": {"main.tf": HOOK.format("^123")},
    "end that is a letter": {"main.tf": HOOK.format("^123\\\\$")},
    "open, with an unknown part": {"main.tf": HOOK.format("${var.id}")},
    "in JSON": {
        "x.tf.json": '{"resource": {"aws_codebuild_webhook": {"a": {'
        '"filter_group": {"filter": {"type": "HEAD_REF", "pattern": "main"}}}}}}'
    },
}
GOOD = {
    "anchored": {"main.tf": HOOK.format("^123$")},
    "alternatives in brackets": {"main.tf": HOOK.format("^(123|456)$")},
    "a bar in a class": {"main.tf": HOOK.format("^[|]$")},
    "an event": {"main.tf": HOOK.format("PUSH").replace("ACTOR_ACCOUNT_ID", "EVENT")},
}
UNKNOWN = {
    "anchored, with an unknown part": {"main.tf": HOOK.format("^${var.id}$")},
    "filters that a run makes": {"main.tf": 'resource "aws_codebuild_webhook" "a" {\n  dynamic "filter_group" {}\n}\n'},
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE)


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE) == []


@pytest.mark.parametrize("case", UNKNOWN)
def test_unknown_is_reported_when_the_file_does_not_decide(tmp_path: Path, case: str) -> None:
    assert undecided(tmp_path, UNKNOWN[case], RULE)
    assert found(tmp_path, UNKNOWN[case], RULE) == []
