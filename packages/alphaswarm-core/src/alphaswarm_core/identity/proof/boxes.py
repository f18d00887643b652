"""Sets of tokens as unions of boxes: in one family of subjects, a set of values for each component."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from alphaswarm_core.identity.proof.grammar import Family, Side
from alphaswarm_core.identity.proof.languages import Language, at_most

MAX_STEPS = 50_000
"""Boxes that one subtraction may look at."""


@dataclass(frozen=True, slots=True, eq=False)
class Box:
    """Tokens of one family. Components without an entry may have every value of the family.

    Args:
        family: The form of the subject.
        sides: The components that are constrained; no side is empty.
        exact: False when the box is larger than what it stands for.
        hints: Component → values worth trying where the box is too large.
    """

    family: Family
    sides: Mapping[str, Side] = field(default_factory=dict)
    exact: bool = True
    hints: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def side(self, component: str) -> Side:
        """The values of a component."""
        found = self.sides.get(component)
        return self.family.universe(component) if found is None else found

    def narrowed(self, component: str, side: Side) -> "Box | None":
        """The part of the box in which the component is in `side`; None when nothing is."""
        left = self.side(component) & side
        if left.is_empty:
            return None
        return Box(self.family, {**self.sides, component: left}, self.exact, self.hints)

    def within(self, values: Mapping[str, Language]) -> "Box | None":
        """The part in which the components have these values, whether AWS shows them or not."""
        found: Box | None = self
        for component, language in values.items():
            if found is not None:
                found = found.narrowed(component, Side(language, language))
        return found

    def without(self, other: "Box") -> "list[Box]":
        """What of the box is not in `other`, as disjoint boxes."""
        if self.family is not other.family:
            return [self]
        common = self.common(other)
        if common is None:
            return [self]
        pieces: list[Box] = []
        inside = dict(self.sides)
        for component, side in other.sides.items():
            rest = self.side(component) - side
            if not rest.is_empty:
                pieces.append(Box(self.family, {**inside, component: rest}, self.exact, self.hints))
            inside[component] = common.sides[component]
        return pieces

    def common(self, other: "Box") -> "Box | None":
        """What is in both; None when nothing is. What is known word by word is compared first: it is cheap."""
        found: Box | None = self
        for component, side in sorted(other.sides.items(), key=lambda item: item[1].is_large):
            found = found.narrowed(component, side) if found is not None else None
        return found


def outside(box: Box, others: Sequence[Box]) -> Iterator[Box]:
    """The parts of `box` that are in none of `others`, one after the other.

    Raises:
        TooLargeError: it splits into too many parts.
    """
    relevant = [other for other in others if other.family is box.family]
    waiting = [(box, 0)]
    steps = 0
    while waiting:
        steps += 1
        at_most(steps, MAX_STEPS, "parts of a statement")
        current, index = waiting.pop()
        if index == len(relevant):
            yield current
        else:
            waiting += [(piece, index + 1) for piece in reversed(current.without(relevant[index]))]
