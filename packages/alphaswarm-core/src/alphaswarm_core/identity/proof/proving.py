"""Does a trust policy admit any GitHub token that is not meant? Decided over all tokens, not over samples.

The tokens that the Allow statements admit, minus those that Deny statements refuse, minus the intent, are computed as
sets of texts. Nothing left is a proof. Something left becomes a concrete token, and counts as a violation once the
evaluator that enforces the policy has allowed it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any

from alphaswarm_core.identity.iam.compiled import CompiledPolicy, compile_policy
from alphaswarm_core.identity.iam.document import Effect, Policy, PolicyKind, Principals, Statement
from alphaswarm_core.identity.iam.matching import compile_actions
from alphaswarm_core.identity.iam.principals import Named, named_by
from alphaswarm_core.identity.iam.request import Principal, PrincipalKind
from alphaswarm_core.identity.iam.web_identity import ASSUME_WITH_WEB_IDENTITY, GITHUB_ISSUER
from alphaswarm_core.identity.proof.boxes import Box, outside
from alphaswarm_core.identity.proof.errors import TooLargeError
from alphaswarm_core.identity.proof.intent import Intent
from alphaswarm_core.identity.proof.statements import intent_boxes, statement_boxes
from alphaswarm_core.identity.proof.witnesses import Witness, confirmed

MAX_WITNESSES = 10
LABELS_NAMED = 5
LEFTOVERS_TRIED = 20
"""Leftover boxes of a statement that are made into tokens before it is given up as undecided."""
ANY_ACCOUNT = "000000000000"
"""The account of the provider where a policy names none (`Principal: *`)."""


class Verdict(StrEnum):
    """What is known about a policy. Only `PROVED` is a success."""

    PROVED = "proved"
    VIOLATED = "violated"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class ProofResult:
    """The answer.

    Args:
        verdict: `PROVED`: no token outside the intent is admitted. `VIOLATED`: the witnesses are. `UNDECIDED`: neither
            is known, which counts as failure.
        reason: One sentence for a person.
        witnesses: Tokens outside the intent that the policy admits, at most one a statement.
        undecided: For each statement without an answer: its label and why.
        uncovered: Allow statements that trust others than GitHub's tokens; the proof says nothing about them.
    """

    verdict: Verdict
    reason: str
    witnesses: tuple[Witness, ...] = ()
    undecided: tuple[str, ...] = ()
    uncovered: tuple[str, ...] = ()

    def as_document(self) -> dict[str, Any]:
        """The answer as JSON data."""
        return {
            "verdict": self.verdict.value,
            "reason": self.reason,
            "witnesses": [witness.as_document() for witness in self.witnesses],
            "undecided": list(self.undecided),
            "uncovered": list(self.uncovered),
        }


@dataclass(frozen=True, slots=True)
class _Question:
    """One provider's tokens against one policy."""

    policy: Policy
    compiled: CompiledPolicy
    intent: Intent
    issuer: str
    provider_arn: str

    def concerns(self, statement: Statement) -> bool:
        """Whether the statement is about exchanging this provider's tokens."""
        asking = Principal(PrincipalKind.FEDERATED, self.provider_arn)
        named = named_by(statement.principals, asking, statement.effect)
        return named is not Named.NOT and compile_actions(statement.actions)(ASSUME_WITH_WEB_IDENTITY)

    def boxes(self, statement: Statement) -> Iterator[Box]:
        """The tokens that fit the statement."""
        return statement_boxes(statement, self.policy, self.issuer)

    def token(self, box: Box, statement: Statement) -> Witness | None:
        """A token of the box that gets in and is not meant."""
        return confirmed(
            box,
            statement.label,
            compiled=self.compiled,
            provider_arn=self.provider_arn,
            issuer=self.issuer,
            intent=self.intent,
        )


def prove(policy: Policy, intent: Intent, *, issuer: str = GITHUB_ISSUER) -> ProofResult:
    """Decide whether `policy` admits a GitHub token that `intent` does not include.

    Args:
        policy: A role's trust policy.
        intent: The tokens that the role is meant for.
        issuer: The provider's URL without `https://`.
    """
    if policy.kind is not PolicyKind.TRUST:
        return ProofResult(Verdict.UNDECIDED, f"{policy.name} is no trust policy")
    compiled = compile_policy(policy)
    witnesses: list[Witness] = []
    undecided = list(_other_issuers(policy, issuer))
    for provider_arn in _providers(policy, issuer):
        question = _Question(policy, compiled, intent, issuer, provider_arn)
        found, open_points = _answer(question)
        witnesses += [each for each in found if each not in witnesses]
        undecided += [each for each in open_points if each not in undecided]
    return _result(policy, witnesses, undecided, tuple(_uncovered(policy, issuer)))


def _result(policy: Policy, witnesses: list[Witness], undecided: list[str], uncovered: tuple[str, ...]) -> ProofResult:
    if witnesses:
        labels = _listed([witness.statement for witness in witnesses])
        verdict, reason = Verdict.VIOLATED, f"{policy.name} admits tokens that are not meant, by {labels}"
    elif undecided:
        verdict, reason = Verdict.UNDECIDED, f"{policy.name} cannot be decided: {undecided[0]}"
    else:
        verdict, reason = Verdict.PROVED, f"{policy.name} admits no GitHub token outside the intent"
    return ProofResult(verdict, reason, tuple(witnesses[:MAX_WITNESSES]), tuple(undecided), uncovered)


def _listed(labels: Iterable[str]) -> str:
    distinct = list(dict.fromkeys(labels))
    more = len(distinct) - LABELS_NAMED
    return ", ".join(distinct[:LABELS_NAMED]) + (f" and {more} more" if more > 0 else "")


def _answer(question: _Question) -> tuple[list[Witness], list[str]]:
    """Witnesses and open points of every Allow statement, each taken alone: a second, looser one is not narrowed."""
    concerned = [statement for statement in question.policy.statements if question.concerns(statement)]
    refused = _relied_on(question, concerned)
    witnesses: list[Witness] = []
    undecided: list[str] = []
    for statement in (each for each in concerned if each.effect is Effect.ALLOW):
        try:
            found = _leftover(question, statement, refused)
        except TooLargeError as error:
            undecided.append(f"{statement.label}: {error.what}")
            continue
        if isinstance(found, Witness):
            witnesses.append(found)
        elif found is not None:
            undecided.append(found)
    return witnesses, undecided


def _relied_on(question: _Question, concerned: Iterable[Statement]) -> list[Box]:
    """What need not be looked at: the intent, and what Deny statements refuse, unless that is too large to tell."""
    boxes = intent_boxes(question.intent)
    for statement in concerned:
        if statement.effect is Effect.DENY:
            try:
                boxes += list(question.boxes(statement))
            except TooLargeError:
                continue
    return boxes


def _leftover(question: _Question, statement: Statement, refused: list[Box]) -> Witness | str | None:
    """A token that the statement lets in and should not, or why that is not known; None when there is none.

    A token that shows all its claims is the better witness, so a few more leftovers are looked at for one.
    """
    leftovers = (rest for box in question.boxes(statement) for rest in outside(box, refused))
    best: Witness | None = None
    seen = False
    for rest in islice(leftovers, LEFTOVERS_TRIED):
        seen = True
        witness = question.token(rest, statement)
        if witness is not None and not witness.hidden:
            return witness
        best = best or witness
    return best or (f"{statement.label}: {_why(statement)}" if seen else None)


def _why(statement: Statement) -> str:
    operators = ", ".join(dict.fromkeys(condition.operator.name for condition in statement.conditions)) or "nothing"
    return (
        f"no token was found that gets in, and none could be excluded (conditions: {operators}); "
        "pin sub, aud, the ids, ref and job_workflow_ref with StringEquals or StringLike"
    )


def _providers(policy: Policy, issuer: str) -> list[str]:
    """The IAM providers of this issuer that the policy may be about."""
    suffix = f":oidc-provider/{issuer}"
    named = [name for statement in policy.statements for name in _federated(statement) if name.endswith(suffix)]
    return list(dict.fromkeys([*named, f"arn:aws:iam::{ANY_ACCOUNT}{suffix}"]))


def _federated(statement: Statement) -> tuple[str, ...]:
    return statement.principals.federated if statement.principals is not None else ()


def _other_issuers(policy: Policy, issuer: str) -> Iterable[str]:
    """Statements about another issuer of GitHub's, such as one of an enterprise: their tokens are GitHub's too."""
    host = issuer.split("/", 1)[0]
    for statement in policy.statements:
        others = [
            name for name in _federated(statement) if f"oidc-provider/{host}" in name and not name.endswith(issuer)
        ]
        if others and statement.effect is Effect.ALLOW:
            yield f"{statement.label}: it trusts {others[0]}, whose tokens are not those of {issuer}"


def _uncovered(policy: Policy, issuer: str) -> Iterable[str]:
    for statement in policy.statements:
        principals = statement.principals
        if statement.effect is Effect.ALLOW and principals is not None and _names_others(principals, issuer):
            yield statement.label


def _names_others(principals: Principals, issuer: str) -> bool:
    others = [name for name in principals.federated if not name.endswith(f":oidc-provider/{issuer}")]
    return bool(others or principals.aws or principals.service or principals.canonical or principals.everyone)
