"""A project, a ledger with a hand-moved clock, plans that wait, and browsers of people who are signed in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from httpx import Response

from alphaswarm_admin.application import application
from alphaswarm_admin.console import Console, LedgerSource
from alphaswarm_admin.identity.cookies import SessionCookies
from alphaswarm_admin.identity.development import DevelopmentDoor
from alphaswarm_admin.identity.signing import Signer
from alphaswarm_admin.live import LiveLedger
from alphaswarm_admin.platform_access import PlatformAccess
from alphaswarm_admin.trust_policies import TrustReader
from alphaswarm_core.ledger.records import Actor, ActorKind, NewRun, Part, Run, RunKind, RunStatus
from alphaswarm_core.ledger.store import Ledger
from alphaswarm_core.settings import Settings

from .platform_double import PlatformDouble

TREE = "alphaswarm_platform"
COMMIT = "c" * 40
KEY = "k" * 40
PEOPLE = {"ann": 1001, "bob": 1002, "cy": 1003, "eve": 1005}
PROJECT: dict[str, Any] = {
    "schema": 1,
    "project": "example",
    "environments": {
        "dev": {"account_id": "111111111111", "approvals": 0},
        "staging": {"account_id": "222222222222", "approvals": 1},
        "prod": {"account_id": "333333333333", "approvals": 2},
    },
    "people": {
        name: {"github_id": number, "emails": [f"{name}@example.com"], "admin_console": [f"sub-{name}"]}
        for name, number in PEOPLE.items()
    },
    "github": {"repositories": {"platform": {"name": "o/r", "id": 7, "owner_id": 8}}},
    "images": {
        "services": {name: {"repository": name, "source": "platform"} for name in ("admin", "admin-frontend")},
    },
    "trees": {TREE: {"path": "terraform/{env}", "applied_by": "runtime"}},
}
HERE = "http://127.0.0.1:8900"
ALL_ROLES = ["viewer", "operator", "approver", "administrator"]


class Browser:
    """What a page in somebody's browser does: cookies kept, the token sent along."""

    def __init__(self, app: Any, *, peer: str = "127.0.0.1", base_url: str = HERE) -> None:
        self.http = TestClient(app, base_url=base_url, client=(peer, 50000), raise_server_exceptions=False)
        self.token = ""

    def sign_in(self, person: str, roles: list[str]) -> "Browser":
        answer = self.http.post("/admin/session/development", json={"person": person, "roles": roles})
        assert answer.status_code == 200, answer.text
        self.token = answer.json()["csrf_token"]
        return self

    def get(self, path: str, **parameters: Any) -> Response:
        return self.http.get(path, params=parameters)

    def send(self, method: str, path: str, body: Mapping[str, Any] | None = None, **headers: str) -> Response:
        return self.http.request(method, path, json=body, headers={"x-csrf-token": self.token, **headers})

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Response:
        return self.send("POST", path, body)


@dataclass
class Stage:
    """What the tests act on. The clock is that of ledger and console."""

    root: Path
    changes: dict[str, Any] = field(default_factory=dict)
    moment: datetime = datetime(2026, 1, 5, 9, tzinfo=UTC)
    made: int = 0

    def __post_init__(self) -> None:
        self.settings = Settings.model_validate({**PROJECT, **self.changes, "root": self.root})
        self.ledger = Ledger.open(self.settings.ledger_url, clock=self.now)
        self.services = PlatformDouble()
        signer = Signer(KEY)
        cookies = SessionCookies(signer, secure=False)
        self.source = LedgerSource(self.settings.ledger_url, create=False)
        self.source.__dict__["_ledger"] = self.ledger
        self.console = Console(
            settings=self.settings,
            ledger=self.source,
            signer=signer,
            cookies=cookies,
            door=DevelopmentDoor(cookies, list(PEOPLE)),
            trust=TrustReader(self.settings, None),
            live=LiveLedger(self.source.open, poll_seconds=0.02),
            platform=PlatformAccess(self.settings, {}, self.services.opened),
            clock=self.now,
        )
        self.app = application(self.console)

    def now(self) -> datetime:
        return self.moment

    def later(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)

    def browser(self, person: str | None = None, *roles: str) -> Browser:
        """Somebody's browser; signed in if a person is named."""
        browser = Browser(self.app)
        return browser.sign_in(person, list(roles) or ALL_ROLES) if person else browser

    def plan(self, environment: str = "prod", starter: str = "ann", author: str = "eve", **columns: Any) -> Run:
        """A plan that waits."""
        self.made += 1
        actor = Actor(ActorKind.github_actions, f"github:o/r:{PEOPLE[starter]}", starter, "https://github.com/o/r/1")
        target = columns.pop("target", "local")
        new = NewRun(TREE, environment, RunKind.plan, actor, None, commit=COMMIT, target=target)
        run = self.ledger.open_run(new, exclusive=False)
        self.ledger.transition(run.id, RunStatus.running)
        changes: dict[str, Any] = {"plan_digest": f"{self.made:064x}", "policy_result": {"allowed": True}}
        changes["plan_summary"] = {"add": 1, "change": 2, "destroy": 3, "by_type": {"aws_lb": {"create": 1}}}
        run = self.ledger.transition(run.id, RunStatus.awaiting_approval, changes={**changes, **columns})
        self.ledger.add_involvements(run.id, [(f"email:{author}@example.com", Part.author)], source="git")
        return run

    def kinds(self) -> list[str]:
        return [entry.kind for entry in self.ledger.entries(limit=10_000)]
