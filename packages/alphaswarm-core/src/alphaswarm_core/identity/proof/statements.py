"""A statement of a trust policy, and an intent, as unions of boxes of tokens."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce

from alphaswarm_core.identity.iam.document import Condition, Policy, Statement
from alphaswarm_core.identity.iam.web_identity import OFFERED_CLAIMS
from alphaswarm_core.identity.proof.boxes import Box
from alphaswarm_core.identity.proof.constraints import Constraint, constraint_of
from alphaswarm_core.identity.proof.grammar import (
    FAMILIES,
    Family,
    Side,
    repository_pieces,
    subject_pieces,
)
from alphaswarm_core.identity.proof.intent import ContextKind, Grant, Intent
from alphaswarm_core.identity.proof.languages import (
    ANYTHING,
    EMPTY_TEXT,
    NOTHING,
    Language,
    at_most,
    of_pattern,
    of_words,
)

MAX_BOXES = 20_000
"""Boxes of one statement."""
_SHOWN, _HIDDEN = Side(EMPTY_TEXT, NOTHING), Side(NOTHING, EMPTY_TEXT)


@dataclass(frozen=True, slots=True)
class _Scope:
    """What all conditions of a statement say, by key."""

    subjects: tuple[Language, ...]
    """Alternatives."""
    subject_absent: bool
    repositories: Language
    repository_absent: bool
    sides: Mapping[str, Side]
    exact: bool
    hints: Mapping[str, tuple[str, ...]]


def statement_boxes(statement: Statement, policy: Policy, issuer: str) -> Iterator[Box]:
    """The tokens that fit the statement's conditions, box by box.

    For an Allow never too few; for a Deny never too many. No box: no token fits (or, in a Deny, none that can be relied
    on).

    Raises:
        TooLargeError: the conditions are too many to decide about.
    """
    scope = _scope(statement, policy, issuer)
    if scope is None:
        return
    count = 0
    for family in FAMILIES:
        for box in _of_family(family, scope):
            count += 1
            at_most(count, MAX_BOXES, "boxes of a statement")
            yield box


def _scope(statement: Statement, policy: Policy, issuer: str) -> _Scope | None:
    subjects: tuple[Language, ...] = (ANYTHING,)
    subject_absent = True
    repositories, repository_absent = ANYTHING, True
    sides: dict[str, Side] = {}
    hints: dict[str, tuple[str, ...]] = {}
    exact = True
    for condition in statement.conditions:
        claim = _claim(condition, issuer)
        found = constraint_of(condition, statement.effect, variables=policy.has_variables, several=claim is None)
        if found is None:
            return None
        exact = exact and found.exact
        if claim == "sub":
            subjects, subject_absent = _meet(subjects, found.alternatives), subject_absent and found.absent
        elif claim == "repository":
            repositories, repository_absent = repositories & found.shown, repository_absent and found.absent
        elif claim is not None and claim not in OFFERED_CLAIMS:
            if not found.absent:  # AWS never shows such a claim: what asks for it never fits
                return None
        else:
            component = claim or condition.key.lower()
            side = _side(found)
            sides[component] = sides[component] & side if component in sides else side
            if found.hints:
                hints[component] = (*hints.get(component, ()), *found.hints)
    return _Scope(subjects, subject_absent, repositories, repository_absent, sides, exact, hints)


def _claim(condition: Condition, issuer: str) -> str | None:
    """The token's claim that a condition is about; None for a key of the request's own."""
    prefix = f"{issuer}:".lower()
    key = condition.key.lower()
    return key.removeprefix(prefix) if key.startswith(prefix) else None


def _meet(one: Iterable[Language], other: Iterable[Language]) -> tuple[Language, ...]:
    listed = tuple(other)
    found = tuple(both for each in one for every in listed if not (both := each & every).is_empty)
    at_most(len(found), MAX_BOXES, "combinations of subjects")
    return found


def _side(constraint: Constraint) -> Side:
    return Side(constraint.shown, ANYTHING if constraint.absent else NOTHING)


def _of_family(family: Family, scope: _Scope) -> Iterator[Box]:
    start: Box | None = Box(family, {}, scope.exact, scope.hints)
    for component, side in scope.sides.items():
        start = start.narrowed(component, side) if start is not None else None
    if start is None:
        return
    for box in _with_repository(start, scope):
        yield from _with_subject(box, scope)


def _with_subject(box: Box, scope: _Scope) -> Iterator[Box]:
    if scope.subject_absent and ANYTHING in scope.subjects:
        yield box
        return
    shown = box.narrowed("sub", _SHOWN)
    for subjects in scope.subjects if shown is not None else ():
        for piece in subject_pieces(subjects, box.family):
            found = shown.within(piece) if shown is not None else None
            if found is not None:
                yield found
    hidden = box.narrowed("sub", _HIDDEN) if scope.subject_absent else None
    if hidden is not None:
        yield hidden


def _with_repository(box: Box, scope: _Scope) -> Iterator[Box]:
    if scope.repositories is ANYTHING and scope.repository_absent:
        yield box
        return
    shown = box.narrowed("repository", _SHOWN)
    if shown is not None:
        for piece in repository_pieces(scope.repositories):
            found = shown.within(piece)
            if found is not None:
                yield found
    hidden = box.narrowed("repository", _HIDDEN) if scope.repository_absent else None
    if hidden is not None:
        yield hidden


def intent_boxes(intent: Intent) -> list[Box]:
    """The tokens that are meant. Never too many."""
    return [
        Box(family, sides)
        for grant in intent.grants
        for family in FAMILIES
        if (sides := _grant_sides(grant, family, intent.audience)) is not None
    ]


def _grant_sides(grant: Grant, family: Family, audience: str) -> Mapping[str, Side] | None:
    context = grant.context
    by_environment = context.kind is ContextKind.ENVIRONMENT
    if not by_environment and not family.name.endswith(f" {context.kind.value}"):
        return None
    sides = {
        "repository_id": _both(of_words([grant.repository.id])),
        "repository_owner_id": _both(of_words([grant.repository.owner_id])),
        "aud": Side(of_words([audience]), NOTHING),
        "sub": _SHOWN,
    }
    if by_environment:  # whatever the subject's form: where the job runs is what its reviewers see
        sides["environment"] = _both(of_words([context.environment]))
    if context.refs:
        sides["ref"] = _both(_any_of(context.refs))
    if context.workflows:
        sides["job_workflow_ref"] = Side(_any_of(context.workflow_patterns(grant.repository)), NOTHING)
    return sides


def _both(language: Language) -> Side:
    return Side(language, language)


def _any_of(patterns: Iterable[str]) -> Language:
    return reduce(lambda found, pattern: found | of_pattern(pattern), patterns, NOTHING)
