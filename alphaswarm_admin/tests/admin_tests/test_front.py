"""What browsers can be made to do, and what they are told: origins, tokens, hosts, headers, bodies, starting."""

from pathlib import Path
from typing import Any

import pytest

from alphaswarm_admin.identity.signing import Signer
from alphaswarm_admin.starting import console_of
from alphaswarm_core.errors import ConfigurationError
from alphaswarm_core.settings import Settings

from .stage import PROJECT, Browser, Stage

HALT = {"on": True, "reason": "incident 42"}


@pytest.mark.parametrize(
    "headers",
    [
        {"x-csrf-token": ""},
        {"x-csrf-token": "x" * 43},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_what_another_site_sends_is_refused(stage: Stage, headers: dict[str, str]) -> None:
    answer = stage.browser("ann").send("PUT", "/admin/halt", HALT, **headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "AS-ADM-003")
    assert not stage.ledger.halt().on


def test_a_token_is_good_for_its_own_sign_in_alone(stage: Stage) -> None:
    other = stage.browser("bob").token
    browser = stage.browser("ann")
    assert browser.send("PUT", "/admin/halt", HALT, **{"x-csrf-token": other}).status_code == 403
    assert browser.send("PUT", "/admin/halt", HALT).status_code == 200


def test_own_pages_get_through(stage: Stage) -> None:
    own = {"origin": "http://127.0.0.1:3000", "sec-fetch-site": "same-origin"}
    assert stage.browser("ann").send("PUT", "/admin/halt", HALT, **own).status_code == 200


def test_no_other_host_is_answered(stage: Stage) -> None:
    rebound = Browser(stage.app, base_url="http://evil.example")
    assert rebound.get("/admin/session").json()["error"]["code"] == "AS-ADM-003"
    assert rebound.get("/admin/health").status_code == 200


@pytest.mark.parametrize("path", ["/admin/health", "/admin/session", "/admin/runs", "/nothing"])
def test_every_answer_can_be_neither_framed_nor_executed(stage: Stage, path: str) -> None:
    headers = stage.browser().get(path).headers
    assert headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert len(headers["x-request-id"]) >= 8


def test_a_forged_or_changed_cookie_signs_nobody_in(stage: Stage) -> None:
    browser = stage.browser("ann")
    name, value = next(iter(browser.http.cookies.items()))
    body, _, mark = value.partition(".")
    forged = Signer("x" * 40).sign("session", {"sub": "rehearsal:ann"}, stage.moment.replace(year=2030))
    other_purpose = stage.console.signer.sign("csrf", {"sub": "rehearsal:ann"}, stage.moment.replace(year=2030))
    for wrong in (f"{body}x.{mark}", f"{body}.{mark[:-2]}AA", body, "a.b", forged, other_purpose):
        stranger = stage.browser()
        stranger.http.headers["cookie"] = f"{name}={wrong}"
        assert stranger.get("/admin/runs").status_code == 401, wrong


def test_a_session_ends(stage: Stage) -> None:
    browser = stage.browser("ann")
    stage.later(8 * 3600 - 1)
    assert browser.get("/admin/session").json()["signed_in"] is True
    stage.later(1)
    assert browser.get("/admin/session").json()["signed_in"] is False
    assert browser.get("/admin/runs").status_code == 401


def test_signing_out_forgets_the_session(stage: Stage) -> None:
    browser = stage.browser("ann")
    assert browser.post("/admin/session/sign-out").status_code == 200
    assert browser.get("/admin/runs").status_code == 401


def test_the_cookie_is_out_of_reach_of_scripts(stage: Stage) -> None:
    answer = stage.browser().http.post("/admin/session/development", json={"person": "ann"})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "domain" not in cookie


@pytest.mark.parametrize("peer", ["10.0.0.9", "::ffff:10.0.0.9"])
def test_the_development_sign_in_is_for_this_machine_alone(stage: Stage, peer: str) -> None:
    away = Browser(stage.app, peer=peer)
    assert away.http.post("/admin/session/development", json={"person": "ann"}).status_code == 401
    away.http.cookies = stage.browser("ann").http.cookies
    assert away.get("/admin/runs").status_code == 401


def test_who_is_let_in_by_a_proxy_of_this_machine_is_not_here(stage: Stage) -> None:
    browser = stage.browser("ann")
    assert browser.send("GET", "/admin/runs", **{"x-forwarded-for": "203.0.113.7"}).status_code == 401
    assert browser.send("GET", "/admin/runs", **{"x-forwarded-for": "127.0.0.1"}).status_code == 200


@pytest.mark.parametrize(
    ("changes", "host"),
    [
        ({"target": "aws"}, "127.0.0.1"),
        ({}, "0.0.0.0"),
        ({}, "192.168.1.5"),
        ({"admin": {"public_url": "https://admin.example.com"}}, "127.0.0.1"),
    ],
)
def test_the_development_sign_in_refuses_to_start_elsewhere(tmp_path: Path, changes: dict[str, Any], host: str) -> None:
    settings = Settings.model_validate({**PROJECT, **changes, "root": tmp_path})
    with pytest.raises(ConfigurationError) as refused:
        console_of(settings, {}, host)
    assert refused.value.code == "AS-ADM-010"
    console_of(Settings.model_validate({**PROJECT, "root": tmp_path}), {}, "127.0.0.1")


def test_a_short_session_key_refuses_to_start(tmp_path: Path) -> None:
    settings = Settings.model_validate({**PROJECT, "root": tmp_path})
    with pytest.raises(ConfigurationError):
        console_of(settings, {"ALPHASWARM_ADMIN_SESSION_KEY": "short"}, "127.0.0.1")


def test_a_body_that_is_too_large_is_refused_whatever_its_length_was_said_to_be(stage: Stage) -> None:
    browser = stage.browser("ann")
    large = {**HALT, "reason": "x" * 70_000}
    assert browser.send("PUT", "/admin/halt", large).status_code == 413

    def endless() -> Any:
        for _ in range(100):
            yield b"x" * 1024

    answer = browser.http.put(
        "/admin/halt", content=endless(), headers={"x-csrf-token": browser.token, "content-type": "application/json"}
    )
    assert answer.status_code == 413


def test_a_malformed_request_says_where_and_repeats_nothing(stage: Stage) -> None:
    answer = stage.browser("ann").send("PUT", "/admin/halt", {"on": "hunter2", "reason": "x", "extra": 1})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (422, "AS-USE-001")
    assert {each["where"] for each in error["problems"]} == {"body.on", "body.reason", "body.extra"}
    assert "hunter2" not in answer.text


def test_an_unknown_address_and_a_wrong_method_have_the_envelope_too(stage: Stage) -> None:
    browser = stage.browser("ann")
    assert browser.get("/admin/nothing").json()["error"]["code"] == "AS-ADM-004"
    wrong = browser.post("/admin/runs")
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (405, "AS-USE-001")
