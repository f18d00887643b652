"""One rule is one module, one test and one section, all of one name."""

from pathlib import Path
from typing import Any

import pytest

from alphaswarm_core.identity.audit import RULES, Rule, render_rules_markdown, rules

TESTS = Path(__file__).parent
MODULES = Path(rules.__file__).parent
IDS = [rule.id for rule in RULES]


def test_ids_differ_when_rules_are_registered() -> None:
    assert len(set(IDS)) == len(IDS)


def test_every_module_is_registered_when_it_is_there() -> None:
    modules = {place.stem for place in MODULES.glob("*.py")} - {"__init__"}
    assert modules == {identifier.replace("-", "_") for identifier in IDS}


@pytest.mark.parametrize("identifier", IDS)
def test_a_rule_has_its_own_test_and_section_when_it_is_registered(identifier: str) -> None:
    assert (TESTS / f"test_{identifier.replace('-', '_')}.py").is_file()
    assert f"\n### {identifier}\n" in render_rules_markdown()


@pytest.mark.parametrize("rule", RULES, ids=IDS)
def test_a_rule_explains_itself_when_it_is_registered(rule: Rule[Any]) -> None:
    assert all(len(text) > 10 for text in (rule.title, rule.what, rule.why, rule.source, rule.fix))
    assert rule.reference


def test_every_attack_that_files_decide_has_a_rule_when_all_are_listed() -> None:
    wanted = {f"T{n}" for n in range(1, 11)} | {f"W{n}" for n in range(1, 14)} | {f"C{n}" for n in range(1, 4)}
    assert wanted | {"P1", "P2", "P3", "P7", "E2", "E3", "K1"} <= {rule.reference for rule in RULES}
