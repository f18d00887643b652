"""Webhooks as GitHub sends them, and a GitHub that remembers what it is told."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from alphaswarm_core.gates.github_facts import GithubRunFacts, GithubRunName, Review
from alphaswarm_core.gates.protection_rule import ProtectionRule
from alphaswarm_core.gates.webhook import rules_of
from alphaswarm_core.ledger.records import Part

from .stage import COMMIT, Stage

SECRET = "s3cret-" + "x" * 30
API = "https://api.github.com"


def document(moment: datetime, **changes: Any) -> dict[str, Any]:
    """The body of a request for `prod` in run 1 of `o/r`."""
    return {
        "action": "requested",
        "environment": "prod",
        "event": "workflow_dispatch",
        "deployment_callback_url": f"{API}/repos/o/r/actions/runs/1/deployment_protection_rule",
        "deployment": {"id": 5, "sha": COMMIT, "created_at": moment.isoformat().replace("+00:00", "Z")},
        "pull_requests": [],
        "repository": {"id": 7, "full_name": "o/r"},
        "installation": {"id": 3},
        "sender": {"id": 1001, "login": "ann"},
        **changes,
    }


def signed(body: bytes, secret: str = SECRET, delivery: str = "72d3162e-cc78-11e3-81ab-4c9367dc0958") -> dict[str, str]:
    """The headers of a request."""
    return {
        "content-type": "application/json",
        "x-github-event": "deployment_protection_rule",
        "x-github-delivery": delivery,
        "x-hub-signature-256": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest(),
    }


def encoded(document: Any) -> bytes:
    """A body."""
    return json.dumps(document).encode()


@dataclass
class FakeGithub:
    """Implements `GithubRuns`; `failing` is raised instead of an answer."""

    reviews: Sequence[Review] = ()
    parts: Sequence[tuple[str, Part]] = ()
    head_commit: str = COMMIT
    attempt: int = 1
    title: str = ""
    failing: Exception | None = None
    told: list[tuple[GithubRunName, str, str | None, str]] = field(default_factory=list)

    def facts(self, run: GithubRunName, commit: str | None) -> GithubRunFacts:
        assert run == GithubRunName("o/r", 1)
        assert commit in {COMMIT, None}
        if self.failing:
            raise self.failing
        return GithubRunFacts(self.head_commit, self.reviews, self.parts, self.attempt, self.title)

    def answer(self, run: GithubRunName, environment: str, state: str | None, comment: str) -> None:
        if self.failing:
            raise self.failing
        self.told.append((run, environment, state, comment))

    def states(self) -> list[str | None]:
        return [each[2] for each in self.told]


def rule_of(stage: Stage, github: FakeGithub) -> ProtectionRule:
    """The rule on `stage`."""
    return ProtectionRule(
        stage.ledger, stage.settings, stage.target, github, rules_of(stage.settings, [SECRET], f"{API}/")
    )
