"""P3: nothing reaches `staging` without one, `prod` without two distinct approvals of that plan digest, ever.

The real `TerraformRuntime.apply` is driven over random histories; only Terraform itself is left out. What should come
out is computed beside it from the history alone, by a few lines that share no code with the gate.
"""

import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from alphaswarm_core.errors import AlphaSwarmError
from alphaswarm_core.gates.approving import Voice
from alphaswarm_core.ledger.records import Actor, Decision, Part, Run, RunKind, RunStatus, SpecRecord
from alphaswarm_core.source_revision import SourceRevision
from alphaswarm_core.target import Target
from alphaswarm_core.terraform import runtime as runtime_module
from alphaswarm_core.terraform.context import RuntimeContext, Silent
from alphaswarm_core.terraform.engines.base import EngineIdentity, EngineKind
from alphaswarm_core.terraform.execution import StopRequest
from alphaswarm_core.terraform.gating import prepare_for_approval
from alphaswarm_core.terraform.runtime import TerraformRuntime

from .stage import PEOPLE, TREE, Stage, github, job_of

NEEDED = {"dev": 0, "staging": 1, "prod": 2}
NAMES = st.sampled_from(sorted(PEOPLE))
ENGINE = SimpleNamespace(identity=EngineIdentity(EngineKind.BINARY, "terraform", "1.11.4"))
COMMITS = {"a" * 40: "eve", "b" * 40: "dee"}
"""Commit → who wrote it."""


@dataclass
class Facts:
    """What the history says of one plan."""

    environment: str
    starter: str
    change: str
    commit: str
    parts: set[str]
    yes: dict[str, datetime] = field(default_factory=dict)
    no: set[str] = field(default_factory=set)
    spent: bool = False

    def same_change(self, other: "Facts") -> bool:
        return (self.environment, self.change, self.commit) == (other.environment, other.change, other.commit)

    def counted(self, now: datetime, applier: str) -> set[str]:
        fresh = {name for name, at in self.yes.items() if now < at + timedelta(hours=24)}
        return fresh - self.parts - {self.starter, applier}


class FourEyes(RuleBasedStateMachine):
    """People and machines do what they can, in any order."""

    plans = Bundle("plans")

    @initialize()
    def begin(self) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="four-eyes-"))
        self.stage = Stage(self.root)
        self.facts: dict[str, Facts] = {}
        self.order: list[str] = []
        self.applies = 0

    def teardown(self) -> None:
        if hasattr(self, "stage"):
            self.stage.ledger.close()
            shutil.rmtree(self.root)

    def context(self, actor: Actor) -> RuntimeContext:
        return RuntimeContext(
            settings=self.stage.settings,
            ledger=self.stage.ledger,
            target=Target.AWS,
            cloud={},
            ambient={},
            actor=actor,
            revision=SourceRevision("a" * 40, "refs/heads/main"),
            observer=Silent(),
            stop=StopRequest(),
            read_state_lock=lambda backend, directory: None,
            read_authors=lambda commit: [(f"email:{COMMITS[commit]}@example.com", Part.author)],
        )

    @rule(
        target=plans,
        environment=st.sampled_from(["staging", "prod", "prod"]),
        starter=NAMES,
        change=st.sampled_from("xy"),
        commit=st.sampled_from(sorted(COMMITS)),
        secret=st.booleans(),
    )
    def make_plan(self, environment: str, starter: str, change: str, commit: str, secret: bool) -> str:
        return self.plan(environment, starter, change, commit, secret=secret)

    def plan(self, environment: str, starter: str, change: str, commit: str, *, secret: bool) -> str:
        spec = self.stage.ledger.register_spec(_spec(environment, commit))
        run = self.stage.ledger.open_run(
            runtime_module.new_run(
                self.context(job_of(starter)),
                RunKind.plan,
                _loaded(environment),
                ENGINE.identity,
                version=spec.id,
            ),
            exclusive=False,
        )
        self.stage.ledger.transition(run.id, RunStatus.running, changes={"commit": commit})
        digest = f"{len(self.order) + 1:064x}"
        columns: dict[str, Any] = {"plan_digest": digest, "plan_summary": {"add": 1, "drift": 0}}
        columns |= {"policy_result": {"allowed": True}, "images": []}
        columns["change_digest"] = None if secret else change * 64
        run = self.stage.ledger.transition(run.id, RunStatus.awaiting_approval, changes=columns)
        facts = Facts(environment, starter, change if not secret else digest, commit, {COMMITS[commit]})
        prepare_for_approval(self.context(job_of(starter)), run)
        self._carry(facts)
        self.facts[run.id] = facts
        self.order.append(run.id)
        return run.id

    def _carry(self, facts: Facts) -> None:
        """The same change, planned again, keeps the approvals that are still fresh, with their age."""
        for earlier in map(self.facts.__getitem__, reversed(self.order)):
            if facts.same_change(earlier):
                if not earlier.no:
                    limit = self.stage.moment - timedelta(hours=24)
                    facts.yes = {name: at for name, at in earlier.yes.items() if at > limit}
                return

    @rule(plan=plans, name=NAMES, door=st.sampled_from(["github", "admin", "rehearsal", "bot", "mail"]))
    def approve(self, plan: str, name: str, door: str) -> None:
        self._say(plan, name, door, Decision.approve)

    def several_approve(self, plan: str, names: list[str]) -> None:
        for name in names:
            self._say(plan, name, "github", Decision.approve)

    @rule(
        environment=st.sampled_from(["staging", "prod"]),
        starter=NAMES,
        names=st.lists(NAMES, unique=True, min_size=1, max_size=4),
        hours=st.sampled_from([0, 0, 12, 23, 24]),
        applier=NAMES,
        again=st.booleans(),
    )
    def go_all_the_way(
        self, *, environment: str, starter: str, names: list[str], hours: int, applier: str, again: bool
    ) -> None:
        """What people mean to do: plan, approve, apply; perhaps plan the same once more in between."""
        plan = self.plan(environment, starter, "x", "a" * 40, secret=False)
        self.several_approve(plan, names)
        self.stage.later(hours)
        if again:
            plan = self.plan(environment, starter, "x", "a" * 40, secret=False)
        self.apply(plan, applier)

    @rule(plan=plans, name=NAMES, door=st.sampled_from(["github", "admin"]))
    def reject(self, plan: str, name: str, door: str) -> None:
        self._say(plan, name, door, Decision.reject)

    def _say(self, plan: str, name: str, door: str, decision: Decision) -> None:
        facts, run = self.facts[plan], self.stage.ledger.run(plan)
        entries = self.stage.ledger.head()[0]
        voice = {
            "github": Voice(github(name), "github_review"),
            "admin": Voice(f"admin:sub-{name}", "admin_console"),
            "rehearsal": Voice(f"rehearsal:{name}", "rehearsal"),
            "bot": Voice(f"bot:{name}", "github_review"),
            "mail": Voice(github(name), "mail"),
        }[door]
        try:
            self.stage.say(run, voice, decision)
        except AlphaSwarmError:
            assert self.stage.ledger.entries(after=entries)[-1].kind == "approval:refused"
            return
        assert door in {"github", "admin"}
        assert not facts.spent
        if decision is Decision.reject:
            facts.no.add(name)
        else:
            assert name not in facts.parts | {facts.starter} | set(facts.yes) | facts.no
            facts.yes[name] = self.stage.moment

    @rule(plan=plans, name=NAMES, part=st.sampled_from(Part))
    def turn_out_to_have_a_part(self, plan: str, name: str, part: Part) -> None:
        self.stage.ledger.add_involvements(plan, [(github(name), part)], source="github")
        self.facts[plan].parts.add(name)

    @rule(hours=st.sampled_from([1, 12, 23, 25]))
    def time_passes(self, hours: int) -> None:
        self.stage.later(hours)

    @rule(on=st.sampled_from([True, False, False]))
    def halt(self, on: bool) -> None:
        self.stage.ledger.set_halt(on=on, reason="drill", actor=job_of("ann"))

    @rule(plan=plans, applier=NAMES)
    def try_to_apply(self, plan: str, applier: str) -> None:
        self.apply(plan, applier)

    def apply(self, plan: str, applier: str) -> None:
        facts, before = self.facts[plan], self.stage.ledger.head()[0]
        halted = self.stage.ledger.halt().on
        waits = self.stage.ledger.run(plan).status in {RunStatus.awaiting_approval, RunStatus.approved}
        enough = len(facts.counted(self.stage.moment, applier)) >= NEEDED[facts.environment]
        allowed = waits and enough and not facts.no and not halted
        refusal = self._refusal_of_apply(plan, applier)
        assert allowed is (refusal is None), f"{refusal or 'applied'}: {facts}"
        if refusal:
            assert self.stage.ledger.entries(after=before)[-1].kind == "run:apply:refused"
            return
        facts.spent = True
        self.applies += 1

    def _refusal_of_apply(self, plan: str, applier: str) -> AlphaSwarmError | None:
        try:
            TerraformRuntime(self.context(job_of(applier))).apply(plan)
        except AlphaSwarmError as error:
            return error
        return None

    @invariant()
    def only_what_was_allowed_was_applied(self) -> None:
        if hasattr(self, "stage"):
            assert len(self.stage.ledger.runs(kind=RunKind.apply, limit=1000)) == self.applies

    @invariant()
    def the_ledger_is_whole(self) -> None:
        if hasattr(self, "stage"):
            assert self.stage.ledger.verify().ok


def _spec(environment: str, commit: str) -> SpecRecord:
    return SpecRecord(TREE, environment, f"{environment}-{commit}"[:64], {"commit": commit})


def _loaded(environment: str) -> Any:
    return SimpleNamespace(tree=TREE, environment=environment, lock_hash="l" * 64, stack=f"{TREE}/{environment}")


@pytest.fixture
def without_terraform(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything of an apply but Terraform itself, the files and the spec of the checkout."""

    def same(self: TerraformRuntime, planned: Run) -> tuple[Any, Any]:
        return _loaded(planned.environment), ENGINE

    monkeypatch.setattr(TerraformRuntime, "_same_spec_and_engine", same)
    monkeypatch.setattr(runtime_module, "read_checked", lambda path, digest: b"")
    monkeypatch.setattr(runtime_module.Applier, "apply", lambda *arguments, **options: ())


@pytest.mark.usefixtures("without_terraform")
def test_nothing_is_applied_without_the_approvals_that_its_environment_asks_for() -> None:
    run_state_machine_as_test(
        FourEyes,
        settings=settings(
            max_examples=60,
            report_multiple_bugs=False,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
