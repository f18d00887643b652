"""Sets of texts: finite ones as words, others as automata. Intersection, union, difference, emptiness, a member."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from alphaswarm_core.identity.iam.templates import Token, Wildcard, tokenize
from alphaswarm_core.identity.iam.values import case_variants
from alphaswarm_core.identity.proof.automata import (
    BOTH,
    EITHER,
    FIRST_ONLY,
    Automaton,
    explore,
    product,
    shortest,
    words,
)
from alphaswarm_core.identity.proof.errors import TooLargeError

MAX_WORDS = 64
"""Words of a language that is kept as words after it was computed."""
FRIENDLY = "abcdefghijklmnopqrstuvwxyz0123456789"


@dataclass(frozen=True, slots=True)
class Part:
    """One place of a pattern: one character of a class, or with `repeated` any number of them.

    Args:
        letters: The class's characters, or with `excluded` all characters but these.
        excluded: Whether the class is the complement of `letters`.
        repeated: Whether the place takes any number of characters, also none.
    """

    letters: frozenset[str]
    excluded: bool = False
    repeated: bool = False

    def takes(self, letter: str) -> bool:
        """Whether the class has `letter`."""
        return (letter in self.letters) is not self.excluded


class Language:
    """A set of texts; immutable. Compare by identity."""

    __slots__ = ("_automaton", "_words")

    def __init__(self, *, texts: frozenset[str] | None = None, automaton: Automaton | None = None) -> None:
        self._words = texts
        self._automaton = automaton

    @property
    def automaton(self) -> Automaton:
        """The language as an automaton."""
        if self._automaton is None:
            self._automaton = _compiled([literal(word) for word in sorted(self._words or ())])
        return self._automaton

    @property
    def finite(self) -> frozenset[str] | None:
        """All texts of a language that is known to be small, otherwise None."""
        return self._words

    @property
    def is_empty(self) -> bool:
        """Whether there is no text in it."""
        return not self._words if self._words is not None else self.automaton.is_empty

    def __contains__(self, text: object) -> bool:
        if self._words is not None:
            return text in self._words
        return isinstance(text, str) and self.automaton.accepts(text)

    def __and__(self, other: "Language") -> "Language":
        if self is ANYTHING or other is NOTHING:
            return other
        if other is ANYTHING or self is other:
            return self
        return _intersection(self, other)

    def __or__(self, other: "Language") -> "Language":
        if self is NOTHING or other is ANYTHING:
            return other
        if other is NOTHING or self is other:
            return self
        return _union(self, other)

    def __sub__(self, other: "Language") -> "Language":
        if other is ANYTHING or self is other:
            return NOTHING
        return self if other is NOTHING else _difference(self, other)

    def member(self, preferred: Iterable[str] = ()) -> str | None:
        """One text: the first preferred one that is in, otherwise a short and readable one; None when empty."""
        for text in preferred:
            if text in self:
                return text
        if self._words is not None:
            return min(self._words, key=lambda word: (len(word), word), default=None)
        return shortest(self.automaton, FRIENDLY)


def _of(automaton: Automaton) -> Language:
    if automaton.is_empty:
        return NOTHING
    if _takes_everything(automaton):
        return ANYTHING
    found = words(automaton, MAX_WORDS)
    return of_words(found) if found is not None else Language(automaton=automaton)


def _takes_everything(automaton: Automaton) -> bool:
    start = automaton.start
    return start in automaton.accepting and not automaton.edges[start] and automaton.otherwise[start] == start


def of_words(texts: Iterable[str]) -> Language:
    """The language of exactly these texts."""
    return _of_set(frozenset(texts))


@lru_cache(maxsize=2048)
def _of_set(texts: frozenset[str]) -> Language:
    return Language(texts=texts) if texts else NOTHING


@lru_cache(maxsize=2048)
def _intersection(one: Language, other: Language) -> Language:
    for small, large in ((one, other), (other, one)):
        if small.finite is not None:
            return of_words(word for word in small.finite if word in large)
    return _of(product(one.automaton, other.automaton, BOTH))


@lru_cache(maxsize=2048)
def _union(one: Language, other: Language) -> Language:
    if one.finite is not None and other.finite is not None:
        return of_words(one.finite | other.finite)
    return _of(product(one.automaton, other.automaton, EITHER))


@lru_cache(maxsize=2048)
def _difference(one: Language, other: Language) -> Language:
    if one.finite is not None:
        return of_words(word for word in one.finite if word not in other)
    return _of(product(one.automaton, other.automaton, FIRST_ONLY))


def between(automaton: Automaton, start: int, ends: Iterable[int], within: Language) -> Language:
    """The texts of `within` that lead from `start` to one of `ends`."""
    part = Automaton(start, automaton.edges, automaton.otherwise, frozenset(ends))
    if _takes_everything(part):
        return within
    return _of(product(part, within.automaton, BOTH))


def literal(text: str) -> tuple[Part, ...]:
    """The parts of a fixed text."""
    return tuple(Part(frozenset(letter)) for letter in text)


def any_case(text: str) -> tuple[Part, ...]:
    """The parts of a text whose case does not count."""
    return tuple(Part(case_variants(letter)) for letter in text)


def pattern_parts(tokens: Iterable[Token], *, without: str = "") -> tuple[Part, ...]:
    """The parts of a pattern without variables; its wildcards do not take the characters of `without`."""
    parts: list[Part] = []
    for token in tokens:
        if isinstance(token, Wildcard):
            parts.append(Part(frozenset(without), excluded=True, repeated=token is Wildcard.RUN))
        else:
            parts += literal(str(token))
    return tuple(parts)


@lru_cache(maxsize=1024)
def of_parts(*sequences: tuple[Part, ...]) -> Language:
    """The language of the texts that fit one of the sequences.

    Raises:
        TooLargeError: the patterns need too many states.
    """
    return _of(_compiled(sequences))


@lru_cache(maxsize=1024)
def of_pattern(text: str) -> Language:
    """The texts that fit a `StringLike` pattern without variables."""
    return of_parts(pattern_parts(tokenize(text, wildcards=True, variables=False)))


def _compiled(sequences: Iterable[Sequence[Part]]) -> Automaton:
    """The subset construction over the places of all sequences: a state is the set of places that may come next."""
    listed = [tuple(sequence) for sequence in sequences]
    ends = {(index, len(sequence)) for index, sequence in enumerate(listed)}

    def closed(places: Iterable[tuple[int, int]]) -> frozenset[tuple[int, int]]:
        found = set()
        for index, place in places:
            at = place
            found.add((index, at))
            while at < len(listed[index]) and listed[index][at].repeated:
                at += 1
                found.add((index, at))
        return frozenset(found)

    def edges_of(
        state: frozenset[tuple[int, int]],
    ) -> tuple[Mapping[str, frozenset[tuple[int, int]]], frozenset[tuple[int, int]]]:
        active = [(index, place, listed[index][place]) for index, place in state if place < len(listed[index])]
        letters = {letter for _, _, part in active for letter in part.letters}

        def after(fits: Iterable[tuple[int, int, Part]]) -> frozenset[tuple[int, int]]:
            return closed((index, place if part.repeated else place + 1) for index, place, part in fits)

        edges = {letter: after(each for each in active if each[2].takes(letter)) for letter in letters}
        return edges, after(each for each in active if each[2].excluded)

    return explore(
        closed((index, 0) for index in range(len(listed))), edges_of, lambda state: not ends.isdisjoint(state)
    )


def at_most(count: int, limit: int, what: str) -> None:
    """Refuse to go on when something has grown beyond its bound.

    Raises:
        TooLargeError: `count` is more than `limit`.
    """
    if count > limit:
        raise TooLargeError(f"More than {limit} {what} have to be looked at", fix="Use fewer or simpler patterns")


NOTHING = Language(texts=frozenset())
ANYTHING = Language(automaton=_compiled([(Part(frozenset(), excluded=True, repeated=True),)]))
EMPTY_TEXT = of_words([""])
