"""The rule codebuild-untrusted-source: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import found, undecided

RULE = "codebuild-untrusted-source"

PROJECT = """resource "aws_codebuild_project" "a" {{
  source {{
    type = "{}"
    {}
  }}
}}
"""
HOOK = """resource "aws_codebuild_webhook" "a" {
  filter_group {
    filter {
      type    = "EVENT"
      pattern = "PULL_REQUEST_CREATED"
    }
  }
}
"""

BAD = {
    "buildspec of the repository": {"main.tf": PROJECT.format("GITHUB", "")},
    "named buildspec": {"main.tf": PROJECT.format("GITHUB", 'buildspec = "ci/build.yml"')},
    "pull requests": {"main.tf": HOOK},
    "pull requests with approvals": {
        "main.tf": HOOK.replace(
            "filter_group",
            'pull_request_build_policy {\n    requires_comment_approval = "ALL_PULL_REQUESTS"\n  }\n  filter_group',
        )
    },
}
GOOD = {
    "inline": {"main.tf": PROJECT.format("GITHUB", 'buildspec = "version: 0.2"')},
    "heredoc": {"main.tf": PROJECT.format("GITHUB", "buildspec = <<E\nversion: 0.2\nE")},
    "a file next to the module": {"main.tf": PROJECT.format("GITHUB", 'buildspec = file("${path.module}/b.yml")')},
    "encoded": {"main.tf": PROJECT.format("GITHUB", "buildspec = yamlencode({ version = 0.2 })")},
    "from S3": {"main.tf": PROJECT.format("GITHUB", 'buildspec = "arn:aws:s3:::b/build.yml"')},
    "no repository": {"main.tf": PROJECT.format("S3", "")},
    "pushes": {"main.tf": HOOK.replace("PULL_REQUEST_CREATED", "PUSH")},
}
UNKNOWN = {
    "a variable": {"main.tf": PROJECT.format("GITHUB", "buildspec = var.spec")},
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
