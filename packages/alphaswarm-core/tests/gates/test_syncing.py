"""Reviews read back from GitHub: recorded only where it is clear what they are about, each refusal with its entry."""

import json
from dataclasses import replace
from typing import Any

import httpx
import pytest

from alphaswarm_core.adapters.github import (
    GithubAnswerError,
    GithubClient,
    GithubRunsApi,
    GithubUnavailableError,
    Patience,
    static_token,
)
from alphaswarm_core.gates.errors import GithubRunUnknownError
from alphaswarm_core.gates.github_facts import GithubRunFacts, GithubRunName, Review, github_run_of
from alphaswarm_core.gates.syncing import ReviewDesk, ReviewOutcome
from alphaswarm_core.ledger.records import Actor, ActorKind, Decision, Delivery, Part, Run

from .stage import COMMIT, PEOPLE, Stage, github, job_of

NAME = GithubRunName("o/r", 1)


def said(name: str, state: str = "approved", *environments: str, comment: str = "") -> Review:
    return Review(github(name), name, state, frozenset(environments or ("prod",)), comment)


def facts(*reviews: Review, parts: Any = ()) -> GithubRunFacts:
    return GithubRunFacts(COMMIT, reviews, parts)


def taken(stage: Stage, run: Run, *reviews: Review, parts: Any = ()) -> list[ReviewOutcome]:
    return ReviewDesk(stage.desk).take_over(run, NAME, facts(*reviews, parts=parts), stage.moment)


def codes(outcomes: list[ReviewOutcome]) -> list[str | None]:
    return [each.refusal.code if each.refusal else None for each in outcomes]


def test_reviews_of_two_people_open_the_gate_and_are_recorded_once(stage: Stage) -> None:
    run = stage.plan()

    assert codes(taken(stage, run, said("bob", comment="looks right"), said("cy"))) == [None, None]
    head = stage.ledger.head()
    again = taken(stage, run, said("bob", comment="looks right"), said("cy"))

    assert [each.known for each in again] == [True, True]
    assert stage.ledger.head() == head
    assert stage.decision(run).go
    approval = stage.ledger.approvals(run.id)[0]
    assert (approval.source, approval.reference, approval.comment) == ("github_review", NAME.url, "looks right")


def test_review_is_as_old_as_it_could_be(stage: Stage) -> None:
    run = stage.plan()
    stage.later(23)
    taken(stage, run, said("bob"), said("cy"))
    assert stage.decision(run).go

    stage.later(1.5)

    assert stage.unmet(run) == ["approved"]


def test_people_that_github_names_do_not_count(stage: Stage) -> None:
    run = stage.plan()
    parts = [(github("bob"), Part.dispatcher), (github("cy"), Part.pusher)]

    outcomes = taken(stage, run, said("bob"), said("cy"), said("ann"), said("eve"), said("dee"), parts=parts)

    assert codes(outcomes) == ["AS-GATE-005"] * 4 + [None]
    assert stage.kinds().count("approval:refused") == 4
    assert stage.unmet(run) == ["approved"]


def test_bot_is_no_person(stage: Stage) -> None:
    run = stage.plan()

    outcomes = taken(
        stage, run, Review("bot:approve-all[bot]", "approve-all[bot]", "approved", frozenset({"prod"}), "")
    )

    assert codes(outcomes) == ["AS-GATE-006"]
    assert stage.kinds()[-1] == "approval:refused"


def test_refusal_is_one_entry_however_often_github_is_asked(stage: Stage) -> None:
    run, desk = stage.plan(), ReviewDesk(stage.desk)
    for _ in range(3):
        desk.take_over(run, NAME, facts(said("ann")), stage.moment)

    assert stage.kinds().count("approval:refused") == 1


def test_review_of_another_environment_or_state_is_left_alone(stage: Stage) -> None:
    run = stage.plan()

    assert taken(stage, run, said("bob", "approved", "staging"), said("cy", "pending")) == []
    assert taken(stage, run, said("bob", "approved", "staging", "prod"))[0].refusal is None


def test_review_does_not_count_for_a_second_plan_of_the_workflow_run(stage: Stage) -> None:
    """Run again, a workflow plans anew under the same number, and its old reviews are still listed."""
    first = stage.plan()
    taken(stage, first, said("bob"), said("cy"))
    second = stage.plan()

    outcomes = taken(stage, second, said("bob"), said("cy"), said("dee", comment=f"yes to {second.id}"))

    assert codes(outcomes) == ["AS-GATE-012", "AS-GATE-012", None]
    assert json.loads(stage.ledger.entries(limit=1000)[-2].body)["facts"]["code"] == "AS-GATE-012"
    assert stage.unmet(second) == ["approved"]


def test_review_does_not_count_when_it_could_have_been_given_before_the_plan(stage: Stage) -> None:
    delivery = Delivery("d" * 64, "1", "deployment_protection_rule", "o/r", 1, "prod", "")
    stage.ledger.receive_delivery(delivery)
    stage.later(1)
    run = stage.plan()

    assert codes(taken(stage, run, said("bob"))) == ["AS-GATE-012"]
    other = stage.plan("staging", starter=job_of("ann", 2))
    assert codes(taken(stage, other, said("bob", "approved", "staging"))) == [None]


def test_review_that_names_the_plan_counts_after_one_of_the_same_person_that_did_not(stage: Stage) -> None:
    """A workflow run that makes its plan under the environment is reviewed twice: to plan, and to apply."""
    stage.ledger.receive_delivery(Delivery("d" * 64, "1", "deployment_protection_rule", "o/r", 1, "prod", ""))
    stage.later(1)
    run = stage.plan()
    desk = ReviewDesk(stage.desk)
    first = said("bob", comment="may be planned")

    outcomes = desk.take_over(run, NAME, facts(first), stage.moment)
    outcomes += desk.take_over(run, NAME, facts(first, said("bob", comment=f"yes to {run.id}")), stage.moment)

    assert codes(outcomes)[0] == "AS-GATE-012"
    assert codes(outcomes)[-1] is None
    assert [each.approver for each in stage.ledger.approvals(run.id)] == [github("bob")]
    assert stage.kinds().count("approval:refused") == 1


def test_rejection_counts_even_where_it_is_unclear_and_takes_back_a_yes(stage: Stage) -> None:
    run = stage.plan()
    taken(stage, run, said("bob"), said("cy"))
    stage.plan()

    taken(stage, run, said("bob", "rejected"))

    assert [each.decision for each in stage.ledger.approvals(run.id)][-1] is Decision.reject
    assert "not rejected" in stage.unmet(run)


@pytest.mark.parametrize(
    "url",
    [
        None,
        "https://github.com/o/other/actions/runs/1",
        "https://github.com/o/r/actions/runs/1/../2",
        "https://github.com/o/r/actions/runs/1?x=1",
        "https://evil.example/github.com/o/r/actions/runs/1",
    ],
)
def test_plan_that_no_declared_workflow_run_made_has_no_reviews(stage: Stage, url: str | None) -> None:
    run = replace(stage.plan(), actor=Actor(ActorKind.github_actions, github("ann"), "ann", url))

    with pytest.raises(GithubRunUnknownError):
        github_run_of(run, stage.settings)


class Github:
    """GitHub's answers, by the last part of the path."""

    def __init__(self, **answers: Any) -> None:
        user = {"id": PEOPLE["ann"], "login": "ann", "type": "User"}
        bot = {"id": 99, "login": "merge[bot]", "type": "Bot"}
        self.asked: list[httpx.Request] = []
        self.answers: dict[str, Any] = {
            "1": {"head_sha": COMMIT, "event": "workflow_dispatch", "actor": user, "triggering_actor": bot},
            "approvals": [],
            COMMIT: {"author": {"id": PEOPLE["eve"], "type": "User"}, "committer": {"id": 19864447, "type": "User"}},
            "activity": [
                {"after": "d" * 40, "actor": {"id": PEOPLE["dee"], "type": "User"}},
                {"after": COMMIT, "actor": {"id": PEOPLE["cy"], "type": "User"}},
            ],
            **answers,
        }

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers[request.url.path.rpartition("/")[2]]
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

    def runs(self) -> GithubRunsApi:
        client = GithubClient(
            static_token("t"), patience=Patience(attempts=1), transport=httpx.MockTransport(self), sleep=lambda _: None
        )
        return GithubRunsApi(client)


def test_facts_are_read_from_the_api() -> None:
    review = {
        "state": "approved",
        "comment": "ship it",
        "user": {"id": PEOPLE["bob"], "login": "bob", "type": "User"},
        "environments": [{"id": 1, "name": "prod"}, {"id": 2, "name": "staging"}],
    }

    found = Github(approvals=[review]).runs().facts(NAME, COMMIT)

    assert found.head_commit == COMMIT
    assert found.reviews == [Review(github("bob"), "bob", "approved", frozenset({"prod", "staging"}), "ship it")]
    assert set(found.parts) == {
        (github("ann"), Part.dispatcher),
        ("bot:merge[bot]", Part.dispatcher),
        (github("eve"), Part.author),
        (github("cy"), Part.pusher),
    }


def test_facts_are_those_of_the_planned_commit_when_the_run_is_on_a_later_one() -> None:
    other = {"author": {"id": PEOPLE["dee"], "type": "User"}, "committer": None}
    web = Github(**{"e" * 40: other, "activity": httpx.Response(404, json={"message": "Not Found"})})

    found = web.runs().facts(NAME, "e" * 40)

    assert (github("dee"), Part.author) in found.parts
    assert (github("eve"), Part.author) not in found.parts


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"approvals": [{"user": None, "environments": []}]}, GithubAnswerError),
        ({"approvals": ["yes"]}, GithubAnswerError),
        ({"1": []}, GithubAnswerError),
        ({"approvals": httpx.Response(502)}, GithubUnavailableError),
    ],
)
def test_answer_that_cannot_be_read_is_no_answer(answers: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        Github(**answers).runs().facts(NAME, COMMIT)


def test_rule_is_answered_at_the_api_alone() -> None:
    web = Github(deployment_protection_rule=httpx.Response(204))
    web.runs().answer(NAME, "prod", "approved", "x" * 5000)
    web.runs().answer(NAME, "prod", None, "waits for one more")

    sent = [json.loads(each.content) for each in web.asked]
    assert [str(each.url) for each in web.asked] == [
        "https://api.github.com/repos/o/r/actions/runs/1/deployment_protection_rule"
    ] * 2
    assert sent[0] == {"environment_name": "prod", "state": "approved", "comment": "x" * 1024}
    assert sent[1] == {"environment_name": "prod", "comment": "waits for one more"}
