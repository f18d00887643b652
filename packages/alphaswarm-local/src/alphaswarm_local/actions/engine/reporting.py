"""What a job tells the control plane: lines, annotations, summaries, steps. Secrets are hidden here, in one place."""

from collections.abc import Mapping
from dataclasses import dataclass

from alphaswarm_local.actions.engine.masks import Masks
from alphaswarm_local.actions.seam.control_plane import ControlPlane
from alphaswarm_local.actions.seam.events import Annotated, Conclusion, Level, LogLine, Status, StepChanged, Summarised
from alphaswarm_local.actions.seam.requests import JobFacts


@dataclass(frozen=True, slots=True)
class Reporter:
    """Reports for one job."""

    plane: ControlPlane
    job: JobFacts
    masks: Masks

    def say(self, step: int, text: str) -> None:
        """One line, or several."""
        for line in self.masks.hide(text).split("\n"):
            self.plane.report(LogLine(self.job, step, self.plane.now(), line))

    def annotate(self, step: int, level: Level, message: str, place: Mapping[str, str] | None = None) -> None:
        """A notice, warning or error, where a command said so at a place in a file."""
        at = place or {}
        self.plane.report(
            Annotated(
                self.job,
                step,
                level,
                self.masks.hide(message),
                title=self.masks.hide(at.get("title", "")),
                path=self.masks.hide(at.get("file", "")),
                line=_number(at.get("line")),
                end_line=_number(at.get("endline")),
                column=_number(at.get("col")),
                end_column=_number(at.get("endcolumn")),
            )
        )

    def error(self, step: int, message: str) -> None:
        """An error of the runner's own: in the log, and as an annotation."""
        self.say(step, f"##[error]{message}")
        self.annotate(step, Level.ERROR, message)

    def summary(self, step: int, markdown: str) -> None:
        """What a step wrote to its summary."""
        if markdown:
            self.plane.report(Summarised(self.job, step, self.masks.hide(markdown)))

    def step_started(self, number: int, name: str) -> None:
        """A step begins."""
        self.plane.report(StepChanged(self.job, number, self.masks.hide(name), self.plane.now(), Status.IN_PROGRESS))

    def step_ended(self, number: int, name: str, conclusion: Conclusion, outcome: Conclusion) -> None:
        """A step is over."""
        now = self.plane.now()
        self.plane.report(
            StepChanged(self.job, number, self.masks.hide(name), now, Status.COMPLETED, conclusion, outcome)
        )


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() else None
