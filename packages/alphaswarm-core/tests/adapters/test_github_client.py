"""The client of GitHub's API: where the token goes, what is tried again, what each failure becomes."""

import json
import logging
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from alphaswarm_core.adapters.github import (
    ApiAddress,
    AppToken,
    GithubAddressError,
    GithubAnswerError,
    GithubApiError,
    GithubClient,
    GithubConflictError,
    GithubForbiddenError,
    GithubForeignHostError,
    GithubNotFoundError,
    GithubRateLimitedError,
    GithubTokenError,
    GithubUnavailableError,
    Patience,
    api_url,
    environment_token,
    static_token,
)

API = "https://api.github.test"
SECRET = "ghs_" + "s" * 36
NOW = 1_800_000_000.0
Answer = Callable[[httpx.Request], httpx.Response]


class Wire:
    """Answers requests in order and remembers them, and the waits between."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.waits: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def client(self, *, longest_wait: float = 60.0, attempts: int = 3) -> GithubClient:
        return GithubClient(
            static_token(SECRET),
            api_url=API,
            patience=Patience(attempts=attempts, longest_wait=longest_wait),
            sleep=self.waits.append,
            clock=lambda: NOW,
            transport=httpx.MockTransport(self),
        )


def ok(document: Any, **headers: str) -> httpx.Response:
    return httpx.Response(200, json=document, headers=headers)


def failed(status: int, message: str = "No", **headers: str) -> httpx.Response:
    return httpx.Response(
        status, json={"message": message}, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )


def test_a_request_carries_token_version_and_query_when_it_goes_to_the_api() -> None:
    wire = Wire(ok({"id": 1}))

    assert wire.client().get("/repos/o/r/actions/runs", branch="main", exclude=True, none=None) == {"id": 1}

    (request,) = wire.requests
    assert request.headers["authorization"] == f"Bearer {SECRET}"
    assert request.headers["x-github-api-version"] == "2022-11-28"
    assert str(request.url) == f"{API}/repos/o/r/actions/runs?branch=main&exclude=true"


def test_every_item_comes_when_a_list_has_pages() -> None:
    wire = Wire(
        ok({"workflow_runs": [1, 2]}, link=f'<{API}/x?page=2>; rel="next", <{API}/x?page=2>; rel="last"'),
        ok({"workflow_runs": [3]}),
    )

    assert list(wire.client().paginate("/x", "workflow_runs")) == [1, 2, 3]
    assert [request.url.query for request in wire.requests] == [b"per_page=100", b"page=2"]


def test_the_token_stays_when_the_next_page_is_on_another_host() -> None:
    wire = Wire(ok([1], link='<https://evil.test/x?page=2>; rel="next"'))

    with pytest.raises(GithubForeignHostError, match=r"evil\.test"):
        list(wire.client().paginate("/x"))

    assert len(wire.requests) == 1


def test_pages_end_when_they_go_round_in_circles() -> None:
    wire = Wire(*[ok([1], link=f'<{API}/x?page=2>; rel="next"') for _ in range(3)])

    with pytest.raises(GithubAnswerError, match="lead back"):
        list(wire.client().paginate("/x"))


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.test/repos",
        "http://api.github.test/repos",
        "https://api.github.test:8443/repos",
        "https://user@api.github.test/repos",
        "https://api.github.test.evil.test/",
        "https://api.github.test@evil.test/",
    ],
)
def test_nothing_is_sent_when_an_address_is_not_the_apis(path: str) -> None:
    wire = Wire()

    with pytest.raises(GithubForeignHostError):
        wire.client().post(path, {})

    assert wire.requests == []


def test_a_redirect_is_followed_when_it_stays_at_the_api() -> None:
    wire = Wire(httpx.Response(301, headers={"location": f"{API}/repositories/1"}), ok({"id": 1}))

    assert wire.client().get("/repos/old/name") == {"id": 1}


def test_a_redirect_is_refused_when_it_leaves_the_api() -> None:
    wire = Wire(httpx.Response(302, headers={"location": "https://evil.test/"}))

    with pytest.raises(GithubForeignHostError):
        wire.client().get("/repos/o/r")


def test_a_download_goes_without_token_when_it_leads_to_a_store() -> None:
    wire = Wire(
        httpx.Response(302, headers={"location": "https://store.test/log?sig=1"}), httpx.Response(200, content=b"log")
    )

    assert wire.client().download("/repos/o/r/actions/jobs/1/logs") == b"log"
    assert "authorization" not in wire.requests[1].headers


def test_a_download_is_refused_when_it_leads_to_plain_http() -> None:
    wire = Wire(httpx.Response(302, headers={"location": "http://store.test/log"}))

    with pytest.raises(GithubForeignHostError):
        wire.client().download("/repos/o/r/actions/jobs/1/logs")


def test_a_write_waits_and_goes_again_when_the_limit_says_how_long() -> None:
    wire = Wire(failed(429, retry_after="7"), ok({"id": 1}))

    assert wire.client().post("/x", {}) == {"id": 1}
    assert wire.waits == [7.0]


def test_the_limit_is_waited_for_when_only_its_reset_is_told() -> None:
    limited = failed(403, "API rate limit exceeded", x_ratelimit_remaining="0", x_ratelimit_reset=str(int(NOW) + 30))
    wire = Wire(limited, ok([]))

    wire.client().get("/x")

    assert wire.waits == [30.0]


def test_a_limit_is_an_error_when_it_lasts_longer_than_the_patience() -> None:
    wire = Wire(failed(403, "You have exceeded a secondary rate limit", retry_after="3600"))

    with pytest.raises(GithubRateLimitedError) as caught:
        wire.client().get("/x")

    assert (caught.value.exit_code, wire.waits) == (5, [])


def test_a_plain_403_is_no_limit_when_nothing_says_so() -> None:
    wire = Wire(failed(403, "Resource not accessible by integration", x_accepted_github_permissions="contents=write"))

    with pytest.raises(GithubForbiddenError) as caught:
        wire.client().post("/x", {})

    assert caught.value.exit_code == 3
    assert "contents=write" in str(caught.value.fix)
    assert len(wire.requests) == 1


def test_a_read_goes_again_when_github_fails() -> None:
    wire = Wire(failed(502), httpx.ReadTimeout("slow"), ok([]))

    assert wire.client().get("/x") == []
    assert wire.waits == [1.0, 2.0]


@pytest.mark.parametrize(
    "problem", [failed(500), failed(502), httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("x")]
)
def test_a_write_is_sent_once_when_it_may_have_been_done(problem: httpx.Response | Exception) -> None:
    wire = Wire(problem)

    with pytest.raises(GithubUnavailableError):
        wire.client().post("/x", {})

    assert len(wire.requests) == 1


def test_a_write_goes_again_when_nobody_was_reached() -> None:
    wire = Wire(httpx.ConnectError("refused"), ok({}))

    assert wire.client().post("/x", {}) == {}


def test_the_attempts_end_when_github_stays_away() -> None:
    wire = Wire(*[httpx.ConnectError("refused") for _ in range(3)])

    with pytest.raises(GithubUnavailableError) as caught:
        wire.client().get("/x")

    assert (caught.value.code, len(wire.requests)) == ("AS-GH-011", 3)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, GithubForbiddenError),
        (404, GithubNotFoundError),
        (410, GithubNotFoundError),
        (409, GithubConflictError),
        (422, GithubConflictError),
        (400, GithubApiError),
    ],
)
def test_each_failure_is_its_own_error_when_github_refuses(status: int, error: type[GithubApiError]) -> None:
    wire = Wire(httpx.Response(status, json={"message": "Bad", "errors": [{"field": "ref", "code": "invalid"}]}))

    with pytest.raises(error) as caught:
        wire.client().get("/x")

    assert (caught.value.status, caught.value.why) == (status, "Bad (ref invalid)")


def test_an_answer_is_refused_when_it_is_a_page_of_a_proxy() -> None:
    wire = Wire(httpx.Response(200, html="<html>Sign in</html>"))

    with pytest.raises(GithubAnswerError):
        wire.client().get("/x")


def test_the_token_is_in_no_log_and_no_error_when_things_fail(caplog: pytest.LogCaptureFixture) -> None:
    wire = Wire(failed(503), failed(503), failed(403, "No"))

    with caplog.at_level(logging.DEBUG), pytest.raises(GithubForbiddenError) as caught:
        wire.client().get("/x", secret="in-query")

    assert "trying again" in caplog.text
    said = f"{[record for record in caplog.messages if 'alphaswarm' in record]}{caught.value.as_document()}"
    assert SECRET not in said + caplog.text
    assert "in-query" not in said


@pytest.mark.parametrize("url", ["https://api.github.com", "https://ghe.test/api/v3", "http://127.0.0.1:80/a/v3"])
def test_an_address_is_taken_when_a_token_may_go_there(url: str) -> None:
    assert ApiAddress(url).resolve("/user").startswith(f"{url}/user")


@pytest.mark.parametrize("url", ["http://api.github.com", "ftp://x", "", "https://", "https://u:p@api.github.com"])
def test_an_address_is_refused_when_a_token_may_not_go_there(url: str) -> None:
    with pytest.raises(GithubAddressError) as caught:
        ApiAddress(url)

    assert ":p@" not in caught.value.what


def test_a_path_is_refused_when_it_climbs_above_the_api() -> None:
    with pytest.raises(GithubForeignHostError):
        ApiAddress("https://ghe.test/api/v3").resolve("https://ghe.test/api/v3/../../evil")


def test_the_environment_says_where_and_who() -> None:
    assert api_url({}) == "https://api.github.com"
    assert api_url({"GITHUB_API_URL": "https://ghe.test/api/v3"}) == "https://ghe.test/api/v3"
    assert environment_token({"GH_TOKEN": "b"})() == "b"
    with pytest.raises(GithubTokenError):
        environment_token({})
    with pytest.raises(GithubTokenError):
        static_token("a\nb")


def test_an_app_gets_a_new_token_when_the_old_one_is_about_to_expire() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    now = [NOW]
    made: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["authorization"].count(".") == 2
        made.append(request.url.path)
        expires = "2027-01-15T09:00:00Z" if len(made) == 1 else "2027-01-15T10:00:00Z"
        return httpx.Response(201, json={"token": f"ghs_{len(made)}", "expires_at": expires})

    token = AppToken(
        "12",
        key.decode(),
        34,
        lambda source: GithubClient(source, api_url=API, transport=httpx.MockTransport(answer)),
        clock=lambda: now[0],
    )

    assert (token(), token()) == ("ghs_1", "ghs_1")
    now[0] = 1_800_003_400.0
    assert token() == "ghs_2"
    assert made == ["/app/installations/34/access_tokens"] * 2


def test_a_key_of_an_app_is_refused_without_being_shown() -> None:
    with pytest.raises(GithubTokenError) as caught:
        AppToken("12", "-----BEGIN nonsense", 34, GithubClient)

    assert "nonsense" not in json.dumps(caught.value.as_document())
