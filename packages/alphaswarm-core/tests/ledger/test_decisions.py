import dataclasses

import pytest

from alphaswarm_core.ledger.errors import (
    ApprovalExistsError,
    ApprovalsChangedError,
    LedgerRecordError,
    RunNotFoundError,
)
from alphaswarm_core.ledger.records import Decision, Delivery, Part, RunKind, RunStatus
from alphaswarm_core.ledger.store import Ledger

from .samples import ANN, DIGEST, new_run, planned


def test_approvals_are_kept_in_order_when_several_people_decide(ledger: Ledger) -> None:
    run = planned(ledger)
    first = ledger.add_approval(run.id, DIGEST, "bob", Decision.approve, comment="looks right", source="cli")
    second = ledger.add_approval(run.id, DIGEST, "eve", Decision.reject, source="github")

    assert ledger.approvals(run.id) == [first, second]
    assert [entry.kind for entry in ledger.entries()][-2:] == ["approval:granted", "approval:rejected"]
    assert ledger.approvals("another") == []


def test_second_decision_is_refused_when_the_person_has_decided(ledger: Ledger) -> None:
    run = planned(ledger)
    ledger.add_approval(run.id, DIGEST, "bob", Decision.reject, source="cli")
    before = ledger.head()
    with pytest.raises(ApprovalExistsError, match="bob"):
        ledger.add_approval(run.id, DIGEST, "bob", Decision.approve, source="cli")
    assert ledger.head() == before
    assert ledger.verify().ok


def test_approval_is_refused_when_it_is_for_other_bytes(ledger: Ledger) -> None:
    run = planned(ledger)
    with pytest.raises(LedgerRecordError, match="another plan"):
        ledger.add_approval(run.id, "0" * 64, "bob", Decision.approve, source="cli")
    unplanned = ledger.open_run(new_run(), exclusive=False)
    with pytest.raises(LedgerRecordError):
        ledger.add_approval(unplanned.id, DIGEST, "bob", Decision.approve, source="cli")
    with pytest.raises(RunNotFoundError):
        ledger.add_approval("none", DIGEST, "bob", Decision.approve, source="cli")


def test_halt_is_off_when_nobody_said_anything_and_keeps_the_last_word(ledger: Ledger) -> None:
    assert (ledger.halt().on, ledger.halt().actor) == (False, None)
    halted = ledger.set_halt(on=True, reason="incident 7", actor=ANN)
    assert ledger.halt() == halted
    assert (halted.on, halted.reason, halted.actor) == (True, "incident 7", ANN)
    ledger.set_halt(on=False, reason="over", actor=ANN)
    assert not ledger.halt().on
    assert [entry.kind for entry in ledger.entries()] == ["halt:on", "halt:off"]


@pytest.mark.parametrize(
    "kind", ["", "run", "Run:refused", "run:", "a:b:c:d", 'run:x","sequence":1', "run:ref used", "run:x\n"]
)
def test_event_is_refused_when_its_kind_has_no_form(ledger: Ledger, kind: str) -> None:
    with pytest.raises(LedgerRecordError):
        ledger.note(kind, "subject", {})
    assert ledger.entries() == []


def test_event_is_chained_when_noted(ledger: Ledger) -> None:
    entry = ledger.note("break_glass:deploy:used", "alphaswarm_platform/dev", {"reason": "on fire"})
    assert ledger.entries() == [entry]
    assert ledger.head() == (1, entry.hash)


def test_secrets_are_not_stored_when_they_come_in(ledger: Ledger) -> None:
    ledger.learn_secrets(["s3cr3t-of-ours"])
    run = planned(ledger, note="token is s3cr3t-of-ours", ref="https://bob:hunter22@example.com/r")
    ledger.add_approval(run.id, DIGEST, "bob", Decision.approve, comment="AKIAABCDEFGHIJKLMNOP", source="cli")
    ledger.set_halt(on=True, reason="password=hunter22", actor=ANN)
    ledger.note("run:refused", "s3cr3t-of-ours", {"deep": [{"password": "hunter22"}]})

    stored = "".join(entry.body for entry in ledger.entries()) + repr((ledger.run(run.id), ledger.halt()))
    assert ledger.verify().ok
    assert "[redacted]" in stored
    for secret in ("s3cr3t-of-ours", "hunter22", "AKIAABCDEFGHIJKLMNOP"):
        assert secret not in stored


def test_text_is_stored_when_no_database_could_hold_it_as_it_is(ledger: Ledger) -> None:
    run = ledger.open_run(new_run(note="NUL \0, half a pair \ud800, and 🎈 é"), exclusive=False)
    assert ledger.run(run.id).note == "NUL \N{REPLACEMENT CHARACTER}, half a pair ?, and 🎈 é"
    assert ledger.verify().ok


def test_approval_is_bound_to_stack_and_commit_of_its_run(ledger: Ledger) -> None:
    run = planned(ledger, commit="a" * 40)
    approval = ledger.add_approval(run.id, DIGEST, "bob", Decision.approve, source="cli", reference="here")

    assert (approval.stack, approval.commit, approval.reference) == (run.stack, "a" * 40, "here")
    assert approval.given_at == approval.at


def test_yes_can_be_taken_back_once_and_no_stays(ledger: Ledger) -> None:
    run = planned(ledger)
    ledger.add_approval(run.id, DIGEST, "bob", Decision.approve, source="cli")
    with pytest.raises(ApprovalExistsError):
        ledger.add_approval(run.id, DIGEST, "bob", Decision.approve, source="cli")
    ledger.add_approval(run.id, DIGEST, "bob", Decision.reject, source="cli")
    for decision in Decision:
        with pytest.raises(ApprovalExistsError):
            ledger.add_approval(run.id, DIGEST, "bob", decision, source="cli")

    assert [each.decision for each in ledger.approvals(run.id)] == [Decision.approve, Decision.reject]
    assert ledger.verify().ok


def test_parts_of_people_are_kept_once(ledger: Ledger) -> None:
    run = planned(ledger)
    ledger.add_involvements(run.id, [("github:1", Part.author), ("github:1", Part.author)], source="git")
    again = ledger.add_involvements(run.id, [("github:1", Part.author), ("github:1", Part.pusher)], source="github")

    assert [each.part for each in again] == [Part.pusher]
    assert [each.part for each in ledger.involvements(run.id)] == [Part.author, Part.pusher]
    assert [entry.kind for entry in ledger.entries()][-2:] == ["involvement:noted"] * 2


def test_waiver_is_for_one_plan_and_has_a_reason(ledger: Ledger) -> None:
    run = planned(ledger)
    with pytest.raises(LedgerRecordError, match="reason"):
        ledger.add_waiver(run.id, DIGEST, "bob", " ", source="cli")
    with pytest.raises(LedgerRecordError, match="another plan"):
        ledger.add_waiver(run.id, "0" * 64, "bob", "hotfix", source="cli")
    waiver = ledger.add_waiver(run.id, DIGEST, "bob", "hotfix", source="cli")

    assert ledger.waivers(run.id) == [waiver]
    assert ledger.entries()[-1].kind == "promotion:waived"
    with pytest.raises(ApprovalExistsError):
        ledger.add_waiver(run.id, DIGEST, "bob", "again", source="cli")


def test_plan_is_not_claimed_when_somebody_decided_after_the_gate(ledger: Ledger) -> None:
    run = planned(ledger)
    yes = ledger.add_approval(run.id, DIGEST, "bob", Decision.approve, source="cli")
    ledger.transition(run.id, RunStatus.approved)
    ledger.add_approval(run.id, DIGEST, "eve", Decision.reject, source="cli")
    with pytest.raises(ApprovalsChangedError):
        ledger.claim_plan(run.id, new_run(RunKind.apply), decided_on=frozenset({yes.id}))

    assert ledger.run(run.id).status is RunStatus.approved
    seen = frozenset(each.id for each in ledger.approvals(run.id))
    assert ledger.claim_plan(run.id, new_run(RunKind.apply), decided_on=seen).parent_run_id == run.id


def test_delivery_is_known_by_its_body_and_by_its_id(ledger: Ledger) -> None:
    first = Delivery("d" * 64, "id-1", "deployment_protection_rule", "o/r", 7, "prod", "")
    assert ledger.receive_delivery(first) is None
    for other in (dataclasses.replace(first, delivery_id="id-2"), dataclasses.replace(first, body_digest="e" * 64)):
        known = ledger.receive_delivery(other)
        assert known is not None
        assert (known.body_digest, known.delivery_id) == ("d" * 64, "id-1")
    ledger.settle_delivery("d" * 64, "waiting", report="wait", note=("gate:webhook:waiting", "o/r", {}))
    ledger.settle_delivery("d" * 64, "approved", note=("gate:webhook:approved", "o/r", {}))

    (kept,) = ledger.deliveries("o/r", 7)
    assert (kept.outcome, kept.report, kept.reports) == ("approved", "wait", 1)
    assert ledger.deliveries("o/r", 8) == []
