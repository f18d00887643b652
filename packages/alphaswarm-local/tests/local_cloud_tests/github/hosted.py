"""A GitHub of a test's own on a loopback port, with one repository that is made of the test's files."""

import socket
import subprocess
import textwrap
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from alphaswarm_core.local_address import GITHUB_PATH
from alphaswarm_local.aws.http_server import LoopbackServer
from alphaswarm_local.aws.messages import HttpRequest, HttpResponse
from alphaswarm_local.github.authority.permissions import granted
from alphaswarm_local.github.authority.principals import Kind, Principal
from alphaswarm_local.github.control import Control
from alphaswarm_local.github.git import clean_environment
from alphaswarm_local.github.git_http import GitHttp
from alphaswarm_local.github.oidc import GithubOidc
from alphaswarm_local.github.people import AUTHOR, PEOPLE
from alphaswarm_local.github.rest.api import RestApi
from alphaswarm_local.github.rest.faults import Faults
from alphaswarm_local.github.setting_up import host_repository, make_hub
from alphaswarm_local.github.state.accounts import GITHUB_ACTIONS
from alphaswarm_local.github.state.repositories import Repository
from alphaswarm_local.github.state.runs import Run

ADMIN_TOKEN = "admin-token-of-a-test"
NAME, NUMBER, OWNER_ID = "acme/app", 4711, 815
SECONDS = 60.0
API, GIT, CONTROL = f"{GITHUB_PATH}/api/v3", f"{GITHUB_PATH}/git", f"{GITHUB_PATH}/_control"


class Client(httpx.Client):
    """httpx as one caller; `api` gives the document and holds the status to what is expected."""

    def api(self, method: str, path: str, document: Any = None, *, status: int | None = None, **query: Any) -> Any:
        """One call."""
        answer = self.request(method, path, json=document, params=query or None)
        wanted = {status} if status is not None else {200, 201, 202, 204}
        assert answer.status_code in wanted, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None


class Hosted:
    """The GitHub, the repository in it, and its callers."""

    def __init__(self, directory: Path, files: Mapping[str, str] | None = None, *, immutable: bool = True) -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"http://127.0.0.1:{listener.getsockname()[1]}"
        host = self.endpoint.removeprefix("http://")
        self.issuer = GithubOidc(self.endpoint + GITHUB_PATH)
        self.hub = make_hub(self.endpoint + GITHUB_PATH, directory / "github", self.issuer, {"TOLD": "to every step"})
        self.checkout = directory / "checkout"
        make_checkout(self.checkout, {"README.md": "# app\n", **(files or {})})
        self.repository: Repository = host_repository(
            self.hub, NAME, NUMBER, OWNER_ID, immutable=immutable, source=self.checkout
        )
        hosts, self.faults = frozenset({host}), Faults()
        rest = RestApi(self.hub, API, hosts, self.faults)
        git = GitHttp(self.hub, GIT, hosts)
        control = Control(self.hub, CONTROL, ADMIN_TOKEN, hosts, self.faults)

        def answer(request: HttpRequest) -> HttpResponse:
            for prefix, part in ((API, rest), (GIT, git), (CONTROL, control)):
                if request.raw_path.startswith(prefix):
                    return part(request)
            return self.issuer(request)

        self._clients: list[Client] = []
        self.server = LoopbackServer(listener, answer)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def api_url(self) -> str:
        """The REST API."""
        return self.endpoint + API

    @property
    def clone_url(self) -> str:
        """For git."""
        return f"{self.endpoint}{GIT}/{NAME}.git"

    def close(self) -> None:
        """Stop everything."""
        self.hub.launcher.stop()
        for client in self._clients:
            client.close()
        self.server.shutdown()
        self.server.server_close()

    def token(self, login: str = AUTHOR) -> str:
        """A person's token."""
        return self.hub.tokens.add(Principal(PEOPLE[login].account, Kind.PERSON), "ghp")

    def job_token(self, **permissions: str) -> str:
        """A token as a job would have it."""
        principal = Principal(
            GITHUB_ACTIONS, Kind.JOB, granted(permissions), frozenset({NUMBER}), run_id=1, job_id=1
        )  # fmt: skip
        return self.hub.tokens.add(principal, "ghs")

    def client(self, token: str | None) -> Client:
        """A client with a token, or anonymous; its paths begin at the API's address."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        client = Client(base_url=self.api_url, headers=headers, timeout=SECONDS)
        self._clients.append(client)
        return client

    def person(self, login: str = AUTHOR) -> Client:
        """A client of one of the ready-made people."""
        return self.client(self.token(login))

    def control(self) -> Client:
        """A client of what is not GitHub's."""
        headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
        client = Client(base_url=self.endpoint + CONTROL, headers=headers, timeout=SECONDS)
        self._clients.append(client)
        return client

    def wait(self, run: Run | int, until: str = "completed") -> Run:
        """The run once it has that status."""
        found = self.hub.store.records.runs[run if isinstance(run, int) else run.id]
        with self.hub.store.changed:
            assert self.hub.store.changed.wait_for(lambda: found.status in {until, "completed"}, SECONDS), found.status
        assert found.status == until, (found.status, found.message, self.log(found))
        return found

    def runs(self) -> list[Run]:
        """All runs, the oldest first."""
        return sorted(self.hub.store.records.runs.values(), key=lambda each: each.id)

    @staticmethod
    def log(run: Run) -> str:
        """What its jobs wrote."""
        with_messages = [job.message for job in run.jobs.values() if job.message]
        return "\n".join([*with_messages, *(line for job in run.jobs.values() for _, _, line in job.log)])

    def write(self, path: str, text: str, *, branch: str = "main", by: str = AUTHOR) -> str:
        """Commit a file through the API; the commit."""
        import base64

        client = self.person(by)
        there = client.get(f"/repos/{NAME}/contents/{path}", params={"ref": branch})
        body = {"message": f"Write {path}", "content": base64.b64encode(textwrap.dedent(text).encode()).decode()}
        body |= {"branch": branch} | ({"sha": there.json()["sha"]} if there.status_code == httpx.codes.OK else {})
        return str(client.api("PUT", f"/repos/{NAME}/contents/{path}", body)["commit"]["sha"])

    def branch(self, name: str, *, by: str = AUTHOR) -> None:
        """Make a branch at main."""
        client = self.person(by)
        sha = client.api("GET", f"/repos/{NAME}/git/ref/heads/main")["object"]["sha"]
        client.api("POST", f"/repos/{NAME}/git/refs", {"ref": f"refs/heads/{name}", "sha": sha})


def git(directory: Path, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """git without this machine's configuration."""
    who = {"GIT_AUTHOR_NAME": "Ada Author", "GIT_AUTHOR_EMAIL": "ada-author@people.example"}
    who |= {name.replace("AUTHOR", "COMMITTER", 1): value for name, value in who.items()}
    return subprocess.run(
        ["git", *words], cwd=directory, env={**clean_environment(), **who}, capture_output=True, text=True, check=check,
        timeout=SECONDS,
    )  # fmt: skip


def make_checkout(directory: Path, files: Mapping[str, str]) -> None:
    """A repository with one commit on main."""
    directory.mkdir(parents=True)
    git(directory, "init", "-q", "--initial-branch=main")
    for name, text in files.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(textwrap.dedent(text))
    git(directory, "add", "-A")
    git(directory, "commit", "-q", "-m", "Begin")
