"""What GitHub is told: once, by the gate's decision, and only after the ledger has it."""

import json
from typing import Any

import pytest

from alphaswarm_core.adapters.github import GithubRateLimitedError, GithubUnavailableError
from alphaswarm_core.gates.github_facts import Review
from alphaswarm_core.gates.protection_rule import ProtectionRule
from alphaswarm_core.gates.webhook_errors import AnswerNotTakenError
from alphaswarm_core.ledger.errors import LedgerError, LedgerUnavailableError
from alphaswarm_core.ledger.records import Decision, Delivery, Part, Purpose, RunStatus
from alphaswarm_core.target import Target

from .stage import Stage, github, job_of, review
from .webhooks import FakeGithub, document, encoded, rule_of, signed


def asked(stage: Stage, rule: ProtectionRule, **changes: Any) -> Delivery:
    """GitHub asks."""
    body = encoded(document(stage.moment, **changes))
    receipt = rule.receive(signed(body, delivery=f"delivery-{int(stage.moment.timestamp())}"), body)
    assert receipt.delivery is not None
    return receipt.delivery


def approved(*names: str) -> list[Review]:
    return [Review(github(name), name, "approved", frozenset({"prod"}), "") for name in names]


def facts_of(stage: Stage, kind: str) -> dict[str, Any]:
    entries = [each for each in stage.ledger.entries(limit=1000) if each.kind == kind]
    facts: dict[str, Any] = json.loads(entries[-1].body)["facts"]
    return facts


def test_request_waits_with_one_approval_and_is_approved_with_two(stage: Stage) -> None:
    web = FakeGithub(reviews=approved("bob"))
    rule, run = rule_of(stage, web), stage.plan()
    delivery = asked(stage, rule)

    assert rule.settle(delivery) is None
    assert web.states() == [None]
    assert "NO: approved: 1 of 2" in web.told[0][3]
    web.reviews = approved("bob", "cy")
    assert rule.settle(rule.open_requests()[0]) == "approved"

    assert web.states() == [None, "approved"]
    assert rule.open_requests() == []
    kinds = stage.kinds()
    assert kinds.index("gate:decided") < kinds.index("gate:answered")
    assert facts_of(stage, "gate:answered")["plan_digest"] == run.plan_digest
    assert stage.ledger.verify().ok


@pytest.mark.parametrize(
    ("reviewers", "parts"),
    [
        (("ann", "bob"), []),  # started it
        (("eve", "bob"), []),  # wrote it
        (("bob", "cy"), [(github("cy"), Part.pusher)]),
        (("bob", "cy"), [(github("cy"), Part.dispatcher)]),
        (("bob", "bob"), []),
    ],
)
def test_request_waits_when_only_one_of_two_counts(
    stage: Stage, reviewers: tuple[str, ...], parts: list[tuple[str, Part]]
) -> None:
    web = FakeGithub(reviews=approved(*reviewers), parts=parts)
    rule = rule_of(stage, web)
    stage.plan()

    assert rule.settle(asked(stage, rule)) is None
    assert web.states() == [None]


def test_report_is_given_once_until_something_changes(stage: Stage) -> None:
    web = FakeGithub()
    rule = rule_of(stage, web)
    stage.plan()
    asked(stage, rule)
    for _ in range(3):
        rule.settle(rule.open_requests()[0])
    head = stage.ledger.head()
    rule.settle(rule.open_requests()[0])

    assert web.states() == [None]
    assert stage.ledger.head() == head


def test_approval_from_the_console_is_enough_for_an_open_request(stage: Stage) -> None:
    web = FakeGithub(reviews=approved("bob"))
    rule, run = rule_of(stage, web), stage.plan()
    rule.settle(asked(stage, rule))

    stage.approve(run, "dee")

    assert rule.settle(rule.open_requests()[0]) == "approved"


def without_plan(stage: Stage, *reviewers: str, **options: Any) -> FakeGithub:
    """A workflow run whose plan is not in the ledger: that of the landing zone."""
    web = FakeGithub(reviews=approved(*reviewers), **{"parts": [(github("eve"), Part.author)], **options})
    stage.plan("staging")
    stage.plan("prod", starter=job_of("ann", 2))  # another workflow run's
    rule = rule_of(stage, web)
    rule.settle(asked(stage, rule))
    return web


def test_workflow_run_without_a_plan_needs_as_many_people(stage: Stage) -> None:
    web = without_plan(stage, "bob", "cy")

    assert web.states() == ["approved"]
    assert "No plan of prod" in web.told[0][3]
    assert facts_of(stage, "gate:answered")["plan_digest"] is None


@pytest.mark.parametrize(
    ("reviewers", "options"),
    [
        (("bob",), {}),
        (("bob", "bob"), {}),
        (("bob", "eve"), {}),  # wrote it
        (("bob", "ann"), {"parts": [(github("eve"), Part.author), (github("ann"), Part.dispatcher)]}),
        (("bob", "cy"), {"parts": []}),  # nobody knows who wrote it
        (("bob", "cy"), {"parts": [("bot:merge[bot]", Part.author)]}),
    ],
)
def test_workflow_run_without_a_plan_waits_when_people_are_missing(
    stage: Stage, reviewers: tuple[str, ...], options: dict[str, Any]
) -> None:
    assert without_plan(stage, *reviewers, **options).states() == [None]


def test_workflow_run_without_a_plan_is_rejected_when_it_is_run_again_or_somebody_says_no(stage: Stage) -> None:
    assert without_plan(stage, "bob", "cy", attempt=2).states() == ["rejected"]
    stage.later(0.01)
    web = FakeGithub(
        reviews=[*approved("bob", "cy"), Review(github("dee"), "dee", "rejected", frozenset({"prod"}), "")]
    )
    rule = rule_of(stage, web)

    assert rule.settle(asked(stage, rule)) == "rejected"


def test_reviews_of_a_run_that_applies_a_plan_of_another_one_are_about_that_plan(stage: Stage) -> None:
    run = stage.plan(starter=job_of("ann", 2))
    title = f"apply alphaswarm_platform prod {run.id}"
    web = FakeGithub(reviews=approved("bob", "cy"), parts=[(github("eve"), Part.author)], title=title)
    rule = rule_of(stage, web)

    assert rule.settle(asked(stage, rule)) == "approved"
    assert {each.approver for each in stage.ledger.approvals(run.id)} == {github("bob"), github("cy")}
    assert stage.decision(run).go


def test_title_that_names_an_approved_plan_spares_nobody_a_review(stage: Stage) -> None:
    """Whoever dispatches writes the title."""
    run = stage.plan(starter=job_of("ann", 2))
    stage.approve(run, "bob")
    stage.approve(run, "cy")
    web = FakeGithub(reviews=[], parts=[(github("eve"), Part.author)], title=f"apply it {run.id}")
    rule = rule_of(stage, web)

    assert rule.settle(asked(stage, rule)) is None
    assert web.states() == [None]


def test_bot_is_no_person_also_without_a_plan(stage: Stage) -> None:
    bots = [Review(f"bot:{name}", name, "approved", frozenset({"prod"}), "") for name in ("one", "two")]
    web = FakeGithub(reviews=bots, parts=[(github("eve"), Part.author)])
    rule = rule_of(stage, web)

    assert rule.settle(asked(stage, rule)) is None


def test_plan_of_another_commit_or_target_is_rejected(stage: Stage) -> None:
    web = FakeGithub(reviews=approved("bob", "cy"), head_commit="d" * 40)
    rule = rule_of(stage, web)
    stage.plan()
    assert rule.settle(asked(stage, rule)) == "rejected"
    assert "not of the commit" in web.told[-1][3]

    local = rule_of(stage, web)
    object.__setattr__(local, "target", Target.LOCAL)
    stage.later(0.01)
    assert local.settle(asked(stage, local)) == "rejected"
    assert "for the target aws" in web.told[-1][3]


def test_plan_made_from_an_earlier_run_is_of_that_runs_commit(stage: Stage) -> None:
    web = FakeGithub(reviews=approved("bob", "cy"), head_commit="d" * 40)
    rule = rule_of(stage, web)
    earlier = stage.applied("prod", None)
    stage.plan(purpose=Purpose.rollback, parent_run_id=earlier.id)

    assert rule.settle(asked(stage, rule)) == "approved"


@pytest.mark.parametrize("status", [RunStatus.stale, RunStatus.cancelled, RunStatus.policy_failed])
def test_plan_that_does_not_wait_any_more_is_rejected(stage: Stage, status: RunStatus) -> None:
    web = FakeGithub(reviews=approved("bob", "cy"))
    rule, run = rule_of(stage, web), stage.plan()
    stage.ledger.transition(run.id, status)

    assert rule.settle(asked(stage, rule)) == "rejected"


def test_rejection_by_a_person_is_the_answer(stage: Stage) -> None:
    web = FakeGithub(reviews=approved("bob", "cy"))
    rule, run = rule_of(stage, web), stage.plan()
    stage.say(run, review("dee"), Decision.reject)

    assert rule.settle(asked(stage, rule)) == "rejected"
    assert "NO: not rejected" in web.told[0][3]


def test_halt_keeps_a_request_open(stage: Stage) -> None:
    web = FakeGithub(reviews=approved("bob", "cy"))
    rule = rule_of(stage, web)
    stage.plan()
    stage.ledger.set_halt(on=True, reason="incident", actor=job_of("ann"))
    delivery = asked(stage, rule)
    assert rule.settle(delivery) is None

    stage.ledger.set_halt(on=False, reason="over", actor=job_of("ann"))

    assert rule.settle(delivery) == "approved"


@pytest.mark.parametrize(
    "failure",
    [GithubUnavailableError("GitHub's API does not answer"), GithubRateLimitedError("The rate limit is used up")],
)
def test_request_stays_open_while_github_does_not_answer(stage: Stage, failure: Exception) -> None:
    web = FakeGithub(reviews=approved("bob", "cy"), failing=failure)
    rule = rule_of(stage, web)
    stage.plan()
    delivery = asked(stage, rule)
    for _ in range(3):
        with pytest.raises(type(failure)):
            rule.settle(delivery)
    assert stage.kinds().count("gate:answer:failed") == 1

    web.failing = None

    assert rule.settle(rule.open_requests()[0]) == "approved"


def test_request_that_github_has_forgotten_is_closed(stage: Stage) -> None:
    class Forgetful(FakeGithub):
        def answer(self, *_: object) -> None:
            raise AnswerNotTakenError("GitHub does not take the answer")

    rule = rule_of(stage, Forgetful(reviews=approved("bob", "cy")))
    stage.plan()

    assert rule.settle(asked(stage, rule)) == "not_taken"
    assert stage.kinds()[-1] == "gate:answer:not_taken"
    assert rule.open_requests() == []


def test_answered_request_is_not_answered_again_when_it_is_sent_again(stage: Stage) -> None:
    web = FakeGithub(reviews=approved("bob", "cy"))
    rule = rule_of(stage, web)
    stage.plan()
    body = encoded(document(stage.moment))
    delivery = rule.receive(signed(body), body).delivery
    assert delivery is not None
    rule.settle(delivery)

    again = rule.receive(signed(body), body)

    assert (again.outcome, again.delivery) == ("approved", None)
    assert web.states() == ["approved"]


def test_nobody_is_told_what_the_ledger_does_not_know(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    web = FakeGithub(reviews=approved("bob", "cy"))
    rule = rule_of(stage, web)
    stage.plan()
    delivery = asked(stage, rule)

    def failing(*_: object) -> None:
        raise LedgerUnavailableError("The disk is full")

    monkeypatch.setattr(type(stage.ledger), "note", failing)
    with pytest.raises(LedgerError):
        rule.settle(delivery)

    assert web.told == []


def test_comment_is_text_and_no_markup(stage: Stage) -> None:
    web = FakeGithub()
    rule = rule_of(stage, web)
    stage.plan(authors=[("email:<img src=x>@team", Part.author)])
    rule.settle(asked(stage, rule))

    assert not set("<>`[]@") & set(web.told[0][3])
    assert "alphaswarm_platform" in web.told[0][3]
