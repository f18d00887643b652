"""The rule over HTTP: strangers learn nothing, GitHub is told afterwards, and nothing is lost between processes."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from alphaswarm_core.adapters.github import GithubUnavailableError
from alphaswarm_core.adapters.protection_endpoint import PATH, AnsweringWorker, protection_router
from alphaswarm_core.gates.github_facts import Review
from alphaswarm_core.gates.webhook import LARGEST_BODY
from alphaswarm_core.ledger.errors import LedgerUnavailableError

from .stage import Stage, github
from .webhooks import FakeGithub, document, encoded, rule_of, signed

TWO = [Review(github(name), name, "approved", frozenset({"prod"}), "") for name in ("bob", "cy")]


class HeardGithub(FakeGithub):
    """Lets a test wait for what GitHub is told."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.heard = threading.Event()

    def answer(self, *words: Any) -> None:
        super().answer(*words)
        self.heard.set()


@contextmanager
def served(stage: Stage, web: FakeGithub, clock: Callable[[], float]) -> Iterator[tuple[TestClient, AnsweringWorker]]:
    """The rule on `stage`; its worker waits for requests and looks for open ones only when the clock moves."""
    rule = rule_of(stage, web)
    worker = AnsweringWorker(rule, poll_seconds=0.2, clock=clock)
    app = FastAPI()
    app.include_router(protection_router(rule, worker.submit))
    worker.start()
    try:
        yield TestClient(app), worker
    finally:
        worker.stop()


def still() -> float:
    return 0.0


def test_webhook_is_answered_behind_the_request(stage: Stage) -> None:
    web = HeardGithub(reviews=TWO)
    stage.plan()
    body = encoded(document(stage.moment))
    with served(stage, web, still) as (client, worker):
        answer = client.post(PATH, content=body, headers=signed(body))
        assert (answer.status_code, answer.json()) == (202, {"outcome": "accepted"})
        assert web.heard.wait(20)
        worker.stop()
        again = client.post(PATH, content=body, headers=signed(body))

    assert (again.status_code, again.json()) == (200, {"outcome": "approved"})
    assert web.states() == ["approved"]


def test_stranger_learns_a_code_and_no_more(stage: Stage) -> None:
    web = FakeGithub(reviews=TWO)
    stage.plan()
    body = encoded(document(stage.moment))
    stale = encoded(document(stage.moment.replace(year=2020)))
    with served(stage, web, still) as (client, _):
        forged = client.post(PATH, content=body, headers={**signed(body), "x-hub-signature-256": "sha256=" + "0" * 64})
        late = client.post(PATH, content=stale, headers=signed(stale))
        client.post(PATH, content=body, headers=signed(body))
        replayed = client.post(PATH, content=body, headers=signed(body, delivery="another-one"))
        wrong_door = client.get(PATH)

    assert (forged.status_code, forged.json()) == (401, {"code": "AS-HOOK-002"})
    assert (late.status_code, late.json()) == (403, {"code": "AS-HOOK-003"})
    assert (replayed.status_code, replayed.json()) == (409, {"code": "AS-HOOK-004"})
    assert wrong_door.status_code == 405
    assert stage.kinds().count("webhook:refused") == 3


def test_too_long_a_body_is_not_listened_to(stage: Stage) -> None:
    with served(stage, FakeGithub(), still) as (client, _):
        answer = client.post(PATH, content=b" " * (LARGEST_BODY + 1), headers=signed(b""))

    assert (answer.status_code, answer.json()) == (413, {"code": "AS-HOOK-005"})
    assert stage.kinds()[-1] == "webhook:refused"


def test_webhook_is_not_taken_when_it_cannot_be_remembered(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> None:
        raise LedgerUnavailableError("The disk is full")

    body = encoded(document(stage.moment))
    with served(stage, FakeGithub(), still) as (client, _):
        monkeypatch.setattr(type(stage.ledger), "receive_deliveries", failing)
        answer = client.post(PATH, content=body, headers=signed(body))

    assert (answer.status_code, answer.json()) == (503, {"code": "AS-LED-002"})


def test_webhooks_that_come_at_once_are_taken_each_for_itself(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    commits: list[int] = []
    receive = type(stage.ledger).receive_deliveries

    def counting(ledger: Any, received: Any) -> Any:
        commits.append(len(received))
        return receive(ledger, received)

    monkeypatch.setattr(type(stage.ledger), "receive_deliveries", counting)
    rule = rule_of(stage, FakeGithub())
    app = FastAPI()
    app.include_router(protection_router(rule, lambda _: None))
    bodies = [encoded(document(stage.moment, number=number)) for number in range(30)]
    sent = [(body, signed(body, delivery=f"delivery-{number}")) for number, body in enumerate(bodies)]
    sent += [
        (bodies[0], signed(bodies[0], delivery="delivery-0")),
        (bodies[1], signed(bodies[1], delivery="replayed-1")),
    ]

    async def all_at_once() -> list[int]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://gate") as client:
            answers = [client.post(PATH, content=body, headers=headers) for body, headers in sent]
            return [answer.status_code for answer in await asyncio.gather(*answers)]

    assert sorted(asyncio.run(all_at_once())) == [202] * 31 + [409]
    assert sum(commits) == 32
    assert len(commits) < 32
    assert len(rule.open_requests()) == 30


def test_request_of_an_earlier_process_is_answered_by_the_next(stage: Stage) -> None:
    rule = rule_of(stage, FakeGithub())
    stage.plan()
    body = encoded(document(stage.moment))
    rule.receive(signed(body), body)
    web = HeardGithub(reviews=TWO)

    with served(stage, web, still):
        assert web.heard.wait(20)

    assert web.states() == ["approved"]


def test_open_request_is_looked_at_again_but_less_and_less(stage: Stage) -> None:
    web = FakeGithub(failing=GithubUnavailableError("GitHub's API does not answer"))
    times = [0.0]
    rule = rule_of(stage, web)
    worker = AnsweringWorker(rule, clock=lambda: times[0])
    stage.plan()
    body = encoded(document(stage.moment))
    rule.receive(signed(body), body)
    tried: list[float] = []
    settle = type(rule).settle

    class Counting(type(rule)):  # type: ignore[misc]
        def settle(self, delivery: Any) -> Any:
            tried.append(times[0])
            return settle(self, delivery)

    object.__setattr__(worker, "_rule", Counting(rule.ledger, rule.settings, rule.target, web, rule.rules))
    for second in range(0, 200, 5):
        times[0] = float(second)
        worker.look_again()
    assert tried == [0.0, 15.0, 45.0, 105.0]

    web.failing, web.reviews, times[0] = None, TWO, 1000.0
    worker.look_again()
    assert web.states() == ["approved"]
