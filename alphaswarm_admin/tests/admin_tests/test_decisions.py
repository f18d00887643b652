"""Approvals, waivers and halts: audited first, by people who count, about the plan that was looked at."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from alphaswarm_core.ledger.errors import LedgerServerError
from alphaswarm_core.ledger.records import Run, RunStatus

from .stage import Stage


def _yes(run: Run, **changes: Any) -> dict[str, Any]:
    body = {"decision": "approve", "plan_digest": run.plan_digest, "confirmation": run.environment}
    return {**body, **changes}


def _say(stage: Stage, person: str, run: Run, *roles: str, **changes: Any) -> Any:
    return stage.browser(person, *roles).post(f"/admin/runs/{run.id}/approvals", _yes(run, **changes))


def test_prod_waits_after_the_first_approval_and_goes_after_the_second(stage: Stage) -> None:
    run = stage.plan()
    first, second = _say(stage, "bob", run).json(), _say(stage, "cy", run).json()
    assert (first["gate"]["go"], first["gate"]["counted"]) == (False, 1)
    assert (second["gate"]["go"], second["gate"]["counted"]) == (True, 2)


def test_starter_and_author_do_not_count(stage: Stage) -> None:
    run = stage.plan(starter="ann", author="eve")
    for person in ("ann", "eve"):
        answer = _say(stage, person, run)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "AS-GATE-005")
    assert stage.ledger.approvals(run.id) == []


def test_the_audit_entry_stands_before_the_approval_and_names_who(stage: Stage) -> None:
    run = stage.plan()
    _say(stage, "bob", run)
    kinds = stage.kinds()
    assert kinds[-2:] == ["security_audit_events:approval:approve", "approval:granted"]
    entry = stage.ledger.entries(after=len(kinds) - 2)[0]
    assert '"actor":"rehearsal:bob"' in entry.body


def test_a_refused_approval_is_in_the_chain_too(stage: Stage) -> None:
    run = stage.plan()
    _say(stage, "eve", run)
    assert stage.kinds()[-2:] == ["security_audit_events:approval:approve", "approval:refused"]


def test_nothing_is_approved_when_the_audit_entry_cannot_be_written(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = stage.plan()
    browser = stage.browser("bob")

    def down(*_: object) -> None:
        raise LedgerServerError("The server does not answer")

    monkeypatch.setattr(stage.ledger, "note", down)
    answer = browser.post(f"/admin/runs/{run.id}/approvals", _yes(run))
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "AS-LED-007")
    assert stage.ledger.approvals(run.id) == []


def test_a_double_click_is_one_decision(stage: Stage) -> None:
    run = stage.plan()
    browser = stage.browser("bob")
    first, again = (browser.post(f"/admin/runs/{run.id}/approvals", _yes(run)) for _ in range(2))
    assert (first.json()["repeated"], again.json()["repeated"]) == (False, True)
    assert first.json()["approval"]["id"] == again.json()["approval"]["id"]
    assert len(stage.ledger.approvals(run.id)) == 1


def test_two_approvers_at_the_same_time_are_two(stage: Stage) -> None:
    run = stage.plan()
    browsers = [stage.browser("bob"), stage.browser("cy")]
    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(lambda each: each.post(f"/admin/runs/{run.id}/approvals", _yes(run)), browsers))
    assert [each.status_code for each in answers] == [200, 200]
    assert {each.approver for each in stage.ledger.approvals(run.id)} == {"github:1002", "github:1003"}


def test_another_plan_than_the_one_looked_at_is_not_approved(stage: Stage) -> None:
    run = stage.plan()
    answer = _say(stage, "bob", run, plan_digest="f" * 64)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "AS-ADM-006")
    assert stage.ledger.approvals(run.id) == []


def test_a_plan_that_went_stale_is_not_approved(stage: Stage) -> None:
    run = stage.plan()
    stage.ledger.transition(run.id, RunStatus.stale)
    answer = _say(stage, "bob", run)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "AS-GATE-007")


def test_the_environments_name_is_typed_where_two_are_asked_for(stage: Stage) -> None:
    prod, staging = stage.plan("prod"), stage.plan("staging")
    for typed in (None, "staging", "PROD"):
        answer = _say(stage, "bob", prod, confirmation=typed)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "AS-ADM-007")
    assert _say(stage, "bob", staging, confirmation=None).status_code == 200


def test_a_rejection_needs_no_confirmation_and_blocks(stage: Stage) -> None:
    run = stage.plan()
    assert _say(stage, "bob", run, decision="reject", confirmation=None).status_code == 200
    assert _say(stage, "cy", run).json()["gate"]["go"] is False


def test_a_stale_sign_in_does_not_approve(stage: Stage) -> None:
    run = stage.plan()
    browser = stage.browser("bob")
    stage.later(179)
    assert browser.post(f"/admin/runs/{run.id}/approvals", _yes(run)).status_code == 200
    late = stage.browser("cy")
    stage.later(180)
    answer = late.post(f"/admin/runs/{run.id}/approvals", _yes(run))
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "AS-ADM-005")


@pytest.mark.parametrize("role", ["viewer", "operator", "administrator"])
def test_without_the_role_of_an_approver_nobody_approves(stage: Stage, role: str) -> None:
    run = stage.plan()
    answer = _say(stage, "bob", run, role)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "AS-ADM-002")


def test_a_rehearsed_person_does_not_count_for_a_plan_of_aws(stage: Stage) -> None:
    run = stage.plan(target="aws")
    answer = _say(stage, "bob", run)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "AS-GATE-006")


def test_a_request_names_who_could_approve(stage: Stage) -> None:
    run = stage.plan()
    answer = stage.browser("ann", "operator").post(f"/admin/runs/{run.id}/approval-requests")
    assert answer.json()["asked"] == ["bob (github:1002)", "cy (github:1003)"]
    assert stage.kinds()[-2:] == ["security_audit_events:approval:request", "approval:requested"]


def test_a_halt_is_for_operators_and_lifting_it_for_administrators(stage: Stage) -> None:
    operator = stage.browser("ann", "operator")
    assert operator.send("PUT", "/admin/halt", {"on": True, "reason": "incident 42"}).json()["on"] is True
    assert stage.ledger.halt().on
    assert stage.kinds()[-2:] == ["security_audit_events:halt:on", "halt:on"]
    assert operator.send("PUT", "/admin/halt", {"on": False, "reason": "over now"}).status_code == 403
    administrator = stage.browser("bob", "administrator")
    assert administrator.send("PUT", "/admin/halt", {"on": False, "reason": "over now"}).json()["on"] is False


def test_a_halt_keeps_an_approved_plan_from_going(stage: Stage) -> None:
    run = stage.plan("staging")
    stage.browser("ann").send("PUT", "/admin/halt", {"on": True, "reason": "incident 42"})
    gate = _say(stage, "bob", run).json()["gate"]
    assert gate["go"] is False
    assert [each["name"] for each in gate["conditions"] if not each["holds"]] == ["not halted"]


def test_no_promotion_is_waived_where_none_is_asked_for(stage: Stage) -> None:
    run = stage.plan("staging")
    body = {"plan_digest": run.plan_digest, "reason": "hotfix"}
    answer = stage.browser("bob").post(f"/admin/runs/{run.id}/waiver", body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "AS-USE-001")
    assert stage.kinds()[-2:] == ["security_audit_events:promotion:waive", "waiver:refused"]
