"""The rule provider-lock: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import found

RULE = "provider-lock"

LOCK = ".terraform.lock.hcl"
ROOT = 'terraform {\n  backend "s3" {}\n  required_providers {\n    aws = { source = "hashicorp/aws" }\n  }\n}\n'
HASHES = 'provider "registry.terraform.io/hashicorp/aws" {\n  hashes = ["h1:x"]\n}\n'

BAD = {
    "no lock": {"main.tf": ROOT},
    "in a cloud": {"main.tf": ROOT.replace('backend "s3" {}', "cloud {}")},
    "no hashes": {"main.tf": ROOT, LOCK: 'provider "registry.terraform.io/hashicorp/aws" {\n  hashes = []\n}\n'},
    "another provider's lock": {"main.tf": ROOT, LOCK: HASHES.replace("/aws", "/random")},
    "an unreadable lock": {"main.tf": ROOT, LOCK: "provider {"},
}
GOOD = {
    "locked": {"main.tf": ROOT, LOCK: HASHES},
    "no root module": {"main.tf": ROOT.replace('backend "s3" {}', "")},
    "locked for OpenTofu": {"main.tf": ROOT, LOCK: HASHES.replace("terraform.io", "opentofu.org")},
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE)


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE) == []
