"""A plan judged and shown by the program: verdicts as exit codes, one comment over real HTTP, no secret handed on."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from example_project import Project

from .command_line import CommandLine

SECRET = "s3cr3t-of-the-plan"
PLAN: dict[str, Any] = {
    "format_version": "1.2",
    "resource_changes": [
        {
            "address": "terraform_data.kept",
            "type": "terraform_data",
            "mode": "managed",
            "change": {
                "actions": ["delete"],
                "before": {"input": "old", "password": SECRET},
                "after": None,
                "before_sensitive": {"password": True},
            },
        }
    ],
}
COMMENTS = "/repos/octo-org/octo-repo/issues/7/comments"


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(PLAN))
    return path


class _Comments(BaseHTTPRequestHandler):
    """The comments of one pull request, as GitHub keeps them."""

    def do_GET(self) -> None:
        self._answer(200, self.server.kept)  # type: ignore[attr-defined]

    def do_POST(self) -> None:
        kept = self.server.kept  # type: ignore[attr-defined]
        kept.append(
            {"id": len(kept) + 1, "user": {"type": "Bot"}, "html_url": f"https://c/{len(kept) + 1}", **self._sent()}
        )
        self._answer(201, kept[-1])

    def do_PATCH(self) -> None:
        found = self.server.kept[int(self.path.rpartition("/")[2]) - 1]  # type: ignore[attr-defined]
        found.update(self._sent())
        self._answer(200, found)

    def _sent(self) -> Any:
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    def _answer(self, status: int, document: Any) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing on the terminal."""


@pytest.fixture
def github() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Comments)
    server.kept = []  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_one_job_hands_on_what_may_be_shown_and_another_comments_once(
    command_line: CommandLine, plan: Path, github: ThreadingHTTPServer, tmp_path: Path
) -> None:
    shown, summary = tmp_path / "shown.json", tmp_path / "summary.md"
    job = {
        "GITHUB_STEP_SUMMARY": str(summary),
        "GITHUB_REPOSITORY": "octo-org/octo-repo",
        "GITHUB_TOKEN": "a-token",
        "GITHUB_API_URL": f"http://127.0.0.1:{github.server_address[1]}",
    }
    words = ("plan-comment", "--env", "dev")
    command_line.succeed(*words, str(plan), "--summary", "--redacted", str(shown), env=job)
    for _ in range(2):
        command_line.succeed(*words, str(shown), "--pr", "7", env=job)

    kept = github.kept  # type: ignore[attr-defined]
    assert len(kept) == 1
    assert "terraform_data.kept" in kept[0]["body"]
    assert "terraform_data.kept" in summary.read_text()
    assert SECRET not in shown.read_text() + summary.read_text() + kept[0]["body"]


@pytest.mark.parametrize(
    "document",
    [
        {"schema": "alphaswarm/plan/v1"},
        {"schema": "alphaswarm/plan/v1", "run": None, "summary": {}, "changes": "all", "policy": None},
        {"schema": "alphaswarm/plan/v1", "run": None, "summary": {}, "changes": [1], "policy": None},
        {"schema": "alphaswarm/plan/v1", "run": None, "summary": {}, "changes": [{"address": "a"}], "policy": None},
        [],
    ],
)
def test_something_else_that_is_handed_on_is_refused(command_line: CommandLine, tmp_path: Path, document: Any) -> None:
    path = tmp_path / "shown.json"
    path.write_text(json.dumps(document))

    ended = command_line.run("plan-comment", str(path), "--env", "dev", "--json")

    assert ended.code == 2
    assert ended.error["code"] == "AS-USE-001"


def test_no_comment_is_tried_without_a_repository(command_line: CommandLine, plan: Path) -> None:
    ended = command_line.run("plan-comment", str(plan), "--env", "dev", "--pr", "7", env={"GITHUB_TOKEN": "x"})

    assert ended.code == 2
    assert "GITHUB_REPOSITORY" in ended.err


def test_a_plan_is_judged_and_one_without_a_policy_is_refused(
    command_line: CommandLine, project: Project, plan: Path
) -> None:
    words = ("policy", "check", str(plan), "--env", "dev", "--json")
    judged = command_line.run(*words)
    for path in project.policy.glob("*.rego"):
        path.unlink()
    without = command_line.run(*words)

    assert judged.code in (0, 3), judged.err
    assert judged.document["schema"] == "alphaswarm/policy-result/v1"
    assert without.code not in (0, 1)
    assert without.error["code"].startswith("AS-POL-")
