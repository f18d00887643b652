"""The custom deployment protection rule: GitHub asks before a job with an environment starts, and the gate answers.

    webhook ─▶ verified ─▶ remembered ─▶ facts from GitHub ─▶ decided ─▶ entry ─▶ answered ─▶ settled

The decision is in the ledger before GitHub hears of it. A request is answered once, whoever sends it how often; one
that only lacks people stays open and is asked about again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from alphaswarm_core.canonical import Json
from alphaswarm_core.errors import AlphaSwarmError
from alphaswarm_core.gates.approving import ApprovalDesk
from alphaswarm_core.gates.asking import question_about
from alphaswarm_core.gates.deciding import decide
from alphaswarm_core.gates.gate import GateDecision
from alphaswarm_core.gates.github_facts import GithubRunFacts, GithubRunName, GithubRuns
from alphaswarm_core.gates.people import people_of
from alphaswarm_core.gates.sparing import Sparing
from alphaswarm_core.gates.syncing import ReviewDesk
from alphaswarm_core.gates.webhook import WebhookRules, verified
from alphaswarm_core.gates.webhook_errors import AnswerNotTakenError, WebhookRefusedError, WebhookReplayedError
from alphaswarm_core.gates.without_plan import FIRST_ATTEMPT, decide_without_plan
from alphaswarm_core.ledger.errors import LedgerError
from alphaswarm_core.ledger.records import Delivery, Run, RunKind, RunStatus
from alphaswarm_core.ledger.store import Ledger
from alphaswarm_core.settings import Settings
from alphaswarm_core.target import Target

APPROVED, REJECTED, NOT_TAKEN = "approved", "rejected", "not_taken"
_FOR_GOOD = frozenset({"waits to be applied", "allowed by policy", "not rejected", FIRST_ATTEMPT})
"""Conditions that nothing can make hold any more, for this plan."""
WAITING = (RunStatus.awaiting_approval, RunStatus.approved)
_MOST_REPORTS = 10  # GitHub takes no more for a deployment
_LONGEST_WAIT = timedelta(days=30)  # GitHub gives up then
_LONGEST_COMMENT = 1000
_PLAIN = str.maketrans(dict.fromkeys("<>`[]!*") | {"@": "(at)"})


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came of a webhook.

    Attributes:
        outcome: `ping`, `accepted`, or what was decided earlier.
        delivery: The request, while it waits for an answer.
    """

    outcome: str
    delivery: Delivery | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What GitHub is told.

    Attributes:
        state: `approved`, `rejected`, or None while people are missing.
        comment: Why, for the page of the run.
        run: The plan; None where there is none.
        decision: The gate's; None where there was no plan to decide on.
    """

    state: str | None
    comment: str
    run: Run | None = None
    decision: GateDecision | None = None


@dataclass(frozen=True, slots=True)
class ProtectionRule:
    """Receives GitHub's requests and answers them."""

    ledger: Ledger
    settings: Settings
    target: Target
    github: GithubRuns
    rules: WebhookRules
    reviews: ReviewDesk = field(init=False)
    strangers: Sparing = field(default_factory=Sparing)
    failures: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        object.__setattr__(self, "reviews", ReviewDesk(ApprovalDesk(self.ledger, self.settings, self.target)))

    def receive(self, headers: Mapping[str, str], body: bytes) -> Receipt:
        """Take a webhook in, without talking to anybody.

        Args:
            headers: With names in lower case.
            body: As it came.

        Raises:
            WebhookRefusedError: it is not one to be answered; the ledger has an entry.
            LedgerError: it cannot be remembered, so it is not taken.
        """
        try:
            delivery = self.verify(headers, body)
        except WebhookRefusedError as error:
            self.note_refusal(error, headers.get("x-github-delivery", ""))
            raise
        if delivery is None:
            return Receipt("ping")
        receipt = self.remember([delivery])[0]
        if isinstance(receipt, WebhookRefusedError):
            raise receipt
        return receipt

    def verify(self, headers: Mapping[str, str], body: bytes) -> Delivery | None:
        """The request in a webhook; None for a greeting. The first half of `receive`: it writes nothing down."""
        return verified(headers, body, self.rules, self.ledger.now())

    def remember(self, received: Sequence[Delivery]) -> list[Receipt | WebhookRefusedError]:
        """The second half, for requests that came at once; what came before is known, or refused as a replay."""
        known = self.ledger.receive_deliveries(received)
        return [self._receipt(*each) for each in zip(received, known, strict=True)]

    def _receipt(self, delivery: Delivery, known: Delivery | None) -> Receipt | WebhookRefusedError:
        if known is None:
            return Receipt("accepted", delivery)
        if (delivery.body_digest, delivery.delivery_id) == (known.body_digest, known.delivery_id):
            return Receipt(known.outcome or "accepted", None if known.outcome else known)
        error = WebhookReplayedError(
            f"The webhook {delivery.delivery_id} is one that came before as {known.delivery_id}",
            why="the same body under another id, or another body under the same id",
            fix="Run the job again: GitHub then asks anew",
        )
        self.note_refusal(error, delivery.delivery_id)
        return error

    def note_refusal(self, error: WebhookRefusedError, delivery_id: str) -> None:
        """An entry about a webhook that was refused; sparingly, since anybody can send one."""
        left_out = self.strangers.left_out_before(self.ledger.now())
        if left_out is not None:
            facts: dict[str, Json] = {"code": error.code, "what": error.what, "left_out_before": left_out}
            self.ledger.note("webhook:refused", delivery_id[:64] or "unknown", facts)

    def open_requests(self) -> list[Delivery]:
        """The requests that still wait for an answer, oldest first."""
        return self.ledger.unsettled_deliveries(self.ledger.now() - _LONGEST_WAIT)

    def settle(self, delivery: Delivery) -> str | None:
        """Decide on a request as things are now, and answer it.

        Returns:
            The answer; None while it stays open.

        Raises:
            AlphaSwarmError: GitHub or the ledger cannot be reached; the request stays open.
        """
        name = GithubRunName(delivery.repository, delivery.github_run)
        try:
            answer = self._decided(name, delivery.environment)
            if answer.state is not None:
                return self._give(name, delivery, answer, answer.state)
            self._report(name, delivery, answer)
        except LedgerError:
            raise
        except AlphaSwarmError as error:
            self._note_failure(delivery, error)
            raise
        return None

    def _decided(self, name: GithubRunName, environment: str) -> Answer:
        plans = self.ledger.runs_of_github_run(name.url, environment)
        if not plans:
            return self._without_plan(name, environment)
        run = plans[0]
        if run.target != self.target:
            return Answer(REJECTED, f"The plan {run.id} was made for the target {run.target}.", run)
        facts = self.github.facts(name, run.commit)
        if run.purpose is None and facts.head_commit != run.commit:
            return Answer(REJECTED, f"The plan {run.id} is not of the commit that this workflow run is on.", run)
        self.reviews.take_over(run, name, facts, self.ledger.now())
        decision = decide(question_about(run, self.ledger, self.settings, self.target, self.ledger.now()))
        title = f"Plan {run.id} ({run.stack}), digest {str(run.plan_digest)[:16]}:"
        return Answer(_state(decision), _comment(title, decision), run, decision)

    def _without_plan(self, name: GithubRunName, environment: str) -> Answer:
        facts = self.github.facts(name, None)
        self._take_over_for_named(name, environment, facts)
        decision = decide_without_plan(
            environment,
            self.settings.environment(environment).approvals,
            facts,
            people_of(self.settings.people),
            self.ledger.halt(),
        )
        title = f"No plan of {environment} by this workflow run is in the ledger; its reviews are counted:"
        return Answer(_state(decision), _comment(title, decision), None, decision)

    def _take_over_for_named(self, name: GithubRunName, environment: str, facts: GithubRunFacts) -> None:
        """Where the run's title names a waiting plan of another run, its reviews are about that plan too.

        The answer does not depend on it: whoever dispatches writes the title. Here the reviews are counted as they are,
        and the runtime asks the gate about the plan itself before it applies it.
        """
        for each in WAITING:
            for run in self.ledger.runs(environment=environment, kind=RunKind.plan, status=each):
                if run.id in facts.title.split() and run.target == self.target:
                    self.reviews.take_over(run, name, facts, self.ledger.now())

    def _report(self, name: GithubRunName, delivery: Delivery, answer: Answer) -> None:
        if answer.comment == delivery.report or delivery.reports >= _MOST_REPORTS:
            return
        self.github.answer(name, delivery.environment, None, answer.comment)
        self.ledger.settle_delivery(
            delivery.body_digest, None, report=answer.comment, note=self._entry("gate:reported", delivery, answer)
        )

    def _give(self, name: GithubRunName, delivery: Delivery, answer: Answer, state: str) -> str:
        self.ledger.note(*self._entry("gate:decided", delivery, answer))
        outcome, kind = state, "gate:answered"
        try:
            self.github.answer(name, delivery.environment, state, answer.comment)
        except AnswerNotTakenError:
            outcome, kind = NOT_TAKEN, "gate:answer:not_taken"
        self.ledger.settle_delivery(delivery.body_digest, outcome, note=self._entry(kind, delivery, answer))
        return outcome

    def _entry(self, kind: str, delivery: Delivery, answer: Answer) -> tuple[str, str, Json]:
        conditions = answer.decision.conditions if answer.decision else ()
        facts: dict[str, Json] = {
            "delivery": delivery.delivery_id,
            "repository": delivery.repository,
            "github_run": delivery.github_run,
            "environment": delivery.environment,
            "state": answer.state,
            "comment": answer.comment,
            "plan_digest": answer.run.plan_digest if answer.run else None,
            "unmet": [each.name for each in conditions if not each.holds],
        }
        return kind, answer.run.id if answer.run else delivery.delivery_id, facts

    def _note_failure(self, delivery: Delivery, error: AlphaSwarmError) -> None:
        """Once for each reason: a request is asked about again and again until GitHub answers."""
        key = (delivery.body_digest, error.code)
        if key not in self.failures:
            self.failures.add(key)
            facts: dict[str, Json] = {"code": error.code, "what": error.what, "environment": delivery.environment}
            self.ledger.note("gate:answer:failed", delivery.delivery_id, facts)


def _state(decision: GateDecision) -> str | None:
    if decision.go:
        return APPROVED
    return REJECTED if any(each.name in _FOR_GOOD for each in decision.conditions if not each.holds) else None


def _comment(title: str, decision: GateDecision) -> str:
    """The conditions as a list; what people wrote stays text and becomes no markup."""
    lines = [title]
    lines += [f"- {'yes' if each.holds else 'NO'}: {each.name}: {each.detail}" for each in decision.conditions]
    return "\n".join(lines).translate(_PLAIN)[:_LONGEST_COMMENT]
