"""The rule module-source: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from alphaswarm_core.identity.audit import Expectations, Severity

from .harness import found, undecided

RULE = "module-source"

MODULE = 'module "x" {{\n  source = "{}"\n}}\n'

BAD = {
    "registry": {"main.tf": MODULE.format("terraform-aws-modules/vpc/aws")},
    "git": {"main.tf": MODULE.format("git::https://example.com/x.git?ref=main")},
    "short for GitHub": {"main.tf": MODULE.format("github.com/a/b")},
    "through a local": {"main.tf": 'locals {\n  s = "a/b/c"\n}\nmodule "x" {\n  source = local.s\n}\n'},
}
GOOD = {
    "local": {"main.tf": MODULE.format("../modules/x")},
    "allowed": {"main.tf": MODULE.format("own/vpc/aws")},
}
UNKNOWN = {
    "a variable": {"main.tf": 'module "x" {\n  source = var.s\n}\n'},
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE, Expectations(modules=("own/*",)))


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE, Expectations(modules=("own/*",))) == []


@pytest.mark.parametrize("case", UNKNOWN)
def test_unknown_is_reported_when_the_file_does_not_decide(tmp_path: Path, case: str) -> None:
    assert undecided(tmp_path, UNKNOWN[case], RULE)
    assert found(tmp_path, UNKNOWN[case], RULE) == []


def test_an_address_weighs_more_when_it_is_no_registry(tmp_path: Path) -> None:
    registry = found(tmp_path / "a", {"main.tf": MODULE.format("a/b/c")}, RULE)
    address = found(tmp_path / "b", {"main.tf": MODULE.format("git@example.com:a/b.git")}, RULE)
    assert (registry[0].severity, address[0].severity) == (Severity.MEDIUM, Severity.HIGH)
