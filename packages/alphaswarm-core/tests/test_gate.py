"""The gate: who may start, whose approval counts for which plan, and that doubt is a no."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphaswarm_core.errors import ApprovalMissingError
from alphaswarm_core.gates.gate import (
    Condition,
    GateDecision,
    HaltedError,
    RejectedError,
    WorkstationError,
    decide_approvals,
    decide_start,
)
from alphaswarm_core.ledger.records import Actor, ActorKind, Approval, Decision, Halt
from alphaswarm_core.settings import EnvironmentSettings
from alphaswarm_core.target import Target

STARTER = Actor(ActorKind.person, "person:starter", "Starter")
DIGEST, OTHER = "a" * 64, "b" * 64
PEOPLE = ("person:starter", "person:ann", "person:bob", "person:cy")
SHARED = EnvironmentSettings(account_id="111111111111", approvals=0, shared=True)
OWN = EnvironmentSettings(account_id="111111111111", approvals=0, shared=False)
NO_HALT = Halt(on=False, reason="", actor=None, at=None)


def approval(approver: str, digest: str = DIGEST, decision: Decision = Decision.approve) -> Approval:
    return Approval("id", "run", digest, approver, decision, None, "test", "2025-01-01T00:00:00Z")


def decide(required: int, *approvals: Approval) -> GateDecision:
    return decide_approvals(
        environment="prod",
        required=required,
        plan_run_id="run",
        digest=DIGEST,
        starter=STARTER,
        approvals=approvals,
    )


approvals = st.lists(
    st.builds(approval, st.sampled_from(PEOPLE), st.sampled_from([DIGEST, OTHER]), st.sampled_from(list(Decision)))
)


@given(st.integers(0, 4), approvals)
def test_go_needs_enough_distinct_people_for_this_plan_and_no_rejection(required: int, given: list[Approval]) -> None:
    bound = [each for each in given if each.plan_digest == DIGEST]
    approvers = {each.approver for each in bound if each.decision is Decision.approve and each.approver != PEOPLE[0]}
    rejected = any(each.decision is Decision.reject for each in bound)

    assert decide(required, *given).go is (len(approvers) >= required and not rejected)


@given(st.integers(1, 4), approvals)
def test_starter_and_other_plans_never_tip_the_scales(required: int, given: list[Approval]) -> None:
    before = decide(required, *given).go

    assert decide(required, *given, approval(STARTER.subject), approval("person:ann", OTHER)).go is before


@given(st.integers(0, 4), approvals)
def test_duplicates_and_order_change_nothing(required: int, given: list[Approval]) -> None:
    assert decide(required, *given, *reversed(given)).go is decide(required, *given).go


@given(st.integers(0, 4), approvals, st.sampled_from(PEOPLE))
def test_rejection_blocks_however_many_approve(required: int, given: list[Approval], who: str) -> None:
    decision = decide(required, *given, approval(who, decision=Decision.reject))

    assert not decision.go
    with pytest.raises(RejectedError, match=who):
        decision.require()


def test_missing_approvals_name_the_way_on() -> None:
    with pytest.raises(ApprovalMissingError, match="needs the approval of 2 distinct people; the plan has 1") as caught:
        decide(2, approval("person:ann"), approval("person:ann")).require()

    assert "alphaswarm deploy apply run" in str(caught.value.fix)


def test_no_condition_is_no_go() -> None:
    assert not GateDecision(()).go


def test_one_condition_that_does_not_hold_is_no_go() -> None:
    decision = GateDecision((Condition("a", holds=True, detail=""), Condition("b", holds=False, detail="no")))

    assert not decision.go
    with pytest.raises(Exception, match="no"):
        decision.require()


def start(
    settings: EnvironmentSettings = SHARED,
    target: Target = Target.AWS,
    kind: ActorKind = ActorKind.person,
    halt: Halt = NO_HALT,
    break_glass: str | None = None,
) -> GateDecision:
    actor = Actor(kind, "subject", "Somebody")
    return decide_start(
        environment="dev", settings=settings, target=target, actor=actor, halt=halt, break_glass=break_glass
    )


def test_person_at_a_workstation_is_refused_where_the_environment_is_shared() -> None:
    with pytest.raises(WorkstationError):
        start().require()


@pytest.mark.parametrize("kind", [ActorKind.github_actions, ActorKind.codebuild])
def test_pipeline_may_start_where_the_environment_is_shared(kind: ActorKind) -> None:
    assert start(kind=kind).go


def test_person_may_start_on_the_local_cloud_and_where_nothing_is_shared() -> None:
    assert start(target=Target.LOCAL).go
    assert start(settings=OWN).go


def test_break_glass_opens_the_way_and_an_empty_reason_does_not() -> None:
    assert start(break_glass="fire").go
    assert not start(break_glass="").go


@pytest.mark.parametrize("kind", list(ActorKind))
def test_halt_stops_everybody_even_with_break_glass(kind: ActorKind) -> None:
    halt = Halt(on=True, reason="incident 7", actor=STARTER, at="2025-01-01T00:00:00Z")

    with pytest.raises(HaltedError) as caught:
        start(kind=kind, halt=halt, break_glass="fire", settings=OWN, target=Target.LOCAL).require()

    assert "incident 7" in str(caught.value.why)
