"""Whose voice is recorded, and whose is refused: each refusal is an entry, and none of them tips the scales."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from alphaswarm_core.errors import AlphaSwarmError, ApprovalMissingError, UsageError
from alphaswarm_core.gates.approving import Voice
from alphaswarm_core.gates.asking import question_about
from alphaswarm_core.gates.errors import (
    ApproverExcludedError,
    ApproverUnverifiedError,
    PeopleUnknownError,
    PlanNotWaitingError,
)
from alphaswarm_core.gates.gate import RejectedError
from alphaswarm_core.ledger.errors import ApprovalExistsError, LedgerRecordError
from alphaswarm_core.ledger.records import Actor, ActorKind, Decision, Part, Run, RunStatus
from alphaswarm_core.target import Target

from .stage import COMMIT, PEOPLE, Stage, github, job_of, review

Voices = Callable[[Run], Voice]


def test_two_people_without_a_part_open_the_gate(stage: Stage) -> None:
    run = stage.plan()
    stage.approve(run, "bob")
    assert stage.unmet(run) == ["approved"]
    stage.approve(run, "cy")

    assert stage.decision(run).go
    approval = stage.ledger.approvals(run.id)[0]
    assert (approval.stack, approval.commit, approval.plan_digest) == (run.stack, COMMIT, run.plan_digest)
    assert stage.ledger.verify().ok


@pytest.mark.parametrize(
    ("voice", "error"),
    [
        (review("ann"), ApproverExcludedError),  # started it
        (Voice("admin:sub-ann", "admin_console"), ApproverExcludedError),  # the same person by another door
        (review("eve"), ApproverExcludedError),  # wrote it
        (Voice("admin:sub-eve", "admin_console"), ApproverExcludedError),
        (Voice("bot:renovate[bot]", "github_review"), ApproverUnverifiedError),
        (Voice("codebuild:deploy:1", "github_review"), ApproverUnverifiedError),
        (Voice("admin:sub-nobody", "admin_console"), ApproverUnverifiedError),  # whose account is it?
        (Voice(github("bob"), "a mail"), ApproverUnverifiedError),
        (Voice("rehearsal:bob", "rehearsal"), ApproverUnverifiedError),  # this is AWS
    ],
)
def test_voice_that_does_not_count_is_refused_with_an_entry(
    stage: Stage, voice: Voice, error: type[AlphaSwarmError]
) -> None:
    run = stage.plan()
    with pytest.raises(error):
        stage.say(run, voice)

    assert stage.ledger.approvals(run.id) == []
    entry = stage.ledger.entries(limit=100)[-1]
    assert entry.kind == "approval:refused"
    facts = json.loads(entry.body)["facts"]
    assert (facts["approver"], facts["code"]) == (voice.subject, error.code)


@pytest.mark.parametrize("part", list(Part))
def test_everybody_with_a_part_is_excluded_also_when_it_comes_out_later(stage: Stage, part: Part) -> None:
    run = stage.plan()
    stage.approve(run, "bob", "cy")
    assert stage.decision(run).go

    stage.ledger.add_involvements(run.id, [(github("bob"), part)], source="github")

    assert stage.unmet(run) == ["approved"]
    with pytest.raises(ApprovalMissingError) as caught:
        stage.decision(run).require()
    assert f"{github('bob')} " in str(caught.value.why)


@pytest.mark.parametrize(
    "address",
    ["BOB@example.com", f"{PEOPLE['bob']}+whatever@users.noreply.github.com"],
)
def test_committer_by_another_name_is_the_same_person(stage: Stage, address: str) -> None:
    run = stage.plan(authors=[("email:eve@example.com", Part.author), (f"email:{address}", Part.committer)])

    with pytest.raises(ApproverExcludedError, match="made the commit"):
        stage.approve(run, "bob")


def test_who_applies_does_not_count(stage: Stage) -> None:
    run = stage.plan()
    stage.approve(run, "bob", "cy")

    assert stage.decision(run, job_of("dee")).go
    assert stage.unmet(run, job_of("cy")) == ["approved"]


def test_one_human_does_not_count_twice_by_two_doors(stage: Stage) -> None:
    run = stage.plan()
    stage.approve(run, "bob")
    with pytest.raises(ApprovalExistsError):
        stage.say(run, Voice("admin:SUB-bob", "admin_console"))

    assert stage.kinds()[-1] == "approval:refused"
    assert stage.unmet(run) == ["approved"]


def test_two_accounts_count_once_when_they_turn_out_to_be_one_human(stage: Stage) -> None:
    run = stage.plan()
    for account in (github("bob"), "github:login-of-cy"):
        stage.ledger.add_approval(run.id, str(run.plan_digest), account, Decision.approve, source="github_review")
    people = {**stage.settings.people}
    people["bob"] = people["bob"].model_copy(update={"github_login": "login-of-cy"})
    stage.settings = stage.settings.model_copy(update={"people": people})

    assert stage.unmet(run) == ["approved"]


def test_rejection_blocks_and_stays(stage: Stage) -> None:
    run = stage.plan()
    stage.approve(run, "bob", "cy")
    stage.say(run, review("bob"), Decision.reject)  # takes back the yes

    with pytest.raises(RejectedError):
        stage.decision(run).require()
    with pytest.raises(ApprovalExistsError):
        stage.approve(run, "bob")
    stage.approve(run, "dee")
    assert "not rejected" in stage.unmet(run)


def test_rejection_counts_also_from_who_wrote_it(stage: Stage) -> None:
    run = stage.plan()
    stage.approve(run, "bob", "cy")
    stage.say(run, review("eve"), Decision.reject)

    assert stage.unmet(run) == ["not rejected"]


def test_approval_expires(stage: Stage) -> None:
    run = stage.plan()
    stage.approve(run, "bob")
    stage.later(23)
    stage.approve(run, "cy")
    assert stage.decision(run).go

    stage.later(1)

    assert stage.unmet(run) == ["approved"]
    with pytest.raises(ApprovalMissingError) as caught:
        stage.decision(run).require()
    assert "expired at 2026-01-06 09:00Z" in str(caught.value.why)


def test_approval_of_another_digest_is_refused_and_one_of_another_commit_does_not_count(stage: Stage) -> None:
    run = stage.plan()
    with pytest.raises(LedgerRecordError, match="another plan"):
        stage.say(replace(run, plan_digest="0" * 64), review("bob"))
    assert stage.kinds()[-1] == "approval:refused"

    stage.approve(run, "bob", "cy")
    electorate_sees = replace(stage.ledger.approvals(run.id)[0], commit="d" * 40)
    question = question_about(run, stage.ledger, stage.settings, stage.target, stage.moment)
    assert "another plan, stack or commit" in str(question.electorate().why_not(electorate_sees))
    assert "another" in str(question.electorate().why_not(replace(electorate_sees, commit=COMMIT, stack=None)))


@pytest.mark.parametrize("status", [RunStatus.cancelled, RunStatus.stale, RunStatus.policy_failed, RunStatus.errored])
def test_plan_that_does_not_wait_is_not_decided_on(stage: Stage, status: RunStatus) -> None:
    run = stage.plan()
    run = stage.ledger.transition(run.id, status)

    for decision in Decision:
        with pytest.raises(PlanNotWaitingError):
            stage.say(run, review("bob"), decision)
    assert stage.kinds()[-1] == "approval:refused"
    assert "waits to be applied" in stage.unmet(run)


def test_build_counts_as_nobody_and_who_dispatched_it_has_to_be_known(stage: Stage) -> None:
    build = Actor(ActorKind.codebuild, "codebuild:deploy:1", "build")
    run = stage.plan(starter=build)
    stage.approve(run, "bob", "cy")

    assert stage.unmet(run) == ["starter known"]
    with pytest.raises(PeopleUnknownError, match="who dispatched it"):
        stage.decision(run).require()
    stage.ledger.add_involvements(run.id, [(github("dee"), Part.dispatcher)], source="github")
    assert stage.decision(run).go
    with pytest.raises(ApproverExcludedError, match="dispatched"):
        stage.approve(run, "dee")


@pytest.mark.parametrize("authors", [[], [("email:stranger@example.org", Part.author)]])
def test_unknown_author_cannot_be_excluded_so_nothing_is_applied(stage: Stage, authors: list[tuple[str, Part]]) -> None:
    run = stage.plan(authors=authors)
    stage.approve(run, "bob", "cy")

    assert stage.unmet(run) == ["author known"]
    with pytest.raises(PeopleUnknownError) as caught:
        stage.decision(run).require()
    assert caught.value.fix


def test_rehearsal_counts_on_the_local_cloud_and_who_plays_two_is_one(tmp_path: Path) -> None:
    stage = Stage(tmp_path, target=Target.LOCAL)
    starter = Actor(ActorKind.person, "person:zoe@laptop", "zoe")
    run = stage.plan(starter=starter, authors=[])
    with pytest.raises(ApproverExcludedError):
        stage.say(run, Voice("rehearsal:zoe", "rehearsal"))
    stage.say(run, Voice("rehearsal:bob", "rehearsal"))
    for again in ("rehearsal:BOB", github("bob")):
        with pytest.raises(ApprovalExistsError):
            stage.say(run, Voice(again, "rehearsal"))
    stage.say(run, Voice("rehearsal:visitor", "rehearsal"))

    assert stage.decision(run).go
    assert "on AWS this is refused" in stage.decision(run).conditions[-1].detail


def test_request_names_those_who_could_still_approve(stage: Stage) -> None:
    run = stage.plan()
    stage.approve(run, "bob")

    assert stage.desk.request(run, job_of("ann"), now=stage.moment) == ["cy (github:1003)", "dee (github:1004)"]
    assert stage.kinds()[-1] == "approval:requested"


def test_every_condition_that_does_not_hold_says_what_would_make_it_hold(stage: Stage) -> None:
    run = stage.plan(authors=[], starter=Actor(ActorKind.codebuild, "codebuild:x:1", "build"))
    stage.ledger.set_halt(on=True, reason="incident", actor=job_of("ann"))
    stage.say(run, review("bob"), Decision.reject)

    decision = stage.decision(run)
    unmet = [each for each in decision.conditions if not each.holds]
    assert {each.name for each in unmet} == {"not halted", "not rejected", "approved", "starter known", "author known"}
    assert all(each.remedy for each in unmet)
    assert all(each.remedy is None for each in decision.conditions if each.holds)


def test_waiver_needs_a_promotion_a_reason_and_somebody_without_a_part(tmp_path: Path) -> None:
    stage = Stage(tmp_path, environments={"prod": {"promoted_from": "staging"}})
    run, other = stage.plan(), stage.plan("staging")
    with pytest.raises(UsageError, match="asks for no promotion"):
        stage.desk.waive(other, review("bob"), "hotfix", now=stage.moment)
    with pytest.raises(UsageError, match="reason"):
        stage.desk.waive(run, review("bob"), "  ", now=stage.moment)
    with pytest.raises(ApproverExcludedError):
        stage.desk.waive(run, review("eve"), "mine", now=stage.moment)
    assert stage.kinds()[-3:] == ["waiver:refused"] * 3
    stage.approve(run, "bob", "cy")
    assert stage.unmet(run) == ["promoted"]

    stage.desk.waive(run, review("bob"), "hotfix for incident 42", now=stage.moment)

    assert stage.decision(run).go
    assert "waived by bob" in stage.decision(run).conditions[-1].detail
    stage.later(25)
    assert "promoted" in stage.unmet(run)


@pytest.mark.parametrize("verdict", [None, {"allowed": False}, {"allowed": "yes"}, {}])
def test_plan_without_the_policys_yes_is_not_applied(stage: Stage, verdict: object) -> None:
    run = stage.plan(policy_result=verdict)
    stage.approve(run, "bob", "cy")

    assert stage.unmet(run) == ["allowed by policy"]
