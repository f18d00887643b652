"""A ledger, a clock that is moved by hand, five people, and plans of an environment that asks for approvals."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from alphaswarm_core.gates.approving import ApprovalDesk, Voice
from alphaswarm_core.gates.asking import question_about
from alphaswarm_core.gates.deciding import decide
from alphaswarm_core.gates.gate import GateDecision
from alphaswarm_core.ledger.records import Actor, ActorKind, Approval, Decision, NewRun, Part, Run, RunKind, RunStatus
from alphaswarm_core.ledger.store import Ledger
from alphaswarm_core.settings import Settings
from alphaswarm_core.target import Target

TREE = "alphaswarm_platform"
COMMIT = "c" * 40
PEOPLE = {"ann": 1001, "bob": 1002, "cy": 1003, "dee": 1004, "eve": 1005}
SETTINGS: dict[str, Any] = {
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
    "trees": {TREE: {"path": "terraform/{env}", "applied_by": "runtime"}},
}


def settings(root: Path, **environments: dict[str, Any]) -> Settings:
    """The settings above, environments changed as given."""
    changed = {name: {**values, **environments.get(name, {})} for name, values in SETTINGS["environments"].items()}
    return Settings.model_validate({**SETTINGS, "environments": changed, "root": root})


def github(name: str) -> str:
    """The key of a person."""
    return f"github:{PEOPLE[name]}"


def job_of(name: str, github_run: int = 1) -> Actor:
    """A workflow job that the person started."""
    url = f"https://github.com/o/r/actions/runs/{github_run}"
    return Actor(ActorKind.github_actions, f"github:o/r:{PEOPLE[name]}", name, url)


def review(name: str) -> Voice:
    """The person, as a review in GitHub shows it."""
    return Voice(github(name), "github_review", "https://github.com/o/r/actions/runs/1")


@dataclass
class Stage:
    """What the tests act on."""

    root: Path
    target: Target = Target.AWS
    environments: dict[str, dict[str, Any]] = field(default_factory=dict)
    moment: datetime = datetime(2026, 1, 5, 9, tzinfo=UTC)
    made: int = 0

    def __post_init__(self) -> None:
        self.settings = settings(self.root, **self.environments)
        self.ledger = Ledger.open(f"sqlite:///{self.root}/ledger.db", clock=lambda: self.moment)

    @property
    def desk(self) -> ApprovalDesk:
        return ApprovalDesk(self.ledger, self.settings, self.target)

    def later(self, hours: float) -> None:
        self.moment += timedelta(hours=hours)

    def plan(
        self,
        environment: str = "prod",
        starter: Actor | None = None,
        authors: Iterable[tuple[str, Part]] = (("email:eve@example.com", Part.author),),
        **columns: Any,
    ) -> Run:
        """A plan that waits; Ann started it and Eve wrote it, if nothing else is said."""
        self.made += 1
        new = NewRun(
            tree=TREE,
            environment=environment,
            run_kind=RunKind.plan,
            actor=starter or job_of("ann"),
            spec_version_id=None,
            commit=columns.pop("commit", COMMIT),
            target=str(self.target),
            destroys=columns.pop("destroys", False),
            purpose=columns.pop("purpose", None),
            parent_run_id=columns.pop("parent_run_id", None),
        )
        run = self.ledger.open_run(new, exclusive=False)
        self.ledger.transition(run.id, RunStatus.running)
        changes: dict[str, Any] = {"plan_digest": f"{self.made:064x}", "plan_summary": {"add": 1, "drift": 0}}
        changes["policy_result"] = {"allowed": True}
        run = self.ledger.transition(run.id, RunStatus.awaiting_approval, changes={**changes, **columns})
        self.ledger.add_involvements(run.id, authors, source="git")
        return run

    def applied(self, environment: str, promotable: Any, *, kind: RunKind = RunKind.apply) -> Run:
        """A completed apply."""
        actor = job_of("ann")
        run = self.ledger.open_run(
            NewRun(TREE, environment, kind, actor, None, commit=COMMIT, target=str(self.target)), exclusive=True
        )
        self.ledger.transition(run.id, RunStatus.applying, changes={"promotable": promotable})
        self.later(0.1)
        return self.ledger.transition(run.id, RunStatus.completed)

    def checked(self, environment: str, summary: dict[str, Any], kind: RunKind = RunKind.refresh) -> Run:
        """A completed drift check or plan that found what `summary` says."""
        self.later(0.1)
        run = self.ledger.open_run(
            NewRun(TREE, environment, kind, job_of("ann"), None, target=str(self.target)), exclusive=False
        )
        self.ledger.transition(run.id, RunStatus.running)
        return self.ledger.transition(run.id, RunStatus.completed, changes={"plan_summary": summary})

    def say(self, run: Run, voice: Voice, decision: Decision = Decision.approve) -> Approval:
        return self.desk.decide(run, voice, decision, comment=None, now=self.moment)

    def approve(self, run: Run, *names: str) -> None:
        for name in names:
            self.say(run, review(name))

    def decision(self, run: Run, applier: Actor | None = None) -> GateDecision:
        run = self.ledger.run(run.id)
        return decide(question_about(run, self.ledger, self.settings, self.target, self.moment, applier=applier))

    def unmet(self, run: Run, applier: Actor | None = None) -> list[str]:
        """The names of the conditions that do not hold."""
        return [each.name for each in self.decision(run, applier).conditions if not each.holds]

    def kinds(self) -> Sequence[str]:
        return [entry.kind for entry in self.ledger.entries(limit=10_000)]
