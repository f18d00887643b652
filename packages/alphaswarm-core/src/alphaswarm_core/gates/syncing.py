"""Approvals read back from GitHub's environment reviews, and the people that GitHub knows to have a part in a run.

A review in GitHub is about a workflow run and an environment, not about a plan. It is taken as an approval of a plan
only where it cannot be about another one: the workflow run made one plan of that environment, or the comment names it.
GitHub does not say when a review was given, so it counts as old as it could be: from when the plan was made.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from alphaswarm_core.errors import AlphaSwarmError
from alphaswarm_core.gates.approving import ApprovalDesk, Voice
from alphaswarm_core.gates.counting import Source
from alphaswarm_core.gates.errors import ReviewUnclearError
from alphaswarm_core.gates.github_facts import GithubRunFacts, GithubRunName, Review
from alphaswarm_core.gates.people import people_of
from alphaswarm_core.ledger.errors import LedgerError
from alphaswarm_core.ledger.records import Decision, Run

_DECISIONS: Mapping[str, Decision] = {"approved": Decision.approve, "rejected": Decision.reject}


@dataclass(frozen=True, slots=True)
class ReviewOutcome:
    """What became of a review. `refusal` is why it was not recorded; `known` that it had been before."""

    review: Review
    known: bool = False
    refusal: AlphaSwarmError | None = None


@dataclass(frozen=True, slots=True)
class ReviewDesk:
    """Takes reviews over into the ledger.

    Attributes:
        desk: Where approvals are recorded.
        refused: What was refused already: whoever asks GitHub again and again writes each entry once.
    """

    desk: ApprovalDesk
    refused: dict[tuple[str, str, str, str], AlphaSwarmError] = field(default_factory=dict)

    def take_over(self, run: Run, name: GithubRunName, facts: GithubRunFacts, now: datetime) -> list[ReviewOutcome]:
        """Record what GitHub says of the workflow run that made the plan `run`: people first, then their reviews."""
        self.desk.ledger.add_involvements(run.id, facts.parts, source="github")
        about = [each for each in facts.reviews if run.environment in each.environments and each.state in _DECISIONS]
        unclear = self._unclear(run, name) if about else None
        return [self._one(run, name, each, unclear, now) for each in about]

    def _unclear(self, run: Run, name: GithubRunName) -> str | None:
        """Why a review might be about something else; None where it cannot be."""
        plans = self.desk.ledger.runs_of_github_run(name.url, run.environment)
        others = [each.id for each in plans if each.id != run.id]
        if others:
            return f"the workflow run made more than one plan of {run.environment}: {', '.join(others)} too"
        asked = self.desk.ledger.deliveries(name.repository, name.number)
        if any(each.environment == run.environment and each.received_at < run.queued_at for each in asked):
            return f"{run.environment} was asked for before this plan was made"
        return None

    def _one(self, run: Run, name: GithubRunName, review: Review, unclear: str | None, now: datetime) -> ReviewOutcome:
        decision, key = _DECISIONS[review.state], (run.id, review.subject, review.state, review.comment)
        if self._is_known(run, review, decision):
            return ReviewOutcome(review, known=True)
        if key not in self.refused:
            voice = Voice(review.subject, Source.github_review, name.url)
            try:
                self._record(run, voice, review, unclear=unclear, now=now)
            except LedgerError:
                raise
            except AlphaSwarmError as error:
                self.refused[key] = error
        return ReviewOutcome(review, refusal=self.refused.get(key))

    def _is_known(self, run: Run, review: Review, decision: Decision) -> bool:
        people = people_of(self.desk.settings.people)
        key = people.key(review.subject)
        return any(
            (people.key(each.approver), each.decision) == (key, decision)
            for each in self.desk.ledger.approvals(run.id)
            if key is not None
        )

    def _record(self, run: Run, voice: Voice, review: Review, *, unclear: str | None, now: datetime) -> None:
        decision = _DECISIONS[review.state]
        comment = review.comment or None
        # A no is taken as one whatever it was about: at worst somebody plans again.
        if unclear and decision is Decision.approve and run.id not in review.comment:
            self.desk.refuse(
                run,
                voice,
                {"decision": str(decision), "comment": comment},
                ReviewUnclearError(
                    f"The review by {review.login} does not say which plan it is about",
                    why=unclear,
                    fix=f"Review with the plan's id in the comment: {run.id}",
                ),
            )
        self.desk.decide(run, voice, decision, comment=comment, now=now, given_at=run.queued_at)
