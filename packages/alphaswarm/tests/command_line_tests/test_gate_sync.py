"""`alphaswarm gate sync` against a GitHub on this machine: what its reviews are worth, and what it may not be."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest
from example_project import Project

from .command_line import CommandLine

JOB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_ACTOR": "ann",
    "GITHUB_ACTOR_ID": "1001",
    "GITHUB_RUN_ID": "7",
    "GITHUB_REPOSITORY": "o/r",
    "GITHUB_SHA": "c" * 40,
}
REPOSITORY = '\n[github.repositories.platform]\nname = "o/r"\nid = 7\nowner_id = 8\n'


class Github(BaseHTTPRequestHandler):
    """Answers what the test says; every request has to carry the token."""

    answers: dict[str, Any]
    told: ClassVar[list[tuple[str, Any]]] = []

    def do_GET(self) -> None:
        known = self.headers["Authorization"] == "Bearer ghs_token"
        answer = self.answers.get(self.path.partition("?")[0]) if known else None
        body = json.dumps(answer if answer is not None else {"message": "Not Found"}).encode()
        self.send_response(200 if answer is not None else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        assert self.headers["Authorization"] == "Bearer ghs_token"
        self.told.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


def account(number: int, login: str) -> dict[str, Any]:
    return {"id": number, "login": login, "type": "User"}


def review(number: int, login: str) -> dict[str, Any]:
    return {
        "state": "approved",
        "comment": "",
        "user": account(number, login),
        "environments": [{"id": 1, "name": "staging"}],
    }


@pytest.fixture
def github() -> Iterator[ThreadingHTTPServer]:
    Github.answers = {
        "/repos/o/r/actions/runs/7": {"head_sha": "c" * 40, "event": "push", "actor": account(1001, "ann")},
        "/repos/o/r/actions/runs/7/approvals": [review(1001, "ann"), review(1002, "bob")],
        f"/repos/o/r/commits/{'c' * 40}": {"author": account(1003, "cy"), "committer": None},
    }
    with ThreadingHTTPServer(("127.0.0.1", 0), Github) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_reviews_in_github_count_when_they_are_read_back(
    command_line: CommandLine, project: Project, github: ThreadingHTTPServer
) -> None:
    project.settings.write_text(project.settings.read_text() + REPOSITORY)
    planned = command_line.succeed("deploy", "plan", "--env", "staging", "--json", env=JOB).document["run"]
    api = {"GITHUB_API_URL": f"http://127.0.0.1:{github.server_port}", "GITHUB_TOKEN": "ghs_token"}

    found = command_line.succeed("gate", "sync", planned["id"], "--json", env=api).document

    assert [(each["login"], each["recorded"]) for each in found["reviews"]] == [("ann", False), ("bob", True)]
    assert found["reviews"][0]["refusal"]["code"] == "AS-GATE-005"
    assert found["go"] is True
    assert {"approval:refused", "approval:granted", "involvement:noted"} <= set(command_line.entries())
    again = command_line.succeed("gate", "sync", planned["id"], env=api).out
    assert "bob approved: recorded before" in again
    command_line.succeed("deploy", "apply", planned["id"], "--yes")


def test_rehearsal_does_not_ask_the_real_github(command_line: CommandLine, project: Project) -> None:
    project.settings.write_text(project.settings.read_text() + REPOSITORY)
    planned = command_line.succeed("deploy", "plan", "--env", "staging", "--json", env=JOB).document["run"]
    real = {"GITHUB_API_URL": "https://api.github.com", "GITHUB_TOKEN": "ghs_token"}

    assert command_line.run("gate", "sync", planned["id"], "--json", env=real).error["code"] == "AS-TGT-001"
    mine = command_line.succeed("deploy", "plan", "--env", "staging", "--json").document["run"]
    assert command_line.run("gate", "sync", mine["id"], "--json", env=real).error["code"] == "AS-GATE-013"
