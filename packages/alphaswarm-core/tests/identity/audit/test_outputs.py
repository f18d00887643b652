"""The report as text, JSON and SARIF."""

import json
from pathlib import Path

from alphaswarm_core.identity.audit import RULES, AuditReport, as_json, as_sarif, as_text

from .harness import audit

NULL = 'resource "null_resource" "a" {}\n'
EXCEPTED = '# alphaswarm-audit: ignore[provisioner] owner=@team until=2027-01-31 reason="moves out"\n' + NULL
UNDECIDED = 'resource "aws_iam_role" "a" {\n  assume_role_policy = var.trust\n}\n'


def report_of(root: Path) -> AuditReport:
    return audit(
        root, {"a/main.tf": NULL + NULL.replace('"a"', '"b"'), "b/main.tf": EXCEPTED, "c d/main.tf": UNDECIDED}
    )


def test_text_groups_by_file_and_explains_once_when_there_are_findings(tmp_path: Path) -> None:
    text = as_text(report_of(tmp_path))
    assert text.startswith("a/main.tf\n  1: medium: null_resource.a exists to carry provisioners  [provisioner (P1)]\n")
    assert text.count("why: A provisioner runs") == 1
    assert "b/main.tf" not in text
    assert "  2: unknown: " in text
    assert text.endswith("not clean: 2 medium; 1 undecided, 1 excepted (4 subjects in 3 files)\n")


def test_text_names_the_owner_when_excepted_findings_are_asked_for(tmp_path: Path) -> None:
    assert "excepted until 2027-01-31 by @team: moves out" in as_text(report_of(tmp_path), verbose=True)


def test_text_says_clean_when_nothing_counts(tmp_path: Path) -> None:
    assert as_text(audit(tmp_path, {"b/main.tf": EXCEPTED})) == "clean; 1 excepted (1 subjects in 1 files)\n"


def test_text_has_no_control_characters_when_a_file_brings_them(tmp_path: Path) -> None:
    files = {"a\x1b[31m/main.tf": 'module "x" {\n  source = "a\\u001b[2J/b/c"\n}\n'}
    text = as_text(audit(tmp_path, files))
    assert "\x1b" not in text
    assert "module-source" in text


def test_json_has_every_finding_when_it_is_read_back(tmp_path: Path) -> None:
    report = report_of(tmp_path)
    document = json.loads(json.dumps(as_json(report)))
    assert (document["schema"], document["clean"], document["counts"]["medium"]) == ("alphaswarm.audit/1", False, 2)
    assert [each["path"] for each in document["findings"]] == ["a/main.tf", "a/main.tf", "b/main.tf", "c d/main.tf"]
    assert document["findings"][2]["exception"]["owner"] == "@team"
    assert document["findings"][0]["exception"] is None


def test_sarif_has_rules_results_and_places_when_there_are_findings(tmp_path: Path) -> None:
    document = json.loads(json.dumps(as_sarif(report_of(tmp_path))))
    assert document["version"] == "2.1.0"
    run = document["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert [each["id"] for each in rules] == [rule.id for rule in RULES]
    assert all(rules[each["ruleIndex"]]["id"] == each["ruleId"] for each in run["results"])
    places = [each["locations"][0]["physicalLocation"] for each in run["results"]]
    assert [each["artifactLocation"]["uri"] for each in places] == [
        "a/main.tf",
        "a/main.tf",
        "b/main.tf",
        "c%20d/main.tf",
    ]
    assert all(each["region"]["startLine"] >= 1 for each in places)
    assert len({each["partialFingerprints"]["alphaswarmAudit/v1"] for each in run["results"]}) == 4


def test_sarif_suppresses_excepted_and_asks_about_undecided_when_there_are_some(tmp_path: Path) -> None:
    results = as_sarif(report_of(tmp_path))["runs"][0]["results"]
    assert [(each["kind"], each["level"], "suppressions" in each) for each in results] == [
        ("fail", "warning", False),
        ("fail", "warning", False),
        ("fail", "warning", True),
        ("review", "none", False),
    ]


def test_every_output_is_encodable_when_names_and_texts_are_not(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    place = bytes(tmp_path) + b"/a/\xff.tf"
    with open(place, "wb") as stream:  # noqa: PTH123
        stream.write(NULL.encode())
    (tmp_path / "b.json").write_text('{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Sid": "\\ud800"}]}')
    report = audit(tmp_path, {})
    assert not report.clean
    for text in (as_text(report), json.dumps(as_json(report), ensure_ascii=False), json.dumps(as_sarif(report))):
        assert text.encode("utf-8")
