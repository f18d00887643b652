"""From paths to a report: what is walked, excepted and counted. Hostile trees end in findings, never in a traceback."""

import json
import os
from datetime import date
from pathlib import Path

import pytest

from alphaswarm_core.identity.audit import (
    AuditPathError,
    Expectations,
    Severity,
    UnreadableSourceError,
    audit_paths,
    audit_plan_json,
)

from .harness import (
    APPLY,
    HASH,
    REPOSITORY,
    TODAY,
    audit,
    claims,
    job,
    policy,
    settings,
    statement,
    trust,
    workflow,
    write,
)

NULL = 'resource "null_resource" "a" {}\n'
EXCEPTION = '# alphaswarm-audit: ignore[provisioner] owner=@team until=2027-01-31 reason="moves out soon"\n'
FILE = '[[exception]]\nrule = "provisioner"\npath = "{}"\nowner = "@team"\nuntil = 2027-01-31\nreason = "why"\n'


def test_a_repository_is_clean_when_nothing_is_wrong(tmp_path: Path) -> None:
    good = f"""on: {{push: {{branches: [main]}}}}
permissions: {{}}
jobs:
  apply:
    runs-on: ubuntu-24.04
    environment: prod
    permissions: {{id-token: write, contents: read}}
    steps:
      - uses: actions/checkout@{HASH}
        with: {{persist-credentials: false}}
      - uses: aws-actions/configure-aws-credentials@{HASH}
        with: {{role-to-assume: '${{{{ vars.AWS_DEPLOYER_ROLE_ARN }}}}'}}
      - run: alphaswarm deploy up
"""
    plan = {"sub": f"{REPOSITORY}:pull_request"}
    planning = policy(
        statement(
            {
                "StringEquals": claims("ref", "environment", "job_workflow_ref", **plan),
                "StringLike": {"ref": "refs/pull/*/merge"},
            }
        ),
        name="plan.json",
    )
    report = audit(tmp_path, {**workflow(good), **trust(name="apply.json"), **planning, **settings()})
    assert report.findings == ()
    assert report.clean
    assert (report.subjects, report.files) == (4, 4)


@pytest.mark.parametrize(
    "text",
    [EXCEPTION + NULL, NULL.rstrip() + " " + EXCEPTION, EXCEPTION + "# more\n\n" + NULL, "//" + EXCEPTION[1:] + NULL],
    ids=["above", "on the line", "above a comment", "other comment"],
)
def test_a_finding_is_excepted_when_the_comment_is_complete(tmp_path: Path, text: str) -> None:
    report = audit(tmp_path, {"main.tf": text})
    assert report.clean
    waiver = report.findings[0].waiver
    assert waiver is not None
    assert (waiver.owner, waiver.until, waiver.reason) == ("@team", "2027-01-31", "moves out soon")


@pytest.mark.parametrize(
    "text",
    [
        EXCEPTION.replace("owner=@team", "") + NULL,
        EXCEPTION.replace("2027-01-31", "2026-11-24") + NULL,
        EXCEPTION.replace("provisioner", "module-source") + NULL,
        EXCEPTION + "locals {}\n" + NULL,
        NULL + EXCEPTION,
        EXCEPTION.replace("# ", "a = 1 ", 1)
        .replace("a = 1 ", 'locals {\n  a = "')
        .rstrip()
        .replace('reason="moves out soon"', 'x"')
        + "\n}\n"
        + NULL,
    ],
    ids=["no owner", "over", "another rule", "another line", "below", "in a text"],
)
def test_a_finding_counts_when_the_exception_does_not_hold_or_is_not_about_it(tmp_path: Path, text: str) -> None:
    report = audit(tmp_path, {"main.tf": text})
    assert not report.clean
    assert any(each.rule == "provisioner" and each.counts for each in report.findings)


def test_several_rules_are_excepted_when_one_comment_names_them(tmp_path: Path) -> None:
    both = EXCEPTION.replace("[provisioner]", "[provisioner, module-source]")
    assert audit(tmp_path, {"main.tf": both + NULL}).clean


def test_findings_of_files_without_comments_are_excepted_when_the_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    write(tmp_path, {".alphaswarm-audit.toml": FILE.format("x/*"), "x/main.tf": NULL})
    assert audit_paths([tmp_path], today=TODAY).clean
    write(tmp_path, {".alphaswarm-audit.toml": FILE.format("y/*")})
    assert not audit_paths([tmp_path], today=TODAY).clean


def test_an_exception_ends_when_its_day_is_over(tmp_path: Path) -> None:
    write(tmp_path, {"main.tf": EXCEPTION + NULL})
    assert audit_paths([tmp_path], today=date(2027, 1, 31)).clean
    later = audit_paths([tmp_path], today=date(2027, 2, 1))
    assert {each.rule for each in later.findings} == {"provisioner", "invalid-exception"}


def test_a_broken_exception_cannot_be_excepted_when_somebody_tries(tmp_path: Path) -> None:
    text = EXCEPTION.replace("provisioner", "invalid-exception") + EXCEPTION.replace("owner=@team", "") + "locals {}\n"
    assert not audit(tmp_path, {"main.tf": text}).clean


def test_an_alias_in_a_workflow_is_judged_when_it_hides_the_token(tmp_path: Path) -> None:
    jobs = "jobs:\n  a: &a\n    permissions: {id-token: write}\n    steps: []\n  b: *a\n"
    text = f"on: &e [pull_request_target]\npermissions: {{}}\n{jobs}"
    assert any(each.rule == "dangerous-trigger" for each in audit(tmp_path, workflow(text)).findings)


def test_expectations_are_the_directorys_when_it_declares_them(tmp_path: Path) -> None:
    write(tmp_path, {**settings(name="dev", protection_rules=[], custom_deployment_protection_rules=[])})
    assert not audit_paths([tmp_path], today=TODAY).clean
    write(tmp_path, {".alphaswarm-audit.toml": "[expectations.approvals]\ndev = 0\n"})
    assert audit_paths([tmp_path], today=TODAY, expectations=Expectations(approvals={"dev": 2})).clean


def test_the_worst_is_assumed_when_the_declarations_are_broken(tmp_path: Path) -> None:
    write(
        tmp_path,
        {**settings(name="dev", protection_rules=[]), ".alphaswarm-audit.toml": "[expectations.approvals]\ndev = -1\n"},
    )
    rules = {each.rule for each in audit_paths([tmp_path], today=TODAY).findings}
    assert {"unreadable-file", "environment-reviewers"} <= rules


def test_directories_of_tools_are_left_out_when_a_tree_is_walked(tmp_path: Path) -> None:
    hidden = (".git", ".terraform/modules", "a/node_modules", ".venv", "env")
    write(tmp_path, {**{f"{name}/main.tf": NULL for name in hidden}, "env/pyvenv.cfg": ""})
    assert audit_paths([tmp_path], today=TODAY).findings == ()


def test_links_are_not_followed_when_they_lead_out_or_round(tmp_path: Path) -> None:
    root = tmp_path / "root"
    write(tmp_path, {"outside/main.tf": NULL, "root/inside/a.tf": "locals {}\n"})
    (root / "loop").symlink_to(root)
    (root / "self.tf").symlink_to(root / "self.tf")
    (root / "out").symlink_to(tmp_path / "outside")
    (root / "b.tf").symlink_to(tmp_path / "outside" / "main.tf")
    (root / "gone.tf").symlink_to(root / "nothing.tf")
    findings = audit_paths([root], today=TODAY).findings
    assert {(each.path, each.rule) for each in findings} == {
        ("b.tf", "unreadable-file"),
        ("gone.tf", "unreadable-file"),
        ("self.tf", "unreadable-file"),
    }


def test_a_pipe_is_not_opened_when_it_has_the_name_of_a_workflow(tmp_path: Path) -> None:
    (tmp_path / ".github/workflows").mkdir(parents=True)
    os.mkfifo(tmp_path / ".github/workflows/ci.yml")
    assert [each.rule for each in audit_paths([tmp_path], today=TODAY).findings] == ["unreadable-file"]


@pytest.mark.parametrize("data", [b"\xff\xfe", b"a = \x80", b"\x00\x01\x02"], ids=["utf-16", "latin-1", "binary"])
def test_a_file_is_a_finding_when_it_is_no_utf_8(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "main.tf").write_bytes(data)
    assert [each.rule for each in audit_paths([tmp_path], today=TODAY).findings] == ["unreadable-file"]


def test_a_bomb_of_locals_is_a_finding_when_a_policy_uses_it(tmp_path: Path) -> None:
    rows = "".join(f"  a{n} = [{', '.join([f'local.a{n - 1}'] * 10)}]\n" for n in range(1, 12))
    text = f'locals {{\n  a0 = 1\n{rows}}}\nresource "aws_iam_role" "a" {{\n  assume_role_policy = local.a11\n}}\n'
    assert [each.rule for each in audit(tmp_path, {"main.tf": text}).findings] == ["unreadable-file"]


def test_an_actions_calls_end_when_actions_use_each_other(tmp_path: Path) -> None:
    step = "".join(f"    - uses: ./.github/actions/a{n}\n" for n in range(30))
    actions = {f".github/actions/a{n}/action.yml": f"runs:\n  using: composite\n  steps:\n{step}" for n in range(30)}
    calls = "on: workflow_call\npermissions: {}\njobs:\n  a:\n    uses: ./.github/workflows/ci.yml\n"
    report = audit(
        tmp_path, {**job("    steps:\n      - uses: ./.github/actions/a0\n"), **workflow(calls, "b.yml"), **actions}
    )
    assert report.clean


def test_one_file_is_audited_when_it_is_given(tmp_path: Path) -> None:
    write(tmp_path, {**job("    steps: []\n", on="pull_request_target"), "main.tf": NULL})
    report = audit_paths([tmp_path / ".github/workflows/ci.yml"], today=TODAY)
    assert {each.path for each in report.findings} == {".github/workflows/ci.yml"}
    assert report.files == 1


def test_paths_begin_with_the_directory_when_several_are_given(tmp_path: Path) -> None:
    write(tmp_path, {"a/main.tf": NULL, "b/main.tf": NULL})
    findings = audit_paths([tmp_path / "a", tmp_path / "b"], today=TODAY).findings
    assert [each.path for each in findings] == [f"{tmp_path}/a/main.tf", f"{tmp_path}/b/main.tf"]
    assert len({each.fingerprint for each in findings}) == 2


def test_a_path_is_refused_when_it_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(AuditPathError):
        audit_paths([tmp_path / "nothing"])


def test_fingerprints_stay_when_lines_move(tmp_path: Path) -> None:
    before = audit(tmp_path / "a", {"main.tf": NULL}).findings
    after = audit(tmp_path / "b", {"main.tf": "\n\n" + NULL}).findings
    assert [each.fingerprint for each in before] == [each.fingerprint for each in after]
    assert [each.line for each in after] == [3]


def test_unknown_does_not_count_when_it_is_all_there_is(tmp_path: Path) -> None:
    text = 'resource "aws_iam_role" "a" {\n  assume_role_policy = var.trust\n}\n'
    report = audit(tmp_path, {"main.tf": text})
    assert [each.severity for each in report.findings] == [Severity.UNKNOWN]
    assert report.clean


def plan_of(type_: str, values: dict[str, object]) -> dict[str, object]:
    resource = {"address": f"module.x.{type_}.this", "type": type_, "name": "this", "values": values}
    nested = {"root_module": {"child_modules": [{"resources": [resource], "child_modules": []}]}}
    return {"format_version": "1.2", "planned_values": nested}


def test_a_planned_policy_is_judged_when_its_role_is_privileged() -> None:
    good = plan_of("aws_iam_role", {"name": "aqp-gha-apply", "assume_role_policy": trust()["role.json"]})
    assert audit_plan_json(json.dumps(good)).findings == ()
    main = trust("environment", sub=f"{REPOSITORY}:ref:refs/heads/main")["role.json"]
    bad = plan_of("aws_iam_role", {"name": "aqp-gha-apply", "assume_role_policy": main})
    assert [each.rule for each in audit_plan_json(bad).findings] == ["environment-bypass"]


def test_a_planned_policy_is_unknown_when_it_is_known_after_apply() -> None:
    findings = audit_plan_json(plan_of("aws_iam_role_policy", {"role": "aqp-gha-plan"})).findings
    assert [(each.rule, each.severity) for each in findings] == [("undecided-policy", Severity.UNKNOWN)]


def test_a_plan_in_the_tree_is_judged_when_it_is_found(tmp_path: Path) -> None:
    bad = plan_of("aws_iam_role", {"name": "a", "assume_role_policy": policy(statement())["role.json"]})
    report = audit(tmp_path, {"plan.json": json.dumps(bad)})
    assert "trust-without-subject" in {each.rule for each in report.findings}


@pytest.mark.parametrize("document", ["", "[]", "{}", '{"format_version": 1}', "[" * 100_000, "1" * 10_000])
def test_a_plan_is_refused_when_it_is_none(document: str) -> None:
    with pytest.raises(UnreadableSourceError):
        audit_plan_json(document)


@pytest.mark.parametrize(
    "planned", [None, [], {"root_module": 1}, {"root_module": {"resources": [1, {}], "child_modules": 2}}]
)
def test_a_plan_is_read_without_a_traceback_when_its_shape_is_odd(planned: object) -> None:
    assert audit_plan_json({"format_version": "1", "planned_values": planned}).findings == ()


def test_the_apply_policy_of_the_tests_is_the_reference_when_it_is_compared() -> None:
    assert set(APPLY) == {
        "aud",
        "sub",
        "environment",
        "ref",
        "repository_id",
        "repository_owner_id",
        "job_workflow_ref",
    }
