"""The gate's answer, and what the person who asks may say to it."""

from collections.abc import Sequence

from alphaswarm_admin.contract import gate as contract
from alphaswarm_admin.contract.session import Permission
from alphaswarm_admin.identity.people import SignedIn
from alphaswarm_admin.views.runs import approval, run_summary
from alphaswarm_core.gates import gate
from alphaswarm_core.gates.deciding import Question, decide
from alphaswarm_core.ledger.records import Decision, Halt, RunStatus

_WAITING = frozenset({RunStatus.awaiting_approval, RunStatus.approved})
_TYPED_FROM = 2
"""From so many approvals on, the environment's name is typed: a click is too easily the wrong one."""


def confirmation(name: str, approvals: int) -> str | None:
    """What a person types to approve in that environment; None where nothing is asked for."""
    return name if approvals >= _TYPED_FROM else None


def gate_answer(question: Question, person: SignedIn) -> contract.GateAnswer:
    """The decision on a plan, condition by condition."""
    decision = decide(question)
    run = question.run
    return contract.GateAnswer(
        run_id=run.id,
        environment=run.environment,
        plan_digest=run.plan_digest,
        go=decision.go,
        required=question.settings.approvals,
        counted=_counted(question),
        conditions=_conditions(decision.conditions),
        approvals=[approval(each, question.electorate()) for each in question.approvals],
        you=_ballot(question, person),
        confirmation=confirmation(run.environment, question.settings.approvals),
    )


def waiting_plan(question: Question, person: SignedIn) -> contract.WaitingPlan:
    """The plan in a list of what waits."""
    decision = decide(question)
    return contract.WaitingPlan(
        run=run_summary(question.run),
        go=decision.go,
        required=question.settings.approvals,
        counted=_counted(question),
        missing=_conditions([each for each in decision.conditions if not each.holds]),
        you=_ballot(question, person),
    )


def halt_view(halt: Halt) -> contract.Halt:
    """Whether applies are stopped."""
    return contract.Halt(on=halt.on, reason=halt.reason, by=halt.actor.display_name if halt.actor else None, at=halt.at)


def _conditions(found: Sequence[gate.Condition]) -> list[contract.Condition]:
    return [
        contract.Condition(
            name=each.name,
            holds=each.holds,
            detail=each.detail,
            code=each.refusal.code if each.refusal else None,
            remedy=each.remedy,
        )
        for each in found
    ]


def _counted(question: Question) -> int:
    electorate = question.electorate()
    given = [each for each in question.approvals if each.decision is Decision.approve]
    return len({electorate.person(each) for each in given if electorate.why_not(each) is None})


def _ballot(question: Question, person: SignedIn) -> contract.Ballot:
    electorate = question.electorate()
    key = electorate.people.key(person.subject)
    said = [each.decision for each in question.approvals if key and electorate.person(each) == key]
    why_not = _why_silent(question, person, key) or _why_not_again(said) or electorate.why_not_person(person.subject)
    return contract.Ballot(
        may_approve=why_not is None,
        may_reject=_why_silent(question, person, key) is None and Decision.reject not in said,
        why_not=why_not,
        said=said,
    )


def _why_silent(question: Question, person: SignedIn, key: str | None) -> str | None:
    """Why the person has nothing to say here at all."""
    if question.run.status not in _WAITING or question.run.plan_digest is None:
        return "nothing waits for approval"
    if Permission.decide not in person.permissions:
        return "your roles do not include it"
    if person.source not in question.electorate().sources:
        return f"a sign-in of the kind '{person.source}' does not count for {question.target}"
    return "your account is not declared in [people]" if key is None else None


def _why_not_again(said: Sequence[Decision]) -> str | None:
    return "you have decided already" if said else None
