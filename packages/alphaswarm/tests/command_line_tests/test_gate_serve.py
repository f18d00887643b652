"""`alphaswarm gate serve` as a process, between a GitHub on this machine and the gate."""

import hashlib
import hmac
import json
import socket
import urllib.error
import urllib.request
from datetime import UTC, datetime
from http.server import ThreadingHTTPServer
from typing import Any

import pytest
from example_project import Project

from .command_line import CommandLine, wait_until
from .test_gate_sync import JOB, REPOSITORY, Github, github

__all__ = ["github"]
SECRET = "s" * 40


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def post(port: int, document: dict[str, Any], delivery: str = "delivery-1", secret: str = SECRET) -> int:
    """Send a webhook; the status of the answer."""
    body = json.dumps(document).encode()
    headers = {
        "Content-Type": "application/json",
        "X-GitHub-Event": "deployment_protection_rule",
        "X-GitHub-Delivery": delivery,
        "X-Hub-Signature-256": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest(),
    }
    request = urllib.request.Request(f"http://127.0.0.1:{port}/webhooks/github", body, headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return int(error.code)


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def test_job_starts_when_the_gate_says_so(
    command_line: CommandLine, project: Project, github: ThreadingHTTPServer
) -> None:
    project.settings.write_text(project.settings.read_text() + REPOSITORY)
    planned = command_line.succeed("deploy", "plan", "--env", "staging", "--json", env=JOB).document["run"]
    api, port = f"http://127.0.0.1:{github.server_port}", free_port()
    rule = "/repos/o/r/actions/runs/7/deployment_protection_rule"
    document = {
        "action": "requested",
        "environment": "staging",
        "event": "push",
        "deployment_callback_url": f"{api}{rule}",
        "deployment": {"created_at": datetime.now(UTC).isoformat()},
        "repository": {"id": 7, "full_name": "o/r"},
    }
    environment = {"GITHUB_API_URL": api, "GITHUB_TOKEN": "ghs_token", "ALPHASWARM_WEBHOOK_SECRET": SECRET}
    Github.told.clear()
    with command_line.started("gate", "serve", "--port", str(port), env=environment):
        wait_until(lambda: answers(port), "the service answers", 60)
        assert post(port, document, secret="x" * 40) == 401
        assert post(port, {**document, "deployment_callback_url": f"http://evil.example{rule}"}, "delivery-2") == 403
        assert post(port, document) == 202
        wait_until(lambda: Github.told, "GitHub is told")
        assert post(port, document) == 200

    assert [(path, told["state"]) for path, told in Github.told] == [(rule, "approved")]
    assert planned["id"] in Github.told[0][1]["comment"]
    kinds = command_line.entries()
    assert kinds.count("webhook:refused") == 2
    assert {"approval:granted", "gate:decided", "gate:answered"} <= set(kinds)


@pytest.mark.parametrize("secret", ["", "short"])
def test_service_does_not_start_without_a_secret(command_line: CommandLine, project: Project, secret: str) -> None:
    environment = {
        "GITHUB_API_URL": "http://127.0.0.1:9",
        "GITHUB_TOKEN": "ghs_token",
        "ALPHASWARM_WEBHOOK_SECRET": secret,
    }
    ended = command_line.run("gate", "serve", "--port", "1", "--json", env=environment)

    assert ended.error["code"] == "AS-CFG-001"
    assert project.settings.exists()
