"""The policy of this repository, held against its cases, and the engine, held against everything that can go wrong."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alphaswarm_core.policy import (
    PolicyBundle,
    PolicyContext,
    PolicyEngineError,
    PolicyException,
    PolicyExceptionError,
    PolicyResult,
    PolicyUnusableError,
    check_plan,
    engine,
    read_bundle,
    read_exceptions,
    run_tests,
)
from alphaswarm_core.policy.evaluator import findings, parsed_texts
from alphaswarm_core.policy.result import first_expired, was_allowed

REPOSITORY = Path(__file__).resolve().parents[4]
TODAY = date(2027, 1, 15)
GATED = PolicyContext("prod", "alphaswarm_platform", gated=True)

RULES = """
rules:
  bad: {severity: deny, title: t, why: w, fix: f}
"""
MAIN = """
package main
import rego.v1
deny contains {"rule": "bad", "address": each.address, "what": each.change.after.word} if {
	some each in input.resource_changes
}
warn contains {"rule": "bad", "address": "", "what": ""} if input.never
"""


@pytest.fixture(scope="module")
def ours() -> PolicyBundle:
    return read_bundle(REPOSITORY / "policy")


def write(directory: Path, main: str = MAIN, rules: str = RULES) -> PolicyBundle:
    (directory / "data").mkdir(parents=True)
    (directory / "main.rego").write_text(main)
    (directory / "data/rules.yaml").write_text(rules)
    return read_bundle(directory)


def plan(*resources: tuple[str, str]) -> dict[str, Any]:
    return {
        "format_version": "1.2",
        "resource_changes": [{"address": address, "change": {"after": {"word": word}}} for address, word in resources],
    }


def check(bundle: PolicyBundle, document: Any, *exceptions: PolicyException) -> PolicyResult:
    return check_plan(bundle, exceptions, document, GATED, today=TODAY)


def test_every_case_of_our_policy_holds(ours: PolicyBundle) -> None:
    outcomes = run_tests(ours)
    assert [each for each in outcomes if not each.passed] == []
    assert len(outcomes) >= 80


def test_every_rule_of_the_catalogue_has_a_case_that_finds_it(ours: PolicyBundle) -> None:
    unreachable = {"policy-data-missing"}  # the cases come with the data; tested below
    text = "".join(ours.cases.values())
    assert {rule for rule in ours.rules if f'"{rule}"' not in text} == unreachable


def test_every_rule_that_modules_name_is_in_the_catalogue(ours: PolicyBundle) -> None:
    import re

    named = set(re.findall(r'(?:finding\(|"rule": )"([a-z-]+)"', "".join(ours.modules.values())))
    assert named == set(ours.rules)


def test_plan_is_denied_when_the_policys_data_is_missing(ours: PolicyBundle) -> None:
    found = findings(ours.modules, {"x": 1}, {"format_version": "1.2", "planned_values": {}})
    assert {each["rule"] for each in found["deny"]} == {"policy-data-missing"}


@pytest.mark.parametrize("sid", ["plain", 'with a "quote"', "back\\slash", "new\nline"])
def test_policy_document_is_read_whatever_is_escaped_in_it(ours: PolicyBundle, sid: str) -> None:
    """rego-cpp's own json.unmarshal stumbles over escapes: a rule that reads nothing finds nothing."""
    statement = {"Sid": sid, "Effect": "Allow", "Principal": "*", "Action": "sqs:*"}
    document = plan(("aws_sqs_queue_policy.q", "x"))
    document["resource_changes"][0] |= {"mode": "managed", "type": "aws_sqs_queue_policy"}
    document["resource_changes"][0]["change"]["after"]["policy"] = json.dumps({"Statement": [statement]})
    found = findings(ours.modules, ours.data, document)
    assert [each["rule"] for each in found["deny"]] == ["wildcard-principal"]


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=30))
def test_texts_come_back_as_they_are(text: str) -> None:
    found = findings(
        {"main.rego": MAIN},
        {"rules": {}},
        {"resource_changes": [{"address": f"a[{json.dumps(text)}]", "change": {"after": {"word": text}}}]},
    )
    if not text.lstrip().startswith(("{", "[")):
        assert [(each["address"], each["what"]) for each in found["deny"]] == [(f"a[{json.dumps(text)}]", text)]


def test_broken_json_text_stays_text() -> None:
    document = {"resource_changes": [{"change": {"after": {"policy": "{broken", "other": '{"a": 1}'}}}]}
    after = parsed_texts(document)["resource_changes"][0]["change"]["after"]
    assert after == {"policy": "{broken", "other": {"a": 1}}


def test_finding_denies(tmp_path: Path) -> None:
    result = check(write(tmp_path / "p"), plan(("a.b", "is bad")))
    assert not result.allowed
    assert [each.text for each in result.denied] == ["a.b: is bad [bad]"]
    assert not was_allowed(result.as_document())


def test_plan_without_finding_is_allowed(tmp_path: Path) -> None:
    result = check(write(tmp_path / "p"), plan())
    assert result.allowed
    assert was_allowed(result.as_document())


def test_same_plan_gets_the_same_verdict(tmp_path: Path) -> None:
    bundle, document = write(tmp_path / "p"), plan(("c", "x"), ("a", "z"), ("b", "y"))
    first, second = (check(bundle, document).as_document() for _ in range(2))
    assert first == second


# ── exceptions ────────────────────────────────────────────────────────────────────────────────────────────────────────


def granted(address: str = "a.b", until: date = TODAY, environment: str = "prod") -> PolicyException:
    return PolicyException("bad", address, environment, "@ann", "because", until)


def test_exception_covers_until_its_last_day(tmp_path: Path) -> None:
    result = check(write(tmp_path / "p"), plan(("a.b", "is bad")), granted())
    assert result.allowed
    assert [each.waiver.owner for each in result.excepted if each.waiver] == ["@ann"]
    document = result.as_document()
    assert first_expired(document, TODAY) is None
    assert "a.b" in str(first_expired(document, TODAY + timedelta(days=1)))


def test_exception_that_is_over_refuses_loudly(tmp_path: Path) -> None:
    with pytest.raises(PolicyExceptionError, match=r"@ann.*ended on"):
        check(write(tmp_path / "p"), plan(), granted(until=TODAY - timedelta(days=1)))


def test_exception_of_another_environment_neither_helps_nor_blocks(tmp_path: Path) -> None:
    over = granted(environment="dev", until=TODAY - timedelta(days=1))
    assert not check(write(tmp_path / "p"), plan(("a.b", "is bad")), over).allowed


@pytest.mark.parametrize(
    ("pattern", "address", "covers"),
    [
        ("a.b", "a.b", True),
        ("a.b", "a.bc", False),
        ("a.*", "a.b", True),
        ('m["x"].*', 'm["x"].y', True),
        ("m[xy].b", "mx.b", False),
        ("a.b", "aXb", False),
    ],
)
def test_address_patterns(pattern: str, address: str, covers: bool, tmp_path: Path) -> None:
    assert check(write(tmp_path / "p"), plan((address, "x")), granted(pattern)).allowed is covers


EXCEPTION = """
[[exception]]
rule = "bad"
address = "a.b"
environment = "prod"
owner = "@ann"
reason = "because"
until = 2027-02-01
"""


def read(tmp_path: Path, text: str) -> tuple[PolicyException, ...]:
    path = tmp_path / "exceptions.toml"
    path.write_text(text)
    return read_exceptions(path, rules={"bad"}, environments={"prod"}, today=TODAY)


def test_exception_is_read(tmp_path: Path) -> None:
    assert read(tmp_path, EXCEPTION)[0].until == date(2027, 2, 1)


def test_no_file_means_no_exception(tmp_path: Path) -> None:
    path = tmp_path / "exceptions.toml"
    assert read_exceptions(path, rules={"bad"}, environments={"prod"}, today=TODAY) == ()


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ('owner = "@ann"', 'owner = " "', "no owner"),
        ('reason = "because"', "", "no reason"),
        ("until = 2027-02-01", 'until = "2027-02-01"', "no day"),
        ("until = 2027-02-01", "until = 2099-01-01", "more than"),
        ('rule = "bad"', 'rule = "other"', "no rule"),
        ('environment = "prod"', 'environment = "*"', "no environment"),
        ('address = "a.b"', 'address = "*.*"', "switch the rule off"),
        ('owner = "@ann"', 'owner = "@ann"\nalso = 1', "unknown key"),
        ("[[exception]]", "[[exceptions]]", "something else"),
        ('rule = "bad"', "rule = ", "cannot be read"),
    ],
)
def test_incomplete_exception_is_refused(before: str, after: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(PolicyExceptionError, match=says):
        read(tmp_path, EXCEPTION.replace(before, after))


# ── what cannot be used refuses ───────────────────────────────────────────────────────────────────────────────────────


def test_missing_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyUnusableError):
        read_bundle(tmp_path / "nowhere")


def test_directory_without_rules_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyUnusableError, match="no rules"):
        read_bundle(tmp_path)


def test_directory_with_tests_only_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x_test.rego").write_text("package x_test")
    with pytest.raises(PolicyUnusableError, match="no rules"):
        read_bundle(tmp_path)


@pytest.mark.parametrize(
    "rules", ["rules: {}", "rules: {a: {severity: maybe}}", "[1]", "rules: {a: {severity: deny}}", ": ["]
)
def test_broken_catalogue_is_refused(rules: str, tmp_path: Path) -> None:
    with pytest.raises(PolicyUnusableError):
        write(tmp_path / "p", rules=rules)


def test_rule_that_cannot_be_parsed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyEngineError):
        check(write(tmp_path / "p", main="package main\ndeny contains if {"), plan())


def test_policy_without_verdict_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyEngineError):
        check(write(tmp_path / "p", main="package other\nimport rego.v1\nx := 1"), plan())


def test_finding_without_a_rule_is_not_lost(tmp_path: Path) -> None:
    main = (
        'package main\nimport rego.v1\ndeny contains {"msg": "no"} if true\nwarn contains {"msg": "x"} if input.never'
    )
    with pytest.raises(PolicyEngineError):
        check(write(tmp_path / "p", main=main), plan())


def test_engine_that_takes_too_long_is_stopped_and_refused(tmp_path: Path) -> None:
    main = (
        MAIN
        + "\ndeny contains {} if { some i in numbers.range(1, 100000); some j in numbers.range(1, 100000); i * j < 0 }"
    )
    bundle = write(tmp_path / "p", main=main)
    with pytest.raises(PolicyEngineError, match="longer than"):
        check_plan(bundle, (), plan(), GATED, today=TODAY, timeout_seconds=1)


def test_engine_that_dies_is_a_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_MODULE", "faulthandler_that_is_not_there")
    with pytest.raises(PolicyEngineError, match="ended with"):
        check(write(tmp_path / "p"), plan())


def test_missing_engine_is_a_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_name: str) -> str:
        raise engine.importlib.metadata.PackageNotFoundError

    monkeypatch.setattr(engine.importlib.metadata, "version", missing)
    with pytest.raises(PolicyEngineError, match="no policy engine"):
        check(write(tmp_path / "p"), plan())


def test_plan_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "LARGEST_REQUEST", 100)
    with pytest.raises(PolicyEngineError, match="larger"):
        check(write(tmp_path / "p"), plan())


def test_digest_changes_with_every_byte(tmp_path: Path) -> None:
    assert write(tmp_path / "a").digest != write(tmp_path / "b", main=MAIN + "# x").digest


def test_engine_is_found_when_modules_come_from_a_search_path(tmp_path: Path) -> None:
    """As in a deploy build, where nothing is installed into the interpreter's own directories."""
    import subprocess
    import sys

    bundle = write(tmp_path / "p")
    assert bundle.digest
    program = (
        "import sys, pathlib, datetime\n"
        "from alphaswarm_core.policy import *\n"
        f"bundle = read_bundle(pathlib.Path({str(tmp_path / 'p')!r}))\n"
        "where = PolicyContext('dev', 't', False)\n"
        "print(check_plan(bundle, (), {'resource_changes': []}, where, today=datetime.date.today()).allowed)\n"
    )
    path = ":".join(each for each in sys.path if each)
    done = subprocess.run(
        [sys.executable, "-S", "-c", program],
        env={"PYTHONPATH": path},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == "True\n", done.stderr
