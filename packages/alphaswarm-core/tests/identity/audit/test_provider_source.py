"""The rule provider-source: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import found

RULE = "provider-source"

REQUIRED = 'terraform {{\n  required_providers {{\n    aws = {{ source = "{}" }}\n  }}\n}}\n'

BAD = {
    "somebody's": {"main.tf": REQUIRED.format("somebody/aws")},
    "another registry": {"main.tf": REQUIRED.format("registry.example.com/hashicorp/aws")},
    "almost HashiCorp": {"main.tf": REQUIRED.format("hashicorp-evil/aws")},
    "in JSON": {"x.tf.json": '{"terraform": {"required_providers": {"aws": {"source": "somebody/aws"}}}}'},
}
GOOD = {
    "HashiCorp": {"main.tf": REQUIRED.format("hashicorp/aws")},
    "HashiCorp in full": {"main.tf": REQUIRED.format("registry.terraform.io/hashicorp/aws")},
    "without a source": {"main.tf": 'terraform {\n  required_providers {\n    aws = "~> 5.0"\n  }\n}\n'},
    "built in": {"main.tf": REQUIRED.format("terraform.io/builtin/terraform")},
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE)


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE) == []
