"""What a benchmark says: a value beside its target, and whether it was met."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class CannotMeasureError(Exception):
    """Something that the measurement needs is missing or did not work; a target that was not measured is missed."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """One promised number.

    Attributes:
        what: What was measured.
        value: What came out, in `unit`; None where it could not be measured.
        target: The promise, in `unit`.
        unit: `x` for a ratio, `MB`, `entries/s`.
        at_least: The target is a minimum; else a maximum.
        detail: The numbers behind the value, or why there is none.
    """

    what: str
    value: float | None
    target: float
    unit: str
    at_least: bool
    detail: str

    @property
    def met(self) -> bool:
        """Whether the target was met."""
        if self.value is None:
            return False
        return self.value >= self.target if self.at_least else self.value <= self.target

    def line(self) -> str:
        """One row of the table."""
        sign = "≥" if self.at_least else "≤"
        verdict = "ok" if self.met else "MISSED"
        if self.value is None:
            return f"{self.what:44} {'-':>9}   {'':7} {'':10} {verdict:7} {self.detail}"
        numbers = f"{number(self.value):>9} {sign} {number(self.target):>7} {self.unit:10}"
        return f"{self.what:44} {numbers} {verdict:7} {self.detail}"


def number(value: float) -> str:
    """Three digits that count."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def at_most(what: str, target: float, ours: Sequence[float], theirs: Sequence[float], names: str) -> Measurement:
    """How many times as long as theirs ours took: the median of the ratios of the rounds.

    A round's two times were taken one right after the other, so a machine that is busy for a while changes both.

    Args:
        what: What was measured.
        target: The highest ratio that is all right.
        ours: Seconds by round.
        theirs: Seconds by round.
        names: What `theirs` are the times of.
    """
    ratios = [mine / other for mine, other in zip(ours, theirs, strict=True)]
    spread = f"{min(ratios):.2f}-{max(ratios):.2f} in {len(ratios)} rounds"
    detail = f"{seconds(statistics.median(ours))} against {seconds(statistics.median(theirs))}, {names}; {spread}"
    return Measurement(what, statistics.median(ratios), target, "x", at_least=False, detail=detail)


def missed(what: str, why: str) -> Measurement:
    """Something that could not be measured."""
    return Measurement(what, None, 0, "", at_least=False, detail=why)


def seconds(value: float) -> str:
    """Seconds for people."""
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"


def table(measurements: Sequence[Measurement], facts: Mapping[str, str]) -> str:
    """All rows, under the facts about the machine that they were measured on."""
    known = "\n".join(f"{name:10} {value}" for name, value in facts.items())
    head = f"{'what':44} {'measured':>9}   {'target':>7} {'unit':10} {'':7} detail"
    return "\n".join([known, "", head, *(each.line() for each in measurements)])
