"""A story told step by step: one line each, with what came out and how long it took."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from alphaswarm.composition import Session
from alphaswarm.output import paint
from alphaswarm_core.errors import AlphaSwarmError


class StoryError(AlphaSwarmError):
    """A step of a demo or a rehearsal did not do what it shows."""

    code = "AS-DEMO-001"
    summary = "A step of the demo or the rehearsal did not do what it shows"


class Story:
    """Tells the steps.

    Args:
        here: The call of the program.
        steps: How many there will be.
    """

    def __init__(self, here: Session, steps: int) -> None:
        self._here, self._steps = here, steps
        self._number = 0
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        """Since it began."""
        return time.monotonic() - self._began

    @contextmanager
    def step(self, title: str) -> Iterator[list[str]]:
        """Announce a step; the block appends what came out of it."""
        self._number += 1
        started = time.monotonic()
        outcome: list[str] = []
        yield outcome
        took = f"{time.monotonic() - started:.1f} s"
        mark = paint(f"[{self._number}/{self._steps}]", "bold")
        self._here.output.narrate(f"{mark} {title}: {' '.join(outcome)} ({took})")


@dataclass(frozen=True, slots=True)
class Act:
    """One step of a story that is a list of them: a title, and what is done; it says what came out."""

    title: str
    play: Callable[[Session], str]


def tell(here: Session, acts: Sequence[Act]) -> Story:
    """Play the acts in their order.

    Raises:
        AlphaSwarmError: of the first one that fails; the rest is not played.
    """
    story = Story(here, len(acts))
    for act in acts:
        with story.step(act.title) as outcome:
            outcome.append(act.play(here))
    return story
