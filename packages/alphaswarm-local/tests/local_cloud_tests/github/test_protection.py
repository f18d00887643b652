"""Environments under the clients of production: the gate's webhook, its answers, and its reading back."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue

import pytest

from alphaswarm_core.adapters.github import AppToken, GithubClient, GithubForbiddenError, static_token
from alphaswarm_core.adapters.github.runs import GithubRunsApi
from alphaswarm_core.gates.github_facts import GithubRunName
from alphaswarm_core.gates.webhook import WebhookRules, verified
from alphaswarm_core.gates.webhook_errors import AnswerNotTakenError, WebhookForgedError, WebhookRefusedError
from alphaswarm_local.github.people import ADMINISTRATOR, AUTHOR, FIRST_REVIEWER, OUTSIDER, PEOPLE, SECOND_REVIEWER

from .conftest import HostedOf
from .hosted import NAME, NUMBER, Hosted
from .test_runs import DEPLOY, WORKFLOW, dispatch

SECRET = "a-webhook-secret-of-a-test-0123456789"
Received = Queue[tuple[dict[str, str], bytes]]


@pytest.fixture
def receiver() -> Iterator[tuple[str, Received]]:
    """Where webhooks go: its address, and what came."""
    received: Received = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.put(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(202)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/hook", received
    server.shutdown()
    server.server_close()


def make_app(hosted: Hosted, url: str, slug: str = "gate") -> dict[str, object]:
    """Register an app and enable its rule on prod; what registering told."""
    body = {
        "owner": "acme", "slug": slug, "webhook_url": url, "webhook_secret": SECRET,
        "permissions": {"actions": "read", "deployments": "write", "contents": "read"},
        "events": ["deployment_protection_rule"],
    }  # fmt: skip
    app: dict[str, object] = hosted.control().api("POST", "/apps", body)
    admin = hosted.person(ADMINISTRATOR)
    admin.api("PUT", f"/repos/{NAME}/environments/prod", {})
    path = f"/repos/{NAME}/environments/prod/deployment_protection_rules"
    offered = admin.api("GET", path + "/apps")["available_custom_deployment_protection_rule_integrations"]
    assert app["id"] in [each["id"] for each in offered]
    admin.api("POST", path, {"integration_id": app["id"]})
    return app


def client_of(hosted: Hosted, app: dict[str, object]) -> GithubClient:
    """The app's installation, with tokens got as production gets them."""
    source = AppToken(
        str(app["id"]), str(app["pem"]), str(app["installation_id"]),
        client=lambda token: GithubClient(token, api_url=hosted.api_url),
    )  # fmt: skip
    return GithubClient(source, api_url=hosted.api_url)


def rules(hosted: Hosted, secret: str = SECRET) -> WebhookRules:
    return WebhookRules([secret], hosted.api_url, {NAME: NUMBER}, frozenset({"prod"}))


def test_the_gates_rule_holds_a_job_until_its_app_says_yes(hosted_of: HostedOf, receiver: tuple[str, Received]) -> None:
    hosted = hosted_of({f"{WORKFLOW}deploy.yml": DEPLOY})
    url, received = receiver
    app = make_app(hosted, url)
    run = hosted.wait(dispatch(hosted, "prod"), "waiting")
    headers, body = received.get(timeout=30)
    delivery = verified(headers, body, rules(hosted), datetime.now(UTC))
    assert delivery is not None
    assert (delivery.github_run, delivery.environment, delivery.repository) == (run.id, "prod", NAME)
    with pytest.raises(WebhookForgedError):
        verified(headers, body, rules(hosted, SECRET + "x"), datetime.now(UTC))
    with pytest.raises(WebhookForgedError):
        verified(headers, body.replace(b"prod", b"Prod", 1), rules(hosted), datetime.now(UTC))
    with client_of(hosted, app) as client:
        api, name = GithubRunsApi(client), GithubRunName(NAME, run.id)
        api.answer(name, "prod", None, "one of two approvals")  # a report lets nobody in
        assert run.status == "waiting"
        api.answer(name, "prod", "approved", "two of two")
        assert hosted.wait(run).conclusion == "success"
        with pytest.raises(AnswerNotTakenError):
            api.answer(name, "prod", "approved", "again")
        assert api.facts(name, None).reviews == []  # an app's answer is no person's review


def test_a_team_reviews_and_each_of_its_people_once_while_the_rule_holds_the_job(
    hosted_of: HostedOf, receiver: tuple[str, Received]
) -> None:
    hosted = hosted_of({f"{WORKFLOW}deploy.yml": DEPLOY})
    make_app(hosted, receiver[0])
    team = hosted.person(ADMINISTRATOR).api("GET", "/orgs/acme/teams/platform")
    reviewers = [{"type": "Team", "id": team["id"]}]
    made = hosted.person(ADMINISTRATOR).api("PUT", f"/repos/{NAME}/environments/prod", {"reviewers": reviewers})
    run = hosted.wait(dispatch(hosted, "prod"), "waiting")
    path = f"/repos/{NAME}/actions/runs/{run.id}/pending_deployments"
    yes = {"environment_ids": [made["id"]], "state": "approved", "comment": "seen"}

    hosted.person(FIRST_REVIEWER).api("POST", path, yes)
    hosted.person(FIRST_REVIEWER).api("POST", path, yes, status=422)
    hosted.person(SECOND_REVIEWER).api("POST", path, yes)
    hosted.person(OUTSIDER).api("POST", path, yes, status=422)

    assert [each.user.login for each in run.reviews] == [FIRST_REVIEWER, SECOND_REVIEWER]
    assert run.pending  # the rule still holds it


def test_a_rule_that_says_no_fails_the_job(hosted_of: HostedOf, receiver: tuple[str, Received]) -> None:
    hosted = hosted_of({f"{WORKFLOW}deploy.yml": DEPLOY})
    app = make_app(hosted, receiver[0])
    run = hosted.wait(dispatch(hosted, "prod"), "waiting")
    with client_of(hosted, app) as client:
        GithubRunsApi(client).answer(GithubRunName(NAME, run.id), "prod", "rejected", "nobody approved")
    assert hosted.wait(run).conclusion == "failure"
    assert "nobody approved" in hosted.log(run)


def test_nobody_answers_for_a_rule_of_somebody_else(hosted_of: HostedOf, receiver: tuple[str, Received]) -> None:
    hosted = hosted_of({f"{WORKFLOW}deploy.yml": DEPLOY})
    make_app(hosted, receiver[0])
    other = hosted.control().api(
        "POST", "/apps", {"owner": "acme", "slug": "other", "permissions": {"deployments": "write"}, "events": []}
    )
    run = hosted.wait(dispatch(hosted, "prod"), "waiting")
    yes = {"environment_name": "prod", "state": "approved", "comment": ""}
    path = f"/repos/{NAME}/actions/runs/{run.id}/deployment_protection_rule"
    hosted.person(ADMINISTRATOR).api("POST", path, yes, status=403)
    hosted.client(hosted.job_token(deployments="write")).api("POST", path, yes, status=403)
    with client_of(hosted, other) as client, pytest.raises(AnswerNotTakenError):
        GithubRunsApi(client).answer(GithubRunName(NAME, run.id), "prod", "approved", "")
    assert run.status == "waiting"


def test_a_stranger_signs_no_token_of_an_app(hosted_of: HostedOf, receiver: tuple[str, Received]) -> None:
    hosted = hosted_of({})
    app = make_app(hosted, receiver[0])
    forged = {**app, "pem": make_app(hosted, receiver[0], "second")["pem"]}
    with client_of(hosted, forged) as client, pytest.raises(GithubForbiddenError):
        client.get(f"/repos/{NAME}")


def test_an_administrator_goes_around_the_rules_only_where_that_is_allowed(hosted_of: HostedOf) -> None:
    hosted = hosted_of({f"{WORKFLOW}deploy.yml": DEPLOY})
    reviewers = [{"type": "User", "id": PEOPLE[FIRST_REVIEWER].account.id}]
    admin = hosted.person(ADMINISTRATOR)
    admin.api("PUT", f"/repos/{NAME}/environments/prod", {"reviewers": reviewers, "can_admins_bypass": False})
    run = hosted.wait(dispatch(hosted, "prod"), "waiting")
    path = f"/repos/{NAME}/actions/runs/{run.id}/bypass"
    hosted.control().api("POST", path, {"as": ADMINISTRATOR}, status=422)
    admin.api("PUT", f"/repos/{NAME}/environments/prod", {"reviewers": reviewers, "can_admins_bypass": True})
    hosted.control().api("POST", path, {"as": AUTHOR}, status=403)
    assert run.status == "waiting"
    hosted.control().api("POST", path, {"as": ADMINISTRATOR, "comment": "fire"}, status=204)
    assert hosted.wait(run).conclusion == "success"


def test_people_and_pushers_of_a_run_are_read_back_as_the_gate_reads_them(hosted_of: HostedOf) -> None:
    hosted = hosted_of({f"{WORKFLOW}deploy.yml": DEPLOY})
    sha = hosted.write("a.txt", "1", by=FIRST_REVIEWER)
    number = hosted.person(ADMINISTRATOR).api(
        "PUT", f"/repos/{NAME}/environments/prod",
        {"reviewers": [{"type": "User", "id": PEOPLE[FIRST_REVIEWER].account.id}]},
    )["id"]  # fmt: skip
    run = hosted.wait(dispatch(hosted, "prod"), "waiting")
    yes = {"environment_ids": [number], "state": "approved", "comment": "seen"}
    hosted.person(FIRST_REVIEWER).api("POST", f"/repos/{NAME}/actions/runs/{run.id}/pending_deployments", yes)
    with GithubClient(static_token(hosted.token(AUTHOR)), api_url=hosted.api_url) as client:
        facts = GithubRunsApi(client).facts(GithubRunName(NAME, run.id), sha)
    author, reviewer = (f"github:{PEOPLE[each].account.id}" for each in (AUTHOR, FIRST_REVIEWER))
    assert {(subject, part.value) for subject, part in facts.parts} == {
        (author, "dispatcher"), (reviewer, "author"), (reviewer, "committer"), (reviewer, "pusher"),
    }  # fmt: skip
    assert [(each.subject, each.state, each.environments) for each in facts.reviews] == [
        (reviewer, "approved", frozenset({"prod"}))
    ]


def test_webhooks_go_nowhere_but_to_this_machine(hosted: Hosted) -> None:
    body = {"owner": "acme", "slug": "gate", "webhook_url": "https://example.org/hook", "events": []}
    answer = hosted.control().api("POST", "/apps", body, status=422)
    assert "this machine" in json.dumps(answer)


def test_the_gate_refuses_a_webhook_of_an_environment_that_is_not_declared(
    hosted_of: HostedOf, receiver: tuple[str, Received]
) -> None:
    hosted = hosted_of({f"{WORKFLOW}deploy.yml": DEPLOY})
    make_app(hosted, receiver[0])
    dispatch(hosted, "prod")
    headers, body = receiver[1].get(timeout=30)
    elsewhere = WebhookRules([SECRET], "https://api.github.com", {NAME: NUMBER}, frozenset({"prod"}))
    with pytest.raises(WebhookRefusedError):
        verified(headers, body, elsewhere, datetime.now(UTC))
