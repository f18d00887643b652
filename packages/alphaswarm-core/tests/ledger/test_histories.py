"""Random histories: whatever the ledger lets happen verifies, and only what the table allows happens."""

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from alphaswarm_core.ledger.errors import (
    ApprovalExistsError,
    IllegalTransitionError,
    LedgerRecordError,
    PlanAlreadyUsedError,
    StackBusyError,
)
from alphaswarm_core.ledger.records import Decision, Run, RunKind, RunStatus, SpecRecord
from alphaswarm_core.ledger.store import Ledger
from alphaswarm_core.ledger.transitions import is_legal, releases_lease

from .databases import TestDatabase
from .samples import ANN, BUILD, DIGEST, TREE, new_run
from .test_chain import JSON

KINDS = st.sampled_from(RunKind)
STATUSES = st.sampled_from(RunStatus)
ENVIRONMENTS = st.sampled_from(["dev", "prod"])
WORDS = st.text(max_size=20)
COLUMNS: dict[str, st.SearchStrategy[Any]] = {
    "plan_digest": st.just(DIGEST),
    "plan_summary": JSON,
    "policy_result": JSON,
    "state_after": JSON,
    "error": st.none() | WORDS,
    "note": WORDS,
    "exit_code": st.none() | st.integers(-1, 255),
    "halted": st.booleans(),
    "destroys": st.booleans(),
}


class Histories(RuleBasedStateMachine):
    """Does what commands do, in any order, and keeps a model of what must come out."""

    database: TestDatabase
    runs = Bundle("runs")

    @initialize()
    def begin(self) -> None:
        self.database.renew()
        self.ledger = Ledger.open(self.database.url)
        self.status: dict[str, RunStatus] = {}
        self.kind: dict[str, RunKind] = {}
        self.holder: dict[str, str] = {}
        self.claimed: set[str] = set()
        self.entries = 0

    def teardown(self) -> None:
        if hasattr(self, "ledger"):
            self.ledger.close()

    def opened(self, run: Run, *, exclusive: bool) -> str:
        self.status[run.id], self.kind[run.id] = RunStatus.queued, run.run_kind
        self.entries += 1
        if exclusive:
            self.holder[run.stack] = run.id
        return run.id

    def moved(self, run_id: str, status: RunStatus) -> None:
        self.status[run_id] = status
        self.entries += 1
        if releases_lease(status):
            self.holder = {stack: holder for stack, holder in self.holder.items() if holder != run_id}

    @rule(target=runs, kind=KINDS, environment=ENVIRONMENTS, exclusive=st.booleans(), note=st.none() | WORDS)
    def open_run(self, kind: RunKind, environment: str, exclusive: bool, note: str | None) -> Any:
        busy = exclusive and f"{TREE}/{environment}" in self.holder
        holder: str | None = None
        try:
            run = self.ledger.open_run(new_run(kind, environment=environment, note=note), exclusive=exclusive)
        except StackBusyError as error:
            holder = error.run.id
        if busy:
            assert holder == self.holder[f"{TREE}/{environment}"]
            return "none"
        assert holder is None
        return self.opened(run, exclusive=exclusive)

    @rule(run=runs, status=STATUSES, changes=st.fixed_dictionaries({}, optional=COLUMNS))
    def transition(self, run: str, status: RunStatus, changes: dict[str, Any]) -> None:
        if run not in self.status:
            return
        kind, before = self.kind[run], self.status[run]
        legal = is_legal(kind, before, status) and not (kind is RunKind.plan and status is RunStatus.applying)
        try:
            after = self.ledger.transition(run, status, changes=changes)
        except IllegalTransitionError:
            assert not legal
            return
        assert legal
        assert after == self.ledger.run(run)
        self.moved(run, status)

    @rule(target=runs, run=runs, kind=st.sampled_from([RunKind.apply, RunKind.destroy]))
    def claim(self, run: str, kind: RunKind) -> Any:
        if run not in self.status or self.kind[run] is not RunKind.plan:
            return "none"
        plan = self.ledger.run(run)
        free = plan.stack not in self.holder
        try:
            apply = self.ledger.claim_plan(run, new_run(kind, environment=plan.environment, actor=BUILD))
        except (StackBusyError, PlanAlreadyUsedError, IllegalTransitionError):
            assert not (free and plan.status is RunStatus.approved and run not in self.claimed)
            return "none"
        assert free
        assert run not in self.claimed
        self.claimed.add(run)
        self.moved(run, RunStatus.applying)
        return self.opened(apply, exclusive=True)

    @rule(
        run=runs,
        approver=st.sampled_from(["bob", "eve"]),
        decision=st.sampled_from(Decision),
        comment=st.none() | WORDS,
    )
    def approve(self, run: str, approver: str, decision: Decision, comment: str | None) -> None:
        if run not in self.status:
            return
        given = {approval.approver for approval in self.ledger.approvals(run)}
        try:
            self.ledger.add_approval(run, DIGEST, approver, decision, comment=comment, source="cli")
        except ApprovalExistsError:
            assert approver in given
        except LedgerRecordError:
            assert self.ledger.run(run).plan_digest is None
        else:
            self.entries += 1

    @rule(on=st.booleans(), reason=WORDS)
    def halt(self, on: bool, reason: str) -> None:
        self.ledger.set_halt(on=on, reason=reason, actor=ANN)
        assert self.ledger.halt().on == on
        self.entries += 1

    @rule(
        environment=ENVIRONMENTS,
        digest=st.sampled_from(["a" * 64, "b" * 64]),
        document=JSON.filter(lambda document: document is not None),
    )
    def register(self, environment: str, digest: str, document: Any) -> None:
        before = self.ledger.head()[0]
        first = self.ledger.register_spec(SpecRecord(TREE, environment, digest, document))
        assert self.ledger.register_spec(SpecRecord(TREE, environment, digest, document)) == first
        self.entries += self.ledger.head()[0] - before

    @rule(subject=WORDS, facts=JSON)
    def note(self, subject: str, facts: Any) -> None:
        self.ledger.note("run:refused", subject, facts)
        self.entries += 1

    @rule(run=consumes(runs))
    def die(self, run: str) -> None:
        """All processes die at once."""
        for ended in self.ledger.interrupt_dead_runs(is_alive=lambda pid, started: False):
            self.moved(ended.id, RunStatus.interrupted)

    @invariant()
    def it_verifies(self) -> None:
        if not hasattr(self, "ledger"):
            return
        report = self.ledger.verify()
        assert report.ok, report.problems
        assert (report.entries, report.runs) == (self.entries, len(self.status))
        exclusive = {lease.stack: lease.run_id for lease in self.ledger.leases() if lease.exclusive}
        assert exclusive == self.holder
        assert {run.id: run.status for run in self.ledger.runs(limit=1000)} == self.status


@pytest.fixture
def histories(database: TestDatabase) -> type[Histories]:
    return type("Histories", (Histories,), {"database": database})


def test_any_history_verifies_when_it_happened_through_the_ledger(
    histories: type[Histories], database: TestDatabase
) -> None:
    examples = 60 if database.name == "sqlite" else 20
    run_state_machine_as_test(
        histories, settings=settings(max_examples=examples, stateful_step_count=25, deadline=None)
    )
