"""From bytes that anybody could have sent to a request worth an answer: everything else is refused, with an entry."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphaswarm_core.errors import AlphaSwarmError, ConfigurationError
from alphaswarm_core.gates.webhook import LARGEST_BODY, WebhookRules, verified
from alphaswarm_core.gates.webhook_errors import (
    WebhookForgedError,
    WebhookRefusedError,
    WebhookReplayedError,
    WebhookStaleError,
    WebhookTooLargeError,
)
from alphaswarm_core.ledger.times import utc_now

from .stage import Stage
from .webhooks import API, SECRET, FakeGithub, document, encoded, rule_of, signed

RULES = WebhookRules([SECRET], API, {"o/r": 7}, frozenset({"prod", "staging"}))
CALLBACK = f"{API}/repos/o/r/actions/runs/1/deployment_protection_rule"


def test_request_of_github_is_taken_and_remembered(stage: Stage) -> None:
    body = encoded(document(stage.moment))

    receipt = rule_of(stage, FakeGithub()).receive(signed(body), body)

    assert receipt.outcome == "accepted"
    assert receipt.delivery is not None
    assert (receipt.delivery.repository, receipt.delivery.github_run, receipt.delivery.environment) == (
        "o/r",
        1,
        "prod",
    )
    assert [each.delivery_id for each in stage.ledger.unsettled_deliveries(stage.moment - timedelta(1))] == [
        receipt.delivery.delivery_id
    ]


def refused(stage: Stage, headers: dict[str, str], body: bytes) -> AlphaSwarmError:
    """The refusal, which has its entry and left nothing to be answered."""
    github = FakeGithub()
    rule = rule_of(stage, github)
    with pytest.raises(WebhookRefusedError) as caught:
        rule.receive(headers, body)
    entry = stage.ledger.entries(limit=1000)[-1]
    assert entry.kind == "webhook:refused"
    assert json.loads(entry.body)["facts"]["code"] == caught.value.code
    assert SECRET not in entry.body
    assert rule.open_requests() == []
    assert github.told == []
    return caught.value


@pytest.mark.parametrize(
    "change",
    [
        lambda headers: headers.pop("x-hub-signature-256"),
        lambda headers: headers.update({"x-hub-signature-256": "sha256=" + "0" * 64}),
        lambda headers: headers.update({"x-hub-signature-256": headers["x-hub-signature-256"].upper()}),
        lambda headers: headers.update({"x-hub-signature-256": headers["x-hub-signature-256"].removeprefix("sha256=")}),
        lambda headers: headers.update({"x-hub-signature-256": headers["x-hub-signature-256"] + " "}),
        lambda headers: headers.update({"x-hub-signature-256": "sha256=ünïcode"}),
    ],
)
def test_forged_webhook_is_refused(stage: Stage, change: Callable[[dict[str, str]], Any]) -> None:
    body = encoded(document(stage.moment))
    headers = signed(body)
    change(headers)

    assert isinstance(refused(stage, headers, body), WebhookForgedError)


def test_webhook_signed_with_another_secret_or_changed_on_its_way_is_refused(stage: Stage) -> None:
    body = encoded(document(stage.moment))

    assert isinstance(refused(stage, signed(body, "y" * 40), body), WebhookForgedError)
    assert isinstance(refused(stage, signed(body), body.replace(b"prod", b"prox")), WebhookForgedError)


@given(st.binary(max_size=300), st.dictionaries(st.sampled_from(sorted(signed(b""))), st.text(max_size=90)))
def test_nothing_without_the_secret_is_ever_taken(body: bytes, headers: dict[str, str]) -> None:
    with pytest.raises(WebhookForgedError):
        verified(headers, body, RULES, utc_now())


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(document(utc_now()))), inner),
        max_leaves=12,
    )
)
def test_signed_rubbish_is_refused_and_never_a_crash(rubbish: Any) -> None:
    body = encoded(rubbish)
    with pytest.raises(WebhookRefusedError):
        verified(signed(body), body, RULES, utc_now())


@pytest.mark.parametrize("age", [timedelta(hours=1, seconds=1), timedelta(days=3), timedelta(minutes=-3)])
def test_stale_webhook_is_refused(stage: Stage, age: timedelta) -> None:
    body = encoded(document(stage.moment - age))

    assert isinstance(refused(stage, signed(body), body), WebhookStaleError)


@pytest.mark.parametrize("deployment", [None, {}, {"created_at": "soon"}, {"created_at": "2026-01-05T09:00:00"}, "x"])
def test_webhook_that_does_not_say_when_is_refused(stage: Stage, deployment: Any) -> None:
    body = encoded(document(stage.moment, deployment=deployment))

    assert isinstance(refused(stage, signed(body), body), WebhookStaleError)


@pytest.mark.parametrize(
    "changes",
    [
        {"deployment_callback_url": CALLBACK.replace("api.github.com", "api.github.com.evil.example")},
        {"deployment_callback_url": CALLBACK.replace("api.github.com", "169.254.169.254")},
        {"deployment_callback_url": CALLBACK.replace("https://", "https://api.github.com@evil.example/")},
        {"deployment_callback_url": CALLBACK.replace("https://", "http://")},
        {"deployment_callback_url": CALLBACK.replace("api.github.com", "api.github.com:8443")},
        {"deployment_callback_url": CALLBACK.replace("o/r", "o/other")},
        {"deployment_callback_url": CALLBACK.replace("runs/1", "runs/1/../2")},
        {"deployment_callback_url": CALLBACK.replace("runs/1", "runs/0")},
        {"deployment_callback_url": CALLBACK.replace("runs/1", "runs/%31")},
        {"deployment_callback_url": CALLBACK + "?x=1"},
        {"deployment_callback_url": CALLBACK + "\n"},
        {"deployment_callback_url": None},
        {"repository": {"id": 7, "full_name": "o/other"}},
        {"repository": {"id": 8, "full_name": "o/r"}},  # the name was taken over
        {"repository": {"id": "7", "full_name": "o/r"}},
        {"repository": None},
        {"environment": "production"},
        {"environment": ["prod"]},
        {"action": "created"},
        {"event": "pull_request"},
        {"event": "pull_request_target"},
        {"event": None},
        {"event": {"push": "push"}},
    ],
)
def test_webhook_about_what_may_not_be_asked_here_is_refused(stage: Stage, changes: dict[str, Any]) -> None:
    body = encoded(document(stage.moment, **changes))

    refused(stage, signed(body), body)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"x-github-event": "push"}, None),
        ({"x-github-event": "check_run"}, None),
        ({"x-github-delivery": "../../x"}, None),
        ({"content-type": "application/x-www-form-urlencoded"}, None),
        ({}, b"payload=%7B%7D"),
        ({}, b"[" * 100_000),
        ({}, b"\xff\xfe"),
        ({}, b""),
    ],
)
def test_signed_webhook_of_another_form_is_refused(stage: Stage, headers: dict[str, str], body: bytes | None) -> None:
    body = encoded(document(stage.moment)) if body is None else body

    refused(stage, {**signed(body), **headers}, body)


def test_too_large_a_webhook_is_not_even_checked(stage: Stage) -> None:
    body = b" " * (LARGEST_BODY + 1)

    assert isinstance(refused(stage, signed(body), body), WebhookTooLargeError)


def test_replayed_webhook_is_refused_and_a_redelivered_one_is_known(stage: Stage) -> None:
    rule = rule_of(stage, FakeGithub())
    body = encoded(document(stage.moment))
    first = rule.receive(signed(body), body)

    again = rule.receive(signed(body), body)
    assert again.delivery is not None
    assert again.delivery.body_digest == first.delivery.body_digest if first.delivery else False
    with pytest.raises(WebhookReplayedError):  # the id stands in a header, and nobody signed it
        rule.receive(signed(body, delivery="another-delivery"), body)
    other = encoded(document(stage.moment, environment="staging"))
    with pytest.raises(WebhookReplayedError):
        rule.receive(signed(other), other)

    assert stage.kinds().count("webhook:refused") == 2
    assert len(rule.open_requests()) == 1


def test_one_webhook_sent_many_times_at_once_is_taken_once(stage: Stage) -> None:
    rule = rule_of(stage, FakeGithub())
    body = encoded(document(stage.moment))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: rule.receive(signed(body), body), range(24)))

    assert len(rule.open_requests()) == 1


def test_greeting_is_answered_and_leaves_nothing(stage: Stage) -> None:
    rule, body = rule_of(stage, FakeGithub()), encoded({"zen": "Keep it logically awesome.", "hook_id": 1})

    assert rule.receive({**signed(body), "x-github-event": "ping"}, body).outcome == "ping"
    assert rule.open_requests() == []


def test_old_secret_is_good_while_the_new_one_is_brought_in() -> None:
    rules = WebhookRules(["n" * 32, SECRET], API, {"o/r": 7}, frozenset({"prod"}))
    moment = utc_now()
    body = encoded(document(moment))

    for secret in ("n" * 32, SECRET):
        assert verified(signed(body, secret), body, rules, moment)


@pytest.mark.parametrize("secrets", [[], [""], ["short"], ["x" * 40, "short"]])
def test_secret_that_can_be_guessed_is_no_secret(secrets: list[str]) -> None:
    with pytest.raises(ConfigurationError):
        WebhookRules(secrets, API, {}, frozenset())


def test_strangers_cannot_fill_the_ledger(stage: Stage) -> None:
    rule = rule_of(stage, FakeGithub())
    for _ in range(100):
        with pytest.raises(WebhookForgedError):
            rule.receive({}, b"rubbish")
    assert stage.kinds().count("webhook:refused") == 30

    stage.later(0.1)
    with pytest.raises(WebhookForgedError):
        rule.receive({}, b"rubbish")

    assert json.loads(stage.ledger.entries(limit=1000)[-1].body)["facts"]["left_out_before"] == 70
