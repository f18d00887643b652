"""Progress: one live line on a terminal, plain lines elsewhere."""

import sys
import time
from dataclasses import dataclass, field

from alphaswarm.output import paint, width
from alphaswarm_core.terraform.events import EngineEvent
from alphaswarm_core.terraform.plan import Plan

_VERBS = {"create": "creating", "update": "changing", "delete": "destroying", "replace": "replacing", "read": "reading"}
_DONE = {"create": "created", "update": "changed", "delete": "destroyed", "replace": "replaced", "read": "read"}


@dataclass(slots=True)
class Tally:
    """How far an apply has come."""

    total: int = 0
    done: int = 0
    started: float = field(default_factory=time.monotonic)
    working: dict[str, str] = field(default_factory=dict)

    def take(self, event: EngineEvent) -> None:
        """Count `event`."""
        if event.address is None or event.action == "read":
            return
        if event.kind == "apply_start":
            self.working[event.address] = event.action or ""
        elif event.kind in {"apply_complete", "apply_errored"}:
            self.working.pop(event.address, None)
            self.done += event.kind == "apply_complete"

    def words(self) -> str:
        """For example `12 of 34, 41 s`."""
        elapsed = f"{time.monotonic() - self.started:.0f} s"
        return f"{self.done} of {self.total}, {elapsed}" if self.total else elapsed


class PlainProgress:
    """One line an event, for logs and pipes."""

    def __init__(self) -> None:
        self.tally = Tally()

    def step(self, text: str) -> None:
        """See `Observer.step`."""
        self._line(f"{text} …" if sys.stderr.encoding.lower().startswith("utf") else f"{text} ...")

    def planned(self, plan: Plan) -> None:
        """See `Observer.planned`."""
        self.tally = Tally(total=work_of(plan))

    def event(self, event: EngineEvent) -> None:
        """See `Observer.event`."""
        self.tally.take(event)
        if event.kind == "apply_complete" and event.address and event.action != "read":
            seconds = f" in {event.elapsed_seconds:.0f} s" if event.elapsed_seconds else ""
            self._line(f"  {event.address} {_DONE.get(event.action or '', 'done')}{seconds} ({self.tally.words()})")
        elif event.kind == "apply_errored":
            self._line(f"  {event.message}")
        elif event.diagnostic and event.diagnostic.severity == "warning":
            self._line(f"  warning: {event.diagnostic.summary}")

    def close(self) -> None:
        """Nothing is left to be cleared."""

    def _line(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)


class LiveProgress(PlainProgress):
    """One line that changes in place: what is done of the total, what is worked on, for how long."""

    def __init__(self) -> None:
        super().__init__()
        self._shown = False

    def step(self, text: str) -> None:
        """See `Observer.step`."""
        self.tally.started = time.monotonic()
        self._show(text)

    def event(self, event: EngineEvent) -> None:
        """See `Observer.event`."""
        self.tally.take(event)
        if event.kind == "apply_errored" or (event.diagnostic and event.diagnostic.severity == "warning"):
            self.close()
            self._line(f"  {event.message}")
        if event.kind.startswith("apply"):
            names = [f"{_VERBS.get(action, action)} {address}" for address, action in self.tally.working.items()]
            self._show(f"{self.tally.words()}  {', '.join(names)}")
        elif event.kind == "refresh_start":
            self._show(f"{self.tally.words()}  reading {event.address}")

    def close(self) -> None:
        """Remove the line."""
        if self._shown:
            self._shown = False
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()

    def _show(self, text: str) -> None:
        self._shown = True
        limit = max(width() - 1, 10)
        short = text if len(text) <= limit else text[: limit - 3] + "..."
        sys.stderr.write("\r\033[K" + paint(short, "cyan"))
        sys.stderr.flush()


def work_of(plan: Plan) -> int:
    """How many operations an apply of `plan` will report: a replacement is two."""
    summary = plan.summary()
    return sum(int(str(summary[key])) for key in ("add", "change", "destroy"))


def make_progress(*, live: bool) -> PlainProgress:
    """The display that fits where narration goes."""
    return LiveProgress() if live else PlainProgress()
