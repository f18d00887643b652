"""Recording what people say to a plan: approvals, rejections, waivers, requests. Every refusal is an entry too."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from alphaswarm_core.canonical import Json
from alphaswarm_core.errors import AlphaSwarmError, RefusedError, UsageError
from alphaswarm_core.gates.asking import question_about
from alphaswarm_core.gates.counting import COUNTED_SOURCES
from alphaswarm_core.gates.deciding import Question
from alphaswarm_core.gates.errors import ApproverExcludedError, ApproverUnverifiedError, PlanNotWaitingError
from alphaswarm_core.ledger.errors import LedgerError
from alphaswarm_core.ledger.records import Actor, Approval, Decision, Run, RunKind, RunStatus, Waiver
from alphaswarm_core.ledger.store import Ledger
from alphaswarm_core.settings import Settings
from alphaswarm_core.target import Target

_WAITING = frozenset({RunStatus.awaiting_approval, RunStatus.approved})


@dataclass(frozen=True, slots=True)
class Voice:
    """A person as a source verified them.

    Attributes:
        subject: See `people`.
        source: See `counting.Source`.
        reference: The address of the place where the person said it.
    """

    subject: str
    source: str
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class ApprovalDesk:
    """Where approvals are recorded, for one target."""

    ledger: Ledger
    settings: Settings
    target: Target

    def decide(
        self,
        run: Run,
        voice: Voice,
        decision: Decision,
        *,
        comment: str | None,
        now: datetime,
        given_at: str | None = None,
    ) -> Approval:
        """Record a person's yes or no to the plan of `run`.

        Args:
            run: The plan.
            voice: Who says it, and where that was verified.
            decision: Yes or no.
            comment: What the person has to say.
            now: The moment.
            given_at: When the person said it, ledger time; None for now. An approval counts from then on.

        Raises:
            RefusedError: the person does not count, is not verified, or there is nothing to decide; the ledger has an
                entry.
            ApprovalExistsError: the person has decided already; so has the ledger.
        """
        facts = {"decision": str(decision), "comment": comment}
        with self._refusal_noted("approval:refused", run, voice, facts):
            question = question_about(run, self.ledger, self.settings, self.target, now)
            approver = self._verified(question, voice, counts=decision is Decision.approve)
            return self.ledger.add_approval(
                run.id,
                str(run.plan_digest),
                approver,
                decision,
                comment=comment,
                source=voice.source,
                reference=voice.reference,
                given_at=given_at,
            )

    def refuse(self, run: Run, voice: Voice, facts: Mapping[str, Json], error: RefusedError) -> NoReturn:
        """Refuse what a person said before anything of it is looked at; the ledger has an entry."""
        with self._refusal_noted("approval:refused", run, voice, facts):
            raise error

    def waive(self, run: Run, voice: Voice, reason: str, *, now: datetime) -> Waiver:
        """Record that a person lets the plan of `run` through without its promotion.

        Raises:
            UsageError: there is no reason, or no promotion is asked for.
            RefusedError, ApprovalExistsError: as for an approval.
        """
        with self._refusal_noted("waiver:refused", run, voice, {"reason": reason}):
            if self.settings.environment(run.environment).promoted_from is None:
                raise UsageError(f"{run.environment} asks for no promotion, so there is nothing to waive")
            if not reason.strip():
                raise UsageError("A waiver needs a reason", fix="--reason 'hotfix for incident 42'")
            question = question_about(run, self.ledger, self.settings, self.target, now)
            approver = self._verified(question, voice, counts=True)
            return self.ledger.add_waiver(run.id, str(run.plan_digest), approver, reason, source=voice.source)

    def request(self, run: Run, actor: Actor, *, now: datetime) -> list[str]:
        """Record that somebody asks for approvals of `run`. Returns the declared people who could give one."""
        _require_waiting(run)
        question = question_about(run, self.ledger, self.settings, self.target, now)
        electorate = question.electorate()
        said = {each.approver for each in question.approvals}
        who = [
            question.people.name(key)
            for key in question.people.declared.values()
            if electorate.why_not_person(key) is None and key not in said
        ]
        facts: Json = {"actor": actor.subject, "asked": who, "plan_digest": run.plan_digest, "stack": run.stack}
        self.ledger.note("approval:requested", run.id, facts)
        return who

    def _verified(self, question: Question, voice: Voice, *, counts: bool) -> str:
        """The key of the person, who has to be one, from a source that counts; with `counts`, without a part."""
        _require_waiting(question.run)
        if voice.source not in COUNTED_SOURCES[self.target]:
            raise ApproverUnverifiedError(
                f"An approval from '{voice.source}' does not count on {self.target}",
                why=f"these do: {', '.join(sorted(COUNTED_SOURCES[self.target]))}",
                fix="Approve in GitHub, on the run's page, then: alphaswarm gate sync " + question.run.id,
            )
        key = question.people.key(voice.subject)
        if key is None:
            raise ApproverUnverifiedError(
                f"{voice.subject} is not known as a person",
                why="a bot or build is none, and a user of the admin console needs a GitHub account in [people]",
                fix="Declare the person in alphaswarm.toml: [people.NAME] github_id = …",
            )
        did = question.electorate().excluded.get(key)
        if counts and did:
            raise ApproverExcludedError(
                f"{question.people.name(key)} {did} and does not count",
                why="four eyes: whoever has a part in a change does not approve it",
                fix="Ask somebody else",
            )
        return key

    @contextmanager
    def _refusal_noted(self, kind: str, run: Run, voice: Voice, facts: Mapping[str, Json]) -> Iterator[None]:
        try:
            yield
        except LedgerError:
            raise
        except AlphaSwarmError as error:
            about = {"approver": voice.subject, "source": voice.source, "stack": run.stack}
            refusal = {"code": error.code, "what": error.what, "plan_digest": run.plan_digest}
            self.ledger.note(kind, run.id, {**about, **facts, **refusal})
            raise


def _require_waiting(run: Run) -> None:
    if run.run_kind is not RunKind.plan or run.status not in _WAITING or run.plan_digest is None:
        raise PlanNotWaitingError(
            f"The {run.run_kind} run {run.id} is {run.status.replace('_', ' ')}, and nothing waits for approval",
            why=run.error,
            fix="See what waits: alphaswarm gate status",
        )
