import pytest

from alphaswarm_core.errors import ExitCode
from alphaswarm_core.ledger.errors import (
    IllegalTransitionError,
    LedgerRecordError,
    PlanAlreadyUsedError,
    RunNotFoundError,
    StackBusyError,
)
from alphaswarm_core.ledger.records import RunKind, RunStatus
from alphaswarm_core.ledger.store import Ledger

from .samples import ANN, SPEC, approved, new_run, planned


def test_open_run_leaves_row_lease_and_entry_when_it_returns(ledger: Ledger) -> None:
    run = ledger.open_run(new_run(commit="abc", note="first"), exclusive=True)

    assert ledger.run(run.id) == run
    assert (run.status, run.commit, run.note, run.actor) == (RunStatus.queued, "abc", "first", ANN)
    assert [lease.run_id for lease in ledger.leases()] == [run.id]
    assert [entry.kind for entry in ledger.entries()] == ["run:plan:queued"]


def test_transition_returns_what_is_stored_when_columns_are_learned(ledger: Ledger) -> None:
    run = planned(ledger)

    assert ledger.run(run.id) == run
    assert run.plan_summary == {"add": 1, "by_type": {"aws_lb": 1}, "ratio": 0.5}
    assert run.started_at is not None
    assert run.finished_at is None


def test_transition_is_refused_when_the_table_does_not_have_it(ledger: Ledger) -> None:
    run = ledger.open_run(new_run(), exclusive=False)
    before = ledger.head()

    with pytest.raises(IllegalTransitionError) as caught:
        ledger.transition(run.id, RunStatus.completed)

    assert "queued" in str(caught.value.what)
    assert "running" in str(caught.value.why)
    assert (ledger.head(), ledger.run(run.id)) == (before, run)


def test_transition_is_refused_when_a_plan_would_apply_itself(ledger: Ledger) -> None:
    plan = approved(ledger)
    with pytest.raises(IllegalTransitionError, match="by itself"):
        ledger.transition(plan.id, RunStatus.applying)


@pytest.mark.parametrize("changes", [{"tree": "other"}, {"colour": "red"}, {"status": "completed"}, {"queued_at": "x"}])
def test_transition_is_refused_when_a_column_is_unknown_or_fixed(ledger: Ledger, changes: dict[str, str]) -> None:
    run = ledger.open_run(new_run(), exclusive=False)
    with pytest.raises(LedgerRecordError):
        ledger.transition(run.id, RunStatus.running, changes=changes)
    assert ledger.run(run.id).status is RunStatus.queued
    assert ledger.verify().ok


def test_nothing_is_recorded_when_a_value_is_not_json(ledger: Ledger) -> None:
    run = ledger.open_run(new_run(), exclusive=False)
    with pytest.raises(LedgerRecordError):
        ledger.transition(run.id, RunStatus.running, changes={"plan_summary": {"n": float("nan")}})
    assert ledger.head()[0] == 1


def test_exclusive_run_is_refused_when_another_holds_the_stack(ledger: Ledger) -> None:
    holder = ledger.open_run(new_run(RunKind.refresh), exclusive=True)

    with pytest.raises(StackBusyError) as caught:
        ledger.open_run(new_run(RunKind.destroy), exclusive=True)

    error = caught.value
    assert (error.run, error.code, error.exit_code) == (holder, "AS-LED-010", ExitCode.FAILED)
    assert holder.id in error.what
    assert error.since in error.what
    assert "Ann Example" in str(error.why)
    assert str(error.pid) in str(error.why)
    assert len(ledger.runs()) == 1


def test_run_is_allowed_when_the_stack_is_held_but_it_needs_it_not_or_it_is_another_stack(ledger: Ledger) -> None:
    ledger.open_run(new_run(RunKind.refresh), exclusive=True)
    ledger.open_run(new_run(RunKind.plan), exclusive=False)
    ledger.open_run(new_run(RunKind.plan, environment="prod"), exclusive=True)
    assert len(ledger.leases()) == 3


@pytest.mark.parametrize("end", [status for status in RunStatus if status.is_final and status != "policy_failed"])
def test_stack_is_free_again_when_the_run_ended(ledger: Ledger, end: RunStatus) -> None:
    run = ledger.open_run(new_run(RunKind.refresh), exclusive=True)
    ledger.transition(run.id, RunStatus.running)
    ended = ledger.transition(run.id, end)
    assert ended.finished_at is not None
    assert ledger.leases() == []
    ledger.open_run(new_run(RunKind.refresh), exclusive=True)


def test_lease_is_released_when_a_plan_waits_for_people(ledger: Ledger) -> None:
    planned(ledger)
    assert ledger.leases() == []


def test_claim_moves_the_plan_and_opens_the_apply_when_it_is_approved(ledger: Ledger) -> None:
    plan = approved(ledger)
    apply = ledger.claim_plan(plan.id, new_run(RunKind.apply))

    assert ledger.run(plan.id).status is RunStatus.applying
    assert (apply.parent_run_id, apply.status) == (plan.id, RunStatus.queued)
    assert [entry.kind for entry in ledger.entries()][-2:] == ["run:plan:applying", "run:apply:queued"]
    assert [lease.exclusive for lease in ledger.leases()] == [True]


@pytest.mark.parametrize("end", [RunStatus.completed, RunStatus.errored, RunStatus.interrupted])
def test_second_claim_is_refused_when_the_first_is_under_way_or_over(ledger: Ledger, end: RunStatus) -> None:
    plan = approved(ledger)
    apply = ledger.claim_plan(plan.id, new_run(RunKind.apply))
    with pytest.raises(PlanAlreadyUsedError, match=apply.id):
        ledger.claim_plan(plan.id, new_run(RunKind.apply))

    ledger.transition(apply.id, RunStatus.applying)
    ledger.transition(apply.id, end)
    ledger.transition(plan.id, end)
    with pytest.raises(PlanAlreadyUsedError) as caught:
        ledger.claim_plan(plan.id, new_run(RunKind.apply))
    assert caught.value.exit_code is ExitCode.REFUSED


def test_claim_is_refused_when_the_plan_is_not_approved(ledger: Ledger) -> None:
    plan = planned(ledger)
    with pytest.raises(IllegalTransitionError):
        ledger.claim_plan(plan.id, new_run(RunKind.apply))
    assert ledger.run(plan.id).status is RunStatus.awaiting_approval


def test_plan_stays_approved_when_its_claim_finds_the_stack_busy(ledger: Ledger) -> None:
    plan = approved(ledger)
    ledger.open_run(new_run(RunKind.refresh), exclusive=True)
    with pytest.raises(StackBusyError):
        ledger.claim_plan(plan.id, new_run(RunKind.apply))
    assert ledger.run(plan.id).status is RunStatus.approved
    assert ledger.verify().ok


@pytest.mark.parametrize("new", [new_run(RunKind.apply, environment="prod"), new_run(RunKind.refresh)])
def test_claim_is_refused_when_the_run_is_of_another_stack_or_kind(ledger: Ledger, new: object) -> None:
    plan = approved(ledger)
    with pytest.raises(LedgerRecordError):
        ledger.claim_plan(plan.id, new)  # type: ignore[arg-type]


def test_apply_of_a_plan_is_refused_when_it_goes_around_the_claim(ledger: Ledger) -> None:
    plan = approved(ledger)
    with pytest.raises(LedgerRecordError):
        ledger.open_run(new_run(RunKind.apply, parent_run_id=plan.id), exclusive=True)


def test_run_is_found_when_its_prefix_is_unique_and_refused_when_not(ledger: Ledger) -> None:
    first, second = (ledger.open_run(new_run(), exclusive=False) for _ in range(2))
    shared = "".join(a for a, b in zip(first.id, second.id, strict=True) if a == b)[:4]

    assert ledger.run(first.id) == first
    with pytest.raises(RunNotFoundError, match="More than one"):
        ledger.run(shared)
    for wrong in ("ffffffff", "%", "", "x' OR 1=1"):
        with pytest.raises(RunNotFoundError):
            ledger.run(wrong)


def test_runs_are_listed_newest_first_when_filtered_and_paged(ledger: Ledger) -> None:
    ids = [ledger.open_run(new_run(environment=env), exclusive=False).id for env in ("dev", "prod", "dev", "dev")]

    assert [run.id for run in ledger.runs()] == ids[::-1]
    assert [run.id for run in ledger.runs(environment="dev")] == [ids[3], ids[2], ids[0]]
    assert [run.id for run in ledger.runs(environment="dev", limit=1, before=ids[3])] == [ids[2]]
    assert ledger.runs(kind=RunKind.apply) == []
    assert len(ledger.runs(tree=new_run().tree, status=RunStatus.queued)) == 4


def test_latest_applied_is_the_last_completed_change_when_there_is_one(ledger: Ledger) -> None:
    assert ledger.latest_applied(new_run().tree, "dev") is None
    for end in (RunStatus.completed, RunStatus.errored):
        plan = approved(ledger)
        apply = ledger.claim_plan(plan.id, new_run(RunKind.apply))
        ledger.transition(apply.id, RunStatus.applying)
        ledger.transition(apply.id, end)
    latest = ledger.latest_applied(new_run().tree, "dev")
    assert latest is not None
    assert latest.status is RunStatus.completed


def test_spec_is_registered_once_when_its_hash_is_known(ledger: Ledger) -> None:
    first = ledger.register_spec(SPEC)
    assert ledger.register_spec(SPEC) == first
    other = ledger.register_spec(type(SPEC)(SPEC.tree, "dev", "0" * 64, {}))
    elsewhere = ledger.register_spec(type(SPEC)(SPEC.tree, "prod", SPEC.spec_hash, SPEC.document))

    assert (first.version, other.version, elsewhere.version) == (1, 2, 1)
    assert [entry.kind for entry in ledger.entries()] == ["spec:registered"] * 3
    assert ledger.spec_document(first.id) == '{"files":{"main.tf":"aa"},"inputs":{"größe":1.5}}'
    assert ledger.spec_document("none") is None


def test_run_is_refused_when_its_spec_does_not_exist(ledger: Ledger) -> None:
    with pytest.raises(Exception, match="ledger"):
        ledger.open_run(new_run(spec_version_id="none"), exclusive=False)
    assert ledger.runs() == []
    assert ledger.verify().ok


def test_spec_is_refused_when_it_has_no_document(ledger: Ledger) -> None:
    with pytest.raises(LedgerRecordError):
        ledger.register_spec(type(SPEC)(SPEC.tree, "dev", "0" * 64, None))
    assert ledger.entries() == []
