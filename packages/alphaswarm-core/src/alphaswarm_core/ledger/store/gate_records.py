"""The part of the ledger that the gate works with: approvals, involvements, waivers, webhooks."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Any

from alphaswarm_core.canonical import Json
from alphaswarm_core.ledger.chain import canonical_text
from alphaswarm_core.ledger.records import (
    Approval,
    Decision,
    Delivery,
    Involvement,
    Part,
    Run,
    RunKind,
    RunStatus,
    Waiver,
)
from alphaswarm_core.ledger.redaction import Redactor
from alphaswarm_core.ledger.store import approvals, deliveries, plan_changes, run_rows, runs
from alphaswarm_core.ledger.store.appending import Transaction, writing
from alphaswarm_core.ledger.store.database import Database, UniqueViolationError
from alphaswarm_core.ledger.times import Clock, format_time

_PAGE = 100


class GateRecords:
    """What `Ledger` inherits: see there."""

    def __init__(self, database: Database, clock: Clock, redactor: Redactor) -> None:
        self._database = database
        self._clock = clock
        self._redactor = redactor

    def _writing(self) -> AbstractContextManager[Transaction]:
        return writing(self._database, self._clock, self._redactor)

    @contextmanager
    def _reading(self) -> Iterator[Database]:
        with self._database.snapshot():
            yield self._database

    def now(self) -> datetime:
        """The time by the ledger's clock: approvals expire by the clock that dated them."""
        return self._clock()

    # Recording

    def add_approval(
        self,
        run_id: str,
        plan_digest: str,
        approver: str,
        decision: Decision,
        *,
        comment: str | None = None,
        source: str,
        reference: str | None = None,
        given_at: str | None = None,
        carried_from: str | None = None,
    ) -> Approval:
        """Record a verified person's decision on a run's plan digest, bound to its stack and commit.

        An approval may be taken back by a rejection. A rejection stays.

        Args:
            run_id: The plan run.
            plan_digest: The digest that the person has looked at.
            approver: Who: `github:<id>`.
            decision: Yes or no.
            comment: What the person said.
            source: Where it was given and verified.
            reference: The address of that place.
            given_at: When the person gave it, ledger time; None for now.
            carried_from: The approval of an earlier plan that did the same.

        Raises:
            ApprovalExistsError: that person has decided on that run.
            LedgerRecordError: the run's plan has another digest.
        """
        values: dict[str, Json] = {"run_id": run_id, "plan_digest": plan_digest, "approver": approver}
        values |= {"decision": str(decision), "comment": comment, "source": source, "reference": reference}
        values |= {"given_at": given_at, "carried_from": carried_from}
        with self._writing() as transaction:
            return approvals.add_approval(transaction, values)

    def add_involvements(self, run_id: str, people: Iterable[tuple[str, Part]], *, source: str) -> list[Involvement]:
        """Record who had a part in a run. Returns those that were not known yet."""
        with self._writing() as transaction:
            return approvals.add_involvements(transaction, run_id, people, source)

    def add_waiver(self, run_id: str, plan_digest: str, approver: str, reason: str, *, source: str) -> Waiver:
        """Record that a verified person lets a plan through without its promotion.

        Raises:
            ApprovalExistsError: that person has waived it.
            LedgerRecordError: the run's plan has another digest, or there is no reason.
        """
        values: dict[str, Json] = {"run_id": run_id, "plan_digest": plan_digest, "approver": approver}
        with self._writing() as transaction:
            return approvals.add_waiver(transaction, {**values, "reason": reason, "source": source})

    # Plans, for reading

    def keep_plan_changes(self, run_id: str, document: Json) -> str | None:
        """Keep what a plan would do, without secrets. Returns the digest for its row; None where it is too large."""
        with self._writing() as transaction:
            return plan_changes.keep(transaction, run_id, self._redactor.json(document))

    def plan_changes(self, run: Run) -> Any:
        """What the plan of a run would do, as it was kept; None where it was not.

        Raises:
            LedgerCorruptError: it is not the one that the run's row names.
        """
        with self._reading() as database:
            return plan_changes.find(database, run)

    # Webhooks

    def receive_delivery(self, delivery: Delivery) -> Delivery | None:
        """Remember a webhook's delivery; the earlier one with its body or its id, where there is one."""
        return self.receive_deliveries([delivery])[0]

    def receive_deliveries(self, received: Sequence[Delivery]) -> list[Delivery | None]:
        """The same for several that came at once: one commit, so that a slow disk does not hold them up one by one."""
        try:
            with self._writing() as transaction:
                return [deliveries.receive(transaction, each) for each in received]
        except UniqueViolationError:  # PostgreSQL: one came twice at the same moment
            with self._writing() as transaction:
                return [deliveries.receive(transaction, each) for each in received]

    def settle_delivery(
        self, body_digest: str, outcome: str | None, *, report: str | None = None, note: tuple[str, str, Json]
    ) -> None:
        """Say what became of a delivery, together with the entry (kind, subject, facts) that says so."""
        with self._writing() as transaction:
            deliveries.settle(transaction, body_digest, outcome, report)
            transaction.event(*note)

    def deliveries(self, repository: str, github_run: int) -> list[Delivery]:
        """The deliveries of a GitHub run, oldest first."""
        with self._reading() as database:
            return deliveries.of_github_run(database, repository, github_run)

    def unsettled_deliveries(self, since: datetime) -> list[Delivery]:
        """The deliveries after `since` that were not decided yet, oldest first."""
        with self._reading() as database:
            return deliveries.unsettled(database, format_time(since), _PAGE)

    # Reading

    def runs_of_github_run(self, run_url: str, environment: str) -> list[Run]:
        """The plans of an environment that the GitHub run at `run_url` made, newest first."""
        conditions = {"actor_run_url": run_url, "environment": environment, "run_kind": RunKind.plan}
        with self._reading() as database:
            return run_rows.select(database, conditions, before=None, limit=_PAGE)

    def applied_like(self, tree: str, environment: str, promotable: Json) -> list[Run]:
        """Completed applies of a stack that put there exactly what `promotable` says, newest first."""
        conditions = {"tree": tree, "environment": environment, "run_kind": RunKind.apply}
        conditions |= {"status": RunStatus.completed, "promotable": canonical_text(promotable)}
        with self._reading() as database:
            return run_rows.select(database, conditions, before=None, limit=_PAGE)

    def runs_after(self, run: Run, kinds: Iterable[RunKind]) -> list[Run]:
        """Runs of the same stack that were opened after `run`, of the given kinds, oldest first."""
        with self._reading() as database:
            found = [each for kind in kinds for each in run_rows.after(database, run, kind)]
        return sorted(found, key=lambda each: each.id)

    def applied_by(self, plan_run_id: str) -> Run | None:
        """The run that applies a plan, whatever became of it."""
        with self._reading() as database:
            return next(iter(runs.applies_of(database, plan_run_id)), None)

    def approvals(self, run_id: str) -> list[Approval]:
        """The approvals of a run, oldest first."""
        with self._reading() as database:
            return approvals.approvals(database, run_id)

    def involvements(self, run_id: str) -> list[Involvement]:
        """Who had a part in a run."""
        with self._reading() as database:
            return approvals.involvements(database, run_id)

    def waivers(self, run_id: str) -> list[Waiver]:
        """The waivers of a plan, oldest first."""
        with self._reading() as database:
            return approvals.waivers(database, run_id)
