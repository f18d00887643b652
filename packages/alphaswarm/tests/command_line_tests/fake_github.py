"""A small GitHub for settings: the calls that `github setup` and `check` make, over real HTTP, with GitHub's statuses.

It keeps what it is told and shows it in GitHub's form. What a token may not see is `hidden`: a path, and the status.
"""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

REPOSITORY = "octo-org/octo-repo"
APP = {"id": 77, "slug": "example-gate"}
_PATH = re.compile(rf"/repos/{REPOSITORY}(?:/environments/([^/]+))?(/.*)?")


def _defaults() -> dict[str, Any]:
    return {
        "": {"id": 456789, "full_name": REPOSITORY, "owner": {"id": 123456}, "default_branch": "main"},
        "/actions/oidc/customization/sub": {"use_default": True, "use_immutable_subject": True},
        "/actions/permissions": {"enabled": True, "sha_pinning_required": True},
        "/actions/permissions/workflow": {
            "default_workflow_permissions": "read",
            "can_approve_pull_request_reviews": False,
        },
        "/rules/branches/main": [
            {"type": "deletion"},
            {"type": "non_fast_forward"},
            {"type": "pull_request", "parameters": {"required_approving_review_count": 1}},
        ],
    }


@dataclass
class Environment:
    """What is kept of an environment."""

    document: dict[str, Any] = field(default_factory=dict)
    branches: list[dict[str, Any]] = field(default_factory=list)
    rules: list[dict[str, Any]] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)


@dataclass
class FakeGithub:
    """Its state, and its address."""

    url: str = ""
    documents: dict[str, Any] = field(default_factory=_defaults)
    environments: dict[str, Environment] = field(default_factory=dict)
    teams: dict[str, int] = field(default_factory=lambda: {"platform": 31})
    apps: list[dict[str, Any]] = field(default_factory=lambda: [APP])
    hidden: dict[str, int] = field(default_factory=dict)
    writes: list[tuple[str, str]] = field(default_factory=list)

    def answer(self, method: str, path: str, sent: Any) -> tuple[int, Any]:
        """Status and document."""
        if path in self.hidden:
            return self.hidden[path], {"message": "Resource not accessible"}
        if method != "GET":
            self.writes.append((method, path))
        if team := re.fullmatch(r"/orgs/octo-org/teams/(.+)", path):
            return (200, {"id": self.teams[team[1]]}) if team[1] in self.teams else (404, {"message": "Not Found"})
        found = _PATH.fullmatch(path)
        if found is None:
            return 404, {"message": "Not Found"}
        name, rest = found[1], found[2] or ""
        if name is None:
            return (200, self.documents[rest]) if rest in self.documents else (404, {"message": "Not Found"})
        if method == "PUT" and not rest:
            return 200, self._put(name, sent)
        environment = self.environments.get(name)
        return self._within(environment, method, rest, sent) if environment else (404, {"message": "Not Found"})

    def _put(self, name: str, sent: dict[str, Any]) -> dict[str, Any]:
        rules: list[dict[str, Any]] = []
        if sent.get("reviewers"):
            reviewers = [{"type": each["type"], "reviewer": {"id": each["id"]}} for each in sent["reviewers"]]
            self_review = sent["prevent_self_review"]
            rules.append({"type": "required_reviewers", "prevent_self_review": self_review, "reviewers": reviewers})
        if sent.get("deployment_branch_policy"):
            rules.append({"type": "branch_policy"})
        kept = self.environments.setdefault(name, Environment())
        kept.document = {
            "name": name,
            "can_admins_bypass": sent.get("can_admins_bypass", True),
            "protection_rules": rules,
            "deployment_branch_policy": sent.get("deployment_branch_policy"),
        }
        return kept.document

    def _within(self, kept: Environment, method: str, rest: str, sent: Any) -> tuple[int, Any]:
        if not rest:
            return 200, kept.document
        kind, _, name = rest.strip("/").partition("/")
        known = {
            "deployment-branch-policies": self._branches,
            "deployment_protection_rules": self._rules,
            "variables": self._variables,
        }
        return known[kind](kept, method, name, sent) if kind in known else (404, {"message": "Not Found"})

    def _branches(self, kept: Environment, method: str, name: str, sent: Any) -> tuple[int, Any]:
        if method == "DELETE":
            kept.branches = [each for each in kept.branches if each["id"] != int(name)]
            return 204, None
        if method == "POST":
            kept.branches.append({"id": len(kept.branches) + 1, **sent})
        return 200, {"branch_policies": kept.branches}

    def _rules(self, kept: Environment, method: str, name: str, sent: Any) -> tuple[int, Any]:
        if name == "apps":
            return 200, {"available_custom_deployment_protection_rule_integrations": self.apps}
        if method == "POST":
            app = next(each for each in self.apps if each["id"] == sent["integration_id"])
            kept.rules.append({"id": 1, "enabled": True, "app": app})
        return 200, {"custom_deployment_protection_rules": kept.rules}

    def _variables(self, kept: Environment, method: str, name: str, sent: Any) -> tuple[int, Any]:
        if method == "PATCH" and name not in kept.variables:
            return 404, {"message": "Not Found"}
        if method != "GET":
            kept.variables[sent["name"]] = sent["value"]
            return 204, None
        return 200, {"variables": [{"name": each, "value": value} for each, value in kept.variables.items()]}


@contextmanager
def fake_github() -> Iterator[FakeGithub]:
    """A running one, on loopback."""
    github = FakeGithub()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # or each answer waits for an acknowledgement of its head

        def handle_one_call(self) -> None:
            assert self.headers["Authorization"] == "Bearer a-token"
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, document = github.answer(
                self.command, self.path.partition("?")[0], json.loads(sent) if sent else None
            )
            content = b"" if document is None else json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_PUT = do_POST = do_PATCH = do_DELETE = handle_one_call  # noqa: N815 - the names are the library's

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Not on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    github.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield github
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
