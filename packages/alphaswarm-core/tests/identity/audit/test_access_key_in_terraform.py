"""The rule access-key-in-terraform: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import found

RULE = "access-key-in-terraform"

BAD = {
    "a key": {"main.tf": 'resource "aws_iam_access_key" "a" {\n  user = "a"\n}\n'},
    "the provider's": {"main.tf": 'provider "aws" {\n  access_key = "x"\n}\n'},
    "the provider's, of a variable": {"main.tf": 'provider "aws" {\n  secret_key = var.key\n}\n'},
    "the backend's": {"main.tf": 'terraform {\n  backend "s3" {\n    access_key = "x"\n  }\n}\n'},
}
GOOD = {
    "a role": {
        "main.tf": 'provider "aws" {\n  region = "us-east-1"\n  assume_role {\n    role_arn = var.role\n  }\n}\n'
    },
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE)


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE) == []
