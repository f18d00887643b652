"""Finite automata over all of Unicode, deterministic and complete.

A state has edges for single characters and one edge for every other character, so that an alphabet of a million
characters costs nothing and complement is a swap of the accepting states. Size is bounded everywhere: a pattern that
would need more states raises `TooLargeError`, and the proof then says that it cannot decide.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from alphaswarm_core.identity.proof.errors import TooLargeError

MAX_STATES = 20_000
"""States of one automaton; a trust policy's texts need a few hundred."""

Name = TypeVar("Name", bound=Hashable)
Edges = Mapping[str, Name]
Table: TypeAlias = frozenset[tuple[bool, bool]]
BOTH: Table = frozenset({(True, True)})
EITHER: Table = frozenset({(True, True), (True, False), (False, True)})
FIRST_ONLY: Table = frozenset({(True, False)})


@dataclass(frozen=True, slots=True, eq=False)
class Automaton:
    """A complete deterministic automaton. State 0 is the dead state: nothing is accepted from there.

    Args:
        start: The first state.
        edges: For each state, the next state for the characters that it tells apart.
        otherwise: For each state, the next state for every other character.
        accepting: The states in which a text may end.
    """

    start: int
    edges: tuple[dict[str, int], ...]
    otherwise: tuple[int, ...]
    accepting: frozenset[int]

    def step(self, state: int, letter: str) -> int:
        """The state after one character."""
        return self.edges[state].get(letter, self.otherwise[state])

    def run(self, text: str, state: int | None = None) -> int:
        """The state after `text`, from `state` or from the start."""
        current = self.start if state is None else state
        for letter in text:
            current = self.edges[current].get(letter, self.otherwise[current])
        return current

    def accepts(self, text: str) -> bool:
        """Whether `text` is in the language."""
        return self.run(text) in self.accepting

    @property
    def is_empty(self) -> bool:
        """Whether no text at all is accepted. Exact, because automata are trimmed when they are made."""
        return self.start == 0

    def next_states(self, state: int) -> set[int]:
        """The live states that one character may lead to."""
        return {*self.edges[state].values(), self.otherwise[state]} - {0}

    def reachable(self, start: int) -> list[int]:
        """The live states that `start` leads to, itself included, nearest first."""
        seen, order = {start}, [start]
        for state in order:
            fresh = self.next_states(state) - seen
            seen |= fresh
            order += sorted(fresh)
        return order if start else []


def explore(
    start: Name, edges_of: Callable[[Name], tuple[Edges[Name], Name]], accepts: Callable[[Name], bool]
) -> Automaton:
    """Make an automaton from a description of its states by name, then trim it.

    Raises:
        TooLargeError: there are more than `MAX_STATES` states.
    """
    numbers: dict[Name, int] = {start: 1}
    names = [start]
    edges: list[dict[str, int]] = [{}]
    otherwise = [0]

    def number(name: Name) -> int:
        found = numbers.get(name)
        if found is None:
            found = numbers[name] = len(names) + 1
            names.append(name)
        return found

    for name in names:  # grows while it is walked
        if len(names) > MAX_STATES:
            raise TooLargeError(
                f"An automaton needs more than {MAX_STATES} states", fix="Use fewer or simpler patterns"
            )
        letters, default = edges_of(name)
        rest = number(default)
        otherwise.append(rest)
        edges.append({letter: number(each) for letter, each in letters.items() if each != default})
    accepting = frozenset(numbers[name] for name in names if accepts(name))
    return _trimmed(Automaton(1, tuple(edges), tuple(otherwise), accepting))


def _trimmed(automaton: Automaton) -> Automaton:
    """The same language without states from which nothing is accepted: they become state 0."""
    live = _live(automaton)
    number = {0: 0}
    for state in (automaton.start, *sorted(live - {automaton.start})):
        if state in live:
            number[state] = len(number)
    kept = sorted(number, key=lambda state: number[state])
    edges: list[dict[str, int]] = []
    otherwise: list[int] = []
    after = [number.get(state, 0) for state in range(len(automaton.edges))]
    for state in kept:
        rest = after[automaton.otherwise[state]]
        letters = automaton.edges[state]
        edges.append({letter: after[each] for letter, each in letters.items() if after[each] != rest})
        otherwise.append(rest)
    start = number.get(automaton.start, 0)
    return Automaton(start, tuple(edges), tuple(otherwise), frozenset(number[each] for each in automaton.accepting))


def _live(automaton: Automaton) -> set[int]:
    """States from which something is accepted."""
    before: list[list[int]] = [[] for _ in automaton.edges]
    for state, letters in enumerate(automaton.edges):
        for target in {*letters.values(), automaton.otherwise[state]}:
            before[target].append(state)
    live = set(automaton.accepting)
    waiting = list(live)
    while waiting:
        fresh = [state for state in before[waiting.pop()] if state not in live]
        live.update(fresh)
        waiting += fresh
    return live


def product(one: Automaton, other: Automaton, accepting: Table) -> Automaton:
    """The automaton that runs both at once and accepts when the pair of their answers is in `accepting`."""
    in_one, in_other = one.accepting, other.accepting
    needs_one = all(first for first, _ in accepting)
    needs_other = all(second for _, second in accepting)

    def merged(first: int, second: int) -> tuple[int, int]:
        hopeless = (first == 0 and needs_one) or (second == 0 and needs_other)
        return (0, 0) if hopeless else (first, second)

    def edges_of(pair: tuple[int, int]) -> tuple[dict[str, tuple[int, int]], tuple[int, int]]:
        first, second = pair
        letters_one, letters_other = one.edges[first], other.edges[second]
        rest_one, rest_other = one.otherwise[first], other.otherwise[second]
        if needs_one and rest_one == 0:  # only the characters that the first automaton tells apart lead anywhere
            letters: Iterable[str] = letters_one
        elif needs_other and rest_other == 0:
            letters = letters_other
        else:
            letters = letters_one.keys() | letters_other.keys()
        step_one, step_other = letters_one.get, letters_other.get
        targets = {letter: merged(step_one(letter, rest_one), step_other(letter, rest_other)) for letter in letters}
        return targets, merged(rest_one, rest_other)

    def accepts(pair: tuple[int, int]) -> bool:
        return (pair[0] in in_one, pair[1] in in_other) in accepting

    return explore(merged(one.start, other.start), edges_of, accepts)


def rewired(automaton: Automaton, letter: str, text: str) -> Automaton:
    """The automaton of the texts that are accepted once each `letter` is written as `text`. Same state numbers."""
    edges = tuple({**letters, letter: automaton.run(text, state)} for state, letters in enumerate(automaton.edges))
    return Automaton(automaton.start, edges, automaton.otherwise, automaton.accepting)


def words(automaton: Automaton, limit: int) -> list[str] | None:
    """All accepted texts when they are at most `limit`, otherwise None."""
    found: list[str] = []
    waiting = [(automaton.start, "")]
    longest = len(automaton.edges)
    while waiting:
        state, text = waiting.pop()
        if state == 0:
            continue
        if automaton.otherwise[state] != 0 or len(text) > longest or len(waiting) > limit:
            return None
        if state in automaton.accepting:
            found.append(text)
            if len(found) > limit:
                return None
        waiting += [(target, text + letter) for letter, target in automaton.edges[state].items()]
    return found


def shortest(automaton: Automaton, friendly: str) -> str | None:
    """A shortest accepted text, of `friendly` characters where there is a choice."""
    seen = {automaton.start}
    queue = [(automaton.start, "")]
    for state, text in queue:  # grows while it is walked
        if state in automaton.accepting:
            return text
        for letter, target in _choices(automaton, state, friendly):
            if target not in seen:
                seen.add(target)
                queue.append((target, text + letter))
    return None


def _choices(automaton: Automaton, state: int, friendly: str) -> list[tuple[str, int]]:
    """One readable character for each next live state."""
    found: dict[int, str] = {}
    for letter in [*friendly, *sorted(automaton.edges[state])]:
        target = automaton.step(state, letter)
        if target:
            found.setdefault(target, letter)
    rest = automaton.otherwise[state]
    if rest and rest not in found:
        code = next(code for code in range(0x21, 0x10FFFF) if chr(code) not in automaton.edges[state])
        found[rest] = chr(code)
    return [(letter, target) for target, letter in found.items()]
