"""Every subject that GitHub can mint, taken apart into what its parts say.

A token is a choice of a value for each component (owner, ids, environment, ref, …), and its `sub` is spelled from
them. A condition on `sub` is therefore a condition on components: the automaton of the condition is walked along the
spelling, and at every delimiter the walk splits by the state reached. The result is exact: a finite union of boxes.

Source: GitHub docs, OpenID Connect reference (subject claims, immutable subject claims, customising the subject).
Where GitHub's documentation leaves room, the set is larger than what GitHub mints, never smaller:

- `ref` may be empty (deployments of a bare commit), and any ref goes with `pull_request` subjects (merged and
  `pull_request_target` runs have a branch there);
- a customised subject is any sequence of `key:value`; one of `repo` and `ref` reads like a standard subject while the
  job has an environment;
- AWS may not show a claim to conditions: most are young and come region by region. So nothing rests on the presence of
  a claim, also not of `aud` and `sub`, and `IfExists` and `ForAllValues` never protect.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from alphaswarm_core.identity.proof.automata import Automaton, explore, rewired
from alphaswarm_core.identity.proof.languages import (
    ANYTHING,
    EMPTY_TEXT,
    NOTHING,
    Language,
    Part,
    at_most,
    between,
    literal,
    of_parts,
)

MAX_PIECES = 4_000
"""Boxes that one condition on a subject may split into."""
CLAIM_COMPONENTS = (
    "actor",
    "actor_id",
    "aud",
    "enterprise_id",
    "environment",
    "job_workflow_ref",
    "ref",
    "repository_id",
    "repository_owner_id",
    "workflow",
)
"""Components that are a claim of their own. `sub` and `repository` are spelled from several."""

_DIGITS = frozenset("0123456789")
_NOT_IN_NAMES = frozenset(" /:@")
_NOT_IN_REFS = frozenset(" :")
_KEY_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz_")
_BARE = "pull_request"


@dataclass(frozen=True, slots=True)
class Side:
    """The values that a component may have while AWS shows its claim, and while AWS does not."""

    shown: Language
    hidden: Language

    def __and__(self, other: "Side") -> "Side":
        return Side(self.shown & other.shown, self.hidden & other.hidden)

    def __sub__(self, other: "Side") -> "Side":
        return Side(self.shown - other.shown, self.hidden - other.hidden)

    @property
    def is_large(self) -> bool:
        """Whether the values are more than a few words."""
        return self.shown.finite is None or self.hidden.finite is None

    @property
    def is_empty(self) -> bool:
        """Whether no value is left."""
        return self.shown.is_empty and self.hidden.is_empty


@dataclass(frozen=True, slots=True)
class Component:
    """A place in the spelling of a subject that a component fills, up to a delimiter (empty: up to the end)."""

    name: str
    delimiter: str
    escaped: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """Subjects of one form. Compare by identity.

    Args:
        name: What explanations call it.
        spelling: Literal texts and components, in order.
        environment: The environments that its jobs may have.
    """

    name: str
    spelling: tuple[str | Component, ...]
    environment: Side

    def universe(self, component: str) -> Side:
        """Every value that the component can have in this family; a key of the request's own may have any."""
        return self.environment if component == "environment" else _UNIVERSE.get(component, Side(ANYTHING, EMPTY_TEXT))


def _some_but(letters: frozenset[str]) -> tuple[Part, Part]:
    """At least one character, none of `letters`."""
    return (Part(letters, excluded=True), Part(letters, excluded=True, repeated=True))


OWNER = NAME = of_parts(_some_but(_NOT_IN_NAMES))
ID = of_parts((Part(_DIGITS - {"0"}), Part(_DIGITS, repeated=True)))
ENVIRONMENT = SOMETHING = of_parts(_some_but(frozenset()))
REF = of_parts((*literal("refs/"), *_some_but(_NOT_IN_REFS)), ())
WORKFLOW_REF = of_parts(
    (
        *_some_but(_NOT_IN_NAMES),
        *literal("/"),
        *_some_but(_NOT_IN_NAMES),
        *literal("/"),
        *_some_but(frozenset("@")),
        *literal("@"),
        *_some_but(frozenset()),
    )
)
ACTOR = of_parts(_some_but(_NOT_IN_NAMES))
"""Names exclude only what would blur the spelling: a larger set is sound, and few distinctions keep automata small."""


def _segments() -> Language:
    """`key:value` and the bare `pull_request`, joined by colons. What follows a bare segment is not looked into."""

    def edges_of(state: str | int) -> tuple[Mapping[str, str | int], str | int]:
        if state in ("dead", "any"):
            return {}, state
        if state == "value":
            return {":": 0}, "value"
        read = int(state)
        after = {
            letter: max(read, 0) + 1 if _BARE[read : read + 1] == letter and read >= 0 else -1
            for letter in _KEY_LETTERS
        }
        colon = {":": "any" if read == len(_BARE) else "value"} if read else {}
        return {**after, **colon}, "dead"

    start: str | int = 0
    automaton = explore(start, edges_of, lambda state: state in ("value", "any", len(_BARE)))
    return Language(automaton=automaton)


_EXCEPT_COLON = Part(frozenset(":"), excluded=True, repeated=True)
_STANDARD_TAIL = of_parts((*literal("environment:"), _EXCEPT_COLON), literal(_BARE), (*literal("ref:"), _EXCEPT_COLON))
TAIL = _segments() - _STANDARD_TAIL
OTHER_SUBJECT = _segments() - of_parts((*literal("repo:"), Part(frozenset(), excluded=True, repeated=True)))

_UNIVERSE: Mapping[str, Side] = {
    "owner": Side(OWNER, NOTHING),
    "name": Side(NAME, NOTHING),
    "repository_owner_id": Side(ID, ID),
    "repository_id": Side(ID, ID),
    "ref": Side(REF, REF),
    "aud": Side(SOMETHING, EMPTY_TEXT),
    "job_workflow_ref": Side(WORKFLOW_REF, EMPTY_TEXT),
    "actor": Side(ACTOR, EMPTY_TEXT),
    "actor_id": Side(ID, EMPTY_TEXT),
    "workflow": Side(ANYTHING, EMPTY_TEXT),
    "enterprise_id": Side(ID, EMPTY_TEXT),
    "repository": Side(EMPTY_TEXT, EMPTY_TEXT),
    "sub": Side(EMPTY_TEXT, EMPTY_TEXT),
    "tail": Side(TAIL, NOTHING),
    "subject": Side(OTHER_SUBJECT, NOTHING),
}
"""`repository` and `sub` only say whether AWS shows the claim: their values are spelled from other components."""

_NO_ENVIRONMENT = Side(NOTHING, EMPTY_TEXT)
_ANY_ENVIRONMENT = Side(ENVIRONMENT, ENVIRONMENT)
_MAYBE_ENVIRONMENT = Side(ENVIRONMENT, ENVIRONMENT | EMPTY_TEXT)


def _families() -> tuple[Family, ...]:
    legacy = ("repo:", Component("owner", "/"))
    immutable = ("repo:", Component("owner", "@"), Component("repository_owner_id", "/"), Component("name", "@"))
    found: list[Family] = []
    for form, prefix, last in (("legacy", legacy, "name"), ("immutable", immutable, "repository_id")):
        whole = (*prefix, Component(last, ":"))
        environment = (*whole, "environment:", Component("environment", "", escaped=True))
        found += [
            Family(f"{form} environment", environment, _ANY_ENVIRONMENT),
            Family(f"{form} ref", (*whole, "ref:", Component("ref", "")), _MAYBE_ENVIRONMENT),
            Family(f"{form} pull_request", (*whole, _BARE), _NO_ENVIRONMENT),
            Family(f"{form} custom", (*whole, Component("tail", "")), _MAYBE_ENVIRONMENT),
            Family(f"{form} custom, bare", (*prefix, Component(last, "")), _MAYBE_ENVIRONMENT),
        ]
    found.append(Family("custom", (Component("subject", ""),), _MAYBE_ENVIRONMENT))
    return tuple(sorted(found, key=lambda family: "custom" in family.name))


FAMILIES = _families()
"""All forms of a subject, the customised ones last."""
REPOSITORY_SPELLING: tuple[str | Component, ...] = (Component("owner", "/"), Component("name", ""))

Pieces = tuple[Mapping[str, Language], ...]


@lru_cache(maxsize=512)
def subject_pieces(subjects: Language, family: Family) -> Pieces:
    """The components of the family's subjects that are in `subjects`: a union of boxes, by component."""
    return tuple(_walk(subjects.automaton, family.spelling))


@lru_cache(maxsize=256)
def repository_pieces(repositories: Language) -> Pieces:
    """The same for the claim `repository`, which is `OWNER/REPO`."""
    return tuple(_walk(repositories.automaton, REPOSITORY_SPELLING))


def _walk(automaton: Automaton, spelling: tuple[str | Component, ...]) -> list[Mapping[str, Language]]:
    places: list[tuple[int, Mapping[str, Language]]] = [(automaton.start, {})]
    for part in spelling:
        if isinstance(part, str):
            places = [(after, found) for state, found in places if (after := automaton.run(part, state))]
        else:
            places = [
                (after, {**found, part.name: values})
                for state, found in places
                for after, values in _filled(automaton, state, part)
            ]
        at_most(len(places), MAX_PIECES, "pieces of a subject")
    ends = automaton.accepting
    closed = isinstance(spelling[-1], str)
    return [found for state, found in places if not closed or state in ends]


def _filled(automaton: Automaton, state: int, part: Component) -> Iterator[tuple[int, Language]]:
    """The values that may stand at `part`, split by the state in which the walk goes on after the delimiter."""
    moves = rewired(automaton, ":", "%3A") if part.escaped else automaton
    groups: dict[int, list[int]] = {}
    for end in moves.reachable(state):
        after = automaton.run(part.delimiter, end) if part.delimiter else (1 if end in automaton.accepting else 0)
        if after:
            groups.setdefault(after, []).append(end)
    for after, ends in groups.items():
        values = between(moves, state, ends, _component_universe(part.name))
        if not values.is_empty:
            yield after, values


@cache
def _component_universe(name: str) -> Language:
    return ENVIRONMENT if name == "environment" else _UNIVERSE[name].shown | _UNIVERSE[name].hidden
