"""The one decision on a plan: everything that has to hold before it is applied, asked in one place.

The runtime asks it before an apply, the deployment protection rule before it answers GitHub, `alphaswarm gate explain`
for people: the same conditions, the same words.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alphaswarm_core.errors import RefusedError
from alphaswarm_core.gates.counting import COUNTED_SOURCES, Electorate, excluded_people
from alphaswarm_core.gates.errors import NotPromotedError, PeopleUnknownError, PlanNotWaitingError
from alphaswarm_core.gates.gate import Condition, GateDecision, decide_approvals, decide_start
from alphaswarm_core.gates.people import People
from alphaswarm_core.gates.promotion import Origin, differences, is_promotable
from alphaswarm_core.ledger.records import Actor, Approval, Halt, Involvement, Part, Purpose, Run, RunStatus, Waiver
from alphaswarm_core.ledger.times import parse_time
from alphaswarm_core.settings import EnvironmentSettings
from alphaswarm_core.target import Target

_WAITING = frozenset({RunStatus.awaiting_approval, RunStatus.approved})
_AUTHORS = frozenset({Part.author, Part.co_author})


@dataclass(frozen=True, slots=True)
class Question:
    """Everything that the decision on a plan depends on.

    Attributes:
        run: The plan.
        settings: Those of its environment.
        target: Where it would be applied.
        people: Who is who.
        halt: Whether applies are stopped.
        approvals: What people said.
        involvements: Who had a part in the run or its commit.
        waivers: Who lets it through without its promotion.
        origins: The environments that it may come from; None where no promotion is asked for.
        now: The moment of the decision.
        applier: Who wants to apply it; None as long as nobody does.
        break_glass: Why a shared environment is changed from a workstation.
    """

    run: Run
    settings: EnvironmentSettings
    target: Target
    people: People
    halt: Halt
    approvals: Sequence[Approval]
    involvements: Sequence[Involvement]
    waivers: Sequence[Waiver]
    origins: Sequence[Origin] | None
    now: datetime
    applier: Actor | None = None
    break_glass: str | None = None

    def electorate(self) -> Electorate:
        """Who may decide."""
        return Electorate(
            run=self.run,
            people=self.people,
            excluded=excluded_people(self.run, self.involvements, self.people, self.applier),
            sources=COUNTED_SOURCES[self.target],
            now=self.now,
            expires_after=timedelta(hours=self.settings.approvals_expire_hours),
        )


def decide(question: Question) -> GateDecision:
    """Whether the plan may be applied, condition by condition."""
    conditions: list[Condition] = [_waits(question.run), _allowed_by_policy(question.run)]
    if question.applier is not None:
        conditions += _start(question, question.applier)
    else:
        conditions += _start(question, question.run.actor)[:1]
    conditions += _approvals(question)
    if question.settings.approvals:
        conditions += [_starter_known(question), _author_known(question)]
    if question.origins is not None and not question.run.destroys:
        conditions.append(_promoted(question, question.origins))
    return GateDecision(tuple(conditions))


def _start(question: Question, actor: Actor) -> tuple[Condition, ...]:
    return decide_start(
        environment=question.run.environment,
        settings=question.settings,
        target=question.target,
        actor=actor,
        halt=question.halt,
        break_glass=question.break_glass,
    ).conditions


def _approvals(question: Question) -> tuple[Condition, ...]:
    return decide_approvals(
        environment=question.run.environment,
        required=question.settings.approvals,
        plan_run_id=question.run.id,
        digest=str(question.run.plan_digest),
        starter=question.run.actor,
        approvals=question.approvals,
        electorate=question.electorate(),
    ).conditions


def _waits(run: Run) -> Condition:
    name = "waits to be applied"
    if run.status in _WAITING and run.plan_digest:
        return Condition(name, holds=True, detail=f"the plan is {run.status.replace('_', ' ')}")
    why = f"it is a {run.run_kind} run, {run.status.replace('_', ' ')}" + (f": {run.error}" if run.error else "")
    refusal = PlanNotWaitingError(f"The run {run.id} is no plan that waits", why=why, fix="alphaswarm deploy plan")
    return Condition(name, holds=False, detail=why, refusal=refusal)


def _allowed_by_policy(run: Run) -> Condition:
    """No verdict is no yes."""
    result = run.policy_result
    if isinstance(result, Mapping) and result.get("allowed") is True:
        return Condition("allowed by policy", holds=True, detail="the policy has nothing against it")
    why = "the policy denies it" if isinstance(result, Mapping) else "no policy was asked"
    refusal = RefusedError(
        f"The plan {run.id} was not allowed by the policy", why=why, fix=f"alphaswarm runs show {run.id}; plan again"
    )
    return Condition("allowed by policy", holds=False, detail=why, refusal=refusal)


def _starter_known(question: Question) -> Condition:
    dispatchers = [each.person for each in question.involvements if each.part is Part.dispatcher]
    starter = question.people.key_of(question.run.actor) or next(iter(dispatchers), None)
    return _known(
        question,
        "starter known",
        question.people.name(starter) + " started it" if starter else None,
        f"{question.run.actor.display_name} is not a person, and who dispatched it is not recorded",
        "Read it from GitHub: alphaswarm gate sync " + question.run.id,
    )


def _author_known(question: Question) -> Condition:
    authors = [each.person for each in question.involvements if each.part in _AUTHORS]
    keys = {author: question.people.key(author) for author in authors}
    strangers = sorted(author for author, key in keys.items() if key is None or key.startswith("email:"))
    names = ", ".join(sorted(question.people.name(key) for key in keys.values() if key))
    if strangers:
        unknown = f"whose address is {', '.join(strangers)} is not declared"
        fix = "Add the address to [people] in alphaswarm.toml"
    else:
        unknown = "the authors of its commit are not recorded"
        fix = f"Plan from a full checkout (fetch-depth: 0), or: alphaswarm gate sync {question.run.id}"
    found = f"{names} wrote the commit" if authors and not strangers else None
    return _known(question, "author known", found, unknown, fix)


def _known(question: Question, name: str, found: str | None, unknown: str, fix: str) -> Condition:
    """Who cannot be named cannot be excluded. On the local cloud nothing is at stake, so it is only said."""
    if found:
        return Condition(name, holds=True, detail=found)
    if question.target is Target.LOCAL:
        return Condition(name, holds=True, detail=f"{unknown}; on AWS this is refused")
    refusal = PeopleUnknownError(
        f"{question.run.environment} is not changed: {unknown}", why="who is not known cannot be excluded", fix=fix
    )
    return Condition(name, holds=False, detail=unknown, refusal=refusal)


def _promoted(question: Question, origins: Sequence[Origin]) -> Condition:
    name = "promoted"
    found = _precedent(origins)
    if found and is_promotable(question.run.promotable):
        return Condition(name, holds=True, detail=found)
    waived = _valid_waiver(question)
    if waived:
        who = question.people.name(question.people.key(waived.approver) or waived.approver)
        return Condition(name, holds=True, detail=f"waived by {who}: {waived.reason}")
    why = _why_not_promoted(question.run, origins)
    source = origins[0].environment
    refusal = NotPromotedError(
        f"{question.run.environment} takes only what was applied and verified in {source}",
        why=why,
        fix=f"Apply the same in {source}, then: alphaswarm deploy drift --env {source}; alphaswarm promote "
        f"--from {source} --to {question.run.environment}. Or let a person waive it: alphaswarm gate waive "
        f"{question.run.id} --reason …",
    )
    return Condition(name, holds=False, detail=why, refusal=refusal)


def _precedent(origins: Iterable[Origin]) -> str | None:
    for origin in origins:
        for each in origin.precedents:
            if each.verified_by is not None:
                return f"applied in {origin.environment} by run {each.applied.id}, verified by {each.verified_by.id}"
    return None


def _why_not_promoted(run: Run, origins: Sequence[Origin]) -> str:
    if not is_promotable(run.promotable):
        return "the plan does not say which commit it is made from"
    source = origins[0]
    if source.precedents:
        applied = source.precedents[0].applied
        return f"run {applied.id} applied it in {source.environment}, and no later run found it in order"
    if source.latest is None:
        return f"nothing was ever applied in {source.environment}"
    if run.purpose is Purpose.rollback:
        return f"it was never applied in {source.environment}"
    return "; ".join(differences(run.promotable, source.latest.promotable)) or "it was never applied there"


def _valid_waiver(question: Question) -> Waiver | None:
    """The first waiver by somebody whose approval would count, and which is not too old."""
    electorate = question.electorate()
    for waiver in question.waivers:
        fits = waiver.plan_digest == question.run.plan_digest and waiver.source in electorate.sources
        fresh = question.now < parse_time(waiver.at) + electorate.expires_after
        if fits and fresh and electorate.why_not_person(waiver.approver) is None:
            return waiver
    return None
