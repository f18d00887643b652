"""The runtime asks the policy before the gate, and nothing that it did not allow is applied."""

import pytest
from conftest import MakeRuntime
from example_project import Project

from alphaswarm_core.errors import RefusedError
from alphaswarm_core.ledger.records import RunStatus
from alphaswarm_core.ledger.store import Ledger
from alphaswarm_core.policy import PolicyDeniedError, PolicyUnusableError
from alphaswarm_core.terraform.errors import PlanMismatchError


def forbid(project: Project) -> None:
    stack = project.stack()
    stack.write_text(stack.read_text().replace("thing ${count.index}", "forbidden ${count.index}"))


def test_verdict_goes_into_the_row_when_the_plan_is_allowed(make_runtime: MakeRuntime, ledger: Ledger) -> None:
    planned = make_runtime("binary").plan("dev")
    assert planned.run.status is RunStatus.approved
    result = ledger.run(planned.run.id).policy_result
    assert isinstance(result, dict)
    assert result["allowed"] is True


def test_denied_plan_is_policy_failed_with_its_findings_and_cannot_be_applied(
    project: Project, make_runtime: MakeRuntime, ledger: Ledger
) -> None:
    forbid(project)
    runtime = make_runtime("binary")
    with pytest.raises(PolicyDeniedError, match="2 findings"):
        runtime.plan("dev")
    run = ledger.runs(limit=1)[0]
    assert (run.status, run.error_code) == (RunStatus.policy_failed, "AS-POL-002")
    assert isinstance(run.policy_result, dict)
    assert run.policy_result["counts"] == {"denied": 2, "warned": 0, "excepted": 0}
    with pytest.raises(PlanMismatchError):
        runtime.apply(run.id)
    assert ledger.verify().ok


def test_plan_is_refused_when_there_is_no_policy(project: Project, make_runtime: MakeRuntime, ledger: Ledger) -> None:
    (project.policy / "main.rego").unlink()
    with pytest.raises(PolicyUnusableError):
        make_runtime("binary").plan("dev")
    assert ledger.runs(limit=1)[0].status is RunStatus.refused


def test_exception_lets_the_plan_pass_and_is_in_the_row(
    project: Project, make_runtime: MakeRuntime, ledger: Ledger
) -> None:
    forbid(project)
    (project.policy / "exceptions.toml").write_text(
        '[[exception]]\nrule = "no-forbidden-things"\naddress = "terraform_data.thing*"\nenvironment = "dev"\n'
        f'owner = "@ann"\nreason = "a test"\nuntil = {_soon()}\n'
    )
    planned = make_runtime("binary").plan("dev")
    result = ledger.run(planned.run.id).policy_result
    assert isinstance(result, dict)
    assert {each["owner"] for each in result["excepted"]} == {"@ann"}


def test_sensitive_value_is_not_in_the_verdict(project: Project, make_runtime: MakeRuntime, ledger: Ledger) -> None:
    stack = project.stack()
    stack.write_text(
        stack.read_text().replace('"thing ${count.index}"', 'nonsensitive("forbidden ${var.secret}")')
        + '\nvariable "secret" {\n  default   = "hunter2hunter2"\n  sensitive = true\n}\n'
    )
    with pytest.raises(RefusedError) as refused:
        make_runtime("binary").plan("dev")
    assert "hunter2" not in f"{refused.value.why}{ledger.runs(limit=1)[0].policy_result}"
    assert "(sensitive)" in str(refused.value.why)


def _soon() -> str:
    from datetime import UTC, datetime, timedelta

    return (datetime.now(UTC).date() + timedelta(days=30)).isoformat()
