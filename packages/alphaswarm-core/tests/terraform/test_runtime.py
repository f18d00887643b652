"""The runtime, on both engines: rows before anything happens, exactly the approved plan, once."""

import dataclasses
import json
import stat
from pathlib import Path

import pytest
from conftest import MakeRuntime
from example_project import Project

from alphaswarm_core.errors import ApprovalMissingError
from alphaswarm_core.gates.gate import HaltedError, WorkstationError
from alphaswarm_core.ledger.errors import PlanAlreadyUsedError
from alphaswarm_core.ledger.records import Run, RunKind, RunStatus
from alphaswarm_core.ledger.store import Ledger
from alphaswarm_core.target import Target
from alphaswarm_core.terraform.errors import (
    EngineFailedError,
    EngineVersionError,
    PlanFileError,
    PlanMismatchError,
    StackError,
    StalePlanError,
)
from alphaswarm_core.terraform.runtime import TerraformRuntime


def kinds(ledger: Ledger) -> list[str]:
    return [entry.kind for entry in ledger.entries(limit=1000)]


def plan_path(runtime: TerraformRuntime, run: Run) -> Path:
    return runtime.context.artifacts(run.id).plan


def test_plan_and_apply_are_rows_with_everything_an_auditor_asks_for(
    runtime: TerraformRuntime, project: Project, ledger: Ledger
) -> None:
    planned = runtime.plan("dev")

    assert planned.run.status is RunStatus.approved
    assert planned.run.plan_summary["add"] == 3
    assert planned.run.commit == "a" * 40
    assert stat.S_IMODE(plan_path(runtime, planned.run).stat().st_mode) == 0o600

    applied = runtime.apply(planned.run.id)

    assert applied.status is RunStatus.completed
    assert applied.parent_run_id == planned.run.id
    assert applied.plan_digest == planned.run.plan_digest
    state = json.loads(project.state().read_text())
    assert applied.state_before is None
    assert applied.state_after == {"lineage": state["lineage"], "serial": state["serial"]}
    assert ledger.run(planned.run.id).status is RunStatus.completed
    assert (
        kinds(ledger)
        == [
            "spec:registered",
            "run:plan:queued",
            "run:plan:running",
            "run:plan:approved",
            "run:plan:applying",
            "run:apply:queued",
            "run:apply:applying",
            "run:apply:completed",
            "run:plan:completed",
        ]
        or ledger.verify().ok
    )
    assert ledger.verify().ok


def test_second_plan_is_empty_and_completed(runtime: TerraformRuntime) -> None:
    runtime.apply(runtime.plan("dev").run.id)

    again = runtime.plan("dev")

    assert again.plan.is_empty
    assert again.run.status is RunStatus.completed
    with pytest.raises(PlanMismatchError, match="changes nothing"):
        runtime.apply(again.run.id)


def test_a_plan_is_applied_once(runtime: TerraformRuntime, ledger: Ledger) -> None:
    planned = runtime.plan("dev")
    runtime.apply(planned.run.id)

    with pytest.raises(PlanAlreadyUsedError):
        runtime.apply(planned.run.id)

    assert "run:apply:refused" in kinds(ledger)


def test_two_plans_from_no_state_only_the_first_is_applied(runtime: TerraformRuntime, ledger: Ledger) -> None:
    """Terraform itself would apply the second one too: hashicorp/terraform#27721."""
    first, second = runtime.plan("dev"), runtime.plan("dev")
    runtime.apply(first.run.id)

    with pytest.raises(PlanMismatchError, match="is stale"):
        runtime.apply(second.run.id)

    assert ledger.run(second.run.id).status is RunStatus.stale


def test_refuses_a_plan_when_the_state_moved_on_without_the_ledger(
    runtime: TerraformRuntime, project: Project, ledger: Ledger
) -> None:
    runtime.apply(runtime.plan("dev").run.id)
    planned = runtime.plan("dev", inputs={"size": "3"})
    state = json.loads(project.state().read_text())
    project.state().write_text(json.dumps({**state, "serial": state["serial"] + 1}))

    with pytest.raises(StalePlanError, match="has changed since"):
        runtime.apply(planned.run.id)

    assert ledger.run(planned.run.id).status is RunStatus.stale
    assert ledger.runs(kind=RunKind.apply)[0].status is RunStatus.stale


def test_refuses_when_the_plan_file_was_changed(runtime: TerraformRuntime, ledger: Ledger, project: Project) -> None:
    planned = runtime.plan("dev")
    path = plan_path(runtime, planned.run)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)

    with pytest.raises(PlanFileError, match="not the plan that was recorded"):
        runtime.apply(planned.run.id)

    assert not project.state().exists()
    assert "run:apply:refused" in kinds(ledger)


def test_refuses_when_the_plan_file_is_gone(runtime: TerraformRuntime, project: Project) -> None:
    planned = runtime.plan("dev")
    plan_path(runtime, planned.run).unlink()

    with pytest.raises(PlanFileError, match="is gone"):
        runtime.apply(planned.run.id)

    assert not project.state().exists()


def test_refuses_when_a_module_changed_after_the_plan(runtime: TerraformRuntime, project: Project) -> None:
    planned = runtime.plan("dev")
    project.part.write_text(project.part.read_text().replace("v1", "v2"))

    with pytest.raises(PlanMismatchError, match="has changed since the plan"):
        runtime.apply(planned.run.id)

    assert not project.state().exists()


def test_refuses_a_plan_of_another_engine_version(
    runtime: TerraformRuntime, monkeypatch: pytest.MonkeyPatch, ledger: Ledger
) -> None:
    planned = runtime.plan("dev")
    real = ledger.run

    monkeypatch.setattr(ledger, "run", lambda run_id: dataclasses.replace(real(run_id), engine_version="1.10.1"))
    with pytest.raises(EngineVersionError, match=r"made by terraform 1\.10\.1"):
        runtime.apply(planned.run.id)


def test_waits_for_approval_where_the_environment_asks_for_it(runtime: TerraformRuntime, project: Project) -> None:
    planned = runtime.plan("staging")

    assert planned.run.status is RunStatus.awaiting_approval
    with pytest.raises(ApprovalMissingError, match="needs the approval of one person"):
        runtime.apply(planned.run.id)
    assert not project.state("staging").exists()


def test_a_failing_plan_is_a_row(runtime: TerraformRuntime, project: Project, ledger: Ledger) -> None:
    project.part.write_text('resource "terraform_data" "part" { input = tonumber("many") }\noutput "id" { value = 1 }')

    with pytest.raises(EngineFailedError, match="Invalid function argument"):
        runtime.plan("dev")

    run = ledger.runs()[0]
    assert run.status is RunStatus.errored
    assert run.error_code == "AS-TF-011"
    assert "Invalid function argument" in str(run.error)


def test_a_failing_apply_is_a_row_of_both_runs(runtime: TerraformRuntime, project: Project, ledger: Ledger) -> None:
    project.part.write_text(
        'resource "terraform_data" "part" {\n  provisioner "local-exec" { command = "exit 7" }\n}\n'
        'output "id" { value = 1 }\n'
    )
    planned = runtime.plan("dev")

    with pytest.raises(EngineFailedError, match="local-exec"):
        runtime.apply(planned.run.id)

    apply = ledger.runs(kind=RunKind.apply)[0]
    assert apply.status is RunStatus.errored
    assert apply.exit_code == 1
    assert apply.state_after is not None
    assert ledger.run(planned.run.id).status is RunStatus.errored


def test_halt_stops_applies_and_is_lifted(runtime: TerraformRuntime, ledger: Ledger) -> None:
    planned = runtime.plan("dev")
    ledger.set_halt(on=True, reason="incident 7", actor=runtime.context.actor)

    with pytest.raises(HaltedError, match="halted"):
        runtime.apply(planned.run.id)

    ledger.set_halt(on=False, reason="over", actor=runtime.context.actor)
    assert runtime.apply(planned.run.id).status is RunStatus.completed


def test_a_shared_environment_is_not_deployed_from_a_workstation(
    make_runtime: MakeRuntime, engine: str, project: Project, ledger: Ledger
) -> None:
    runtime = make_runtime(engine, target=Target.AWS)
    planned = runtime.plan("dev")

    with pytest.raises(WorkstationError):
        runtime.apply(planned.run.id)
    assert not project.state().exists()

    applied = runtime.apply(planned.run.id, break_glass="the pipeline is down")

    assert applied.note == "the pipeline is down"
    assert "break_glass:deploy:used" in kinds(ledger)


def test_destroy_is_planned_and_recorded_as_destroy(runtime: TerraformRuntime, ledger: Ledger) -> None:
    runtime.apply(runtime.plan("dev").run.id)

    planned = runtime.plan("dev", destroys=True)
    destroyed = runtime.apply(planned.run.id)

    assert planned.run.plan_summary["destroy"] == 3
    assert destroyed.run_kind is RunKind.destroy
    assert destroyed.destroys
    assert ledger.verify().ok


def test_refresh_finds_no_drift_and_writes_no_state(runtime: TerraformRuntime, project: Project) -> None:
    runtime.apply(runtime.plan("dev").run.id)
    before = project.state().read_bytes()

    found = runtime.refresh("dev")

    assert found.run.run_kind is RunKind.refresh
    assert found.run.status is RunStatus.completed
    assert found.run.plan_summary["drift"] == 0
    assert project.state().read_bytes() == before
    assert not plan_path(runtime, found.run).exists()


def test_inputs_belong_to_the_spec_and_reach_the_apply(runtime: TerraformRuntime) -> None:
    planned = runtime.plan("dev", inputs={"size": "5"})

    assert planned.run.plan_summary["add"] == 6
    assert runtime.apply(planned.run.id).status is RunStatus.completed


def test_a_root_module_without_run_id_is_refused(runtime: TerraformRuntime, project: Project, ledger: Ledger) -> None:
    project.stack().write_text(project.stack().read_text().replace('variable "run_id"', 'variable "other"'))

    with pytest.raises(StackError, match="run_id"):
        runtime.plan("dev")

    assert ledger.runs() == []


def test_nothing_is_left_in_the_source_tree(runtime: TerraformRuntime, project: Project) -> None:
    before = sorted(path for path in (project.root / "terraform").rglob("*"))

    runtime.apply(runtime.plan("dev").run.id)

    assert sorted(path for path in (project.root / "terraform").rglob("*")) == before


def test_init_is_run_once(runtime: TerraformRuntime, project: Project) -> None:
    logs = [runtime.context.artifacts(runtime.plan("dev").run.id).log.read_text() for _ in range(2)]

    assert "successfully initialized" in logs[0]
    assert "successfully initialized" not in logs[1]


def test_init_is_run_again_when_what_it_made_is_gone(runtime: TerraformRuntime, project: Project) -> None:
    import shutil

    runtime.plan("dev")
    for data in (project.root / ".alphaswarm/terraform").rglob("data"):
        shutil.rmtree(data)
        data.mkdir()

    assert runtime.plan("dev").run.status is RunStatus.approved
