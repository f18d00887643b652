"""Running one Terraform command under supervision: progress, heartbeat, time limit, and a clean stop on request."""

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from alphaswarm_core.terraform.engines.base import Command, EngineSession, Invocation
from alphaswarm_core.terraform.events import Diagnostic, EngineEvent, LineFollower, parse_event, parse_plain_diagnostics

_POLL_SECONDS = 0.1
"""How often progress is looked at; the end of a command is noticed at once."""
_NOT_STARTED = -int(signal.SIGINT)
_GRACE_SECONDS = 60.0
"""How long a clean stop may take before the engine is killed."""


@dataclass(slots=True)
class StopRequest:
    """How often a person has asked to stop. The first asks the engine for a clean stop, the second does not wait."""

    count: int = 0

    def ask(self) -> None:
        """Ask once more."""
        self.count += 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended.

    Attributes:
        exit_code: Terraform's; negative when it was killed by that signal.
        stopped: A person asked to stop.
        timed_out: It took longer than allowed.
        diagnostics: What it said about errors and warnings, in order.
    """

    exit_code: int
    stopped: bool
    timed_out: bool
    diagnostics: tuple[Diagnostic, ...]

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The errors among the diagnostics."""
        return tuple(each for each in self.diagnostics if each.severity == "error")


@dataclass(slots=True)
class Supervisor:
    """Runs commands of one session.

    Args:
        on_event: Told of every event; a progress display.
        beat: Called about every `beat_seconds` while a command runs: the run's heartbeat.
        stop: Set by the signal handler of the program.
    """

    on_event: Callable[[EngineEvent], None]
    beat: Callable[[], None]
    stop: StopRequest
    beat_seconds: float = 5.0
    _next_beat: float = field(default=0.0, init=False)

    def run(
        self,
        session: EngineSession,
        arguments: list[str],
        *,
        log: Path,
        timeout_seconds: float,
        on_start: Callable[[int | None], None] = lambda _pid: None,
    ) -> Outcome:
        """Run `arguments` to the end.

        Args:
            session: Where to run them.
            arguments: The command line, without the program.
            log: Output is appended to it, and errors in plain text to `log` with `.err` added.
            timeout_seconds: When they are stopped.
            on_start: Told which process executes them, once it does.
        """
        if self.stop.count > 0:  # asked between two commands: the next one is not started at all
            return Outcome(_NOT_STARTED, stopped=True, timed_out=False, diagnostics=())
        errors = log.with_name(log.name + ".err")
        for path in (log, errors):
            path.touch(mode=0o600)
        followers = (LineFollower(log), LineFollower(errors))
        plain = errors.stat().st_size
        diagnostics: list[Diagnostic] = []
        command = session.start(Invocation(arguments, log, errors))
        try:
            on_start(session.pid)
            code, timed_out = self._watch(command, followers[0], diagnostics, time.monotonic() + timeout_seconds)
        except BaseException:
            _stop_cleanly(command)  # for example: the ledger is gone, and with it the right to go on
            raise
        if code != 0 and not any(each.severity == "error" for each in diagnostics):
            text = errors.read_bytes()[plain:].decode("utf-8", "replace")
            diagnostics += parse_plain_diagnostics(text)
        return Outcome(code, self.stop.count > 0, timed_out, tuple(diagnostics))

    def _watch(
        self, command: Command, follower: LineFollower, diagnostics: list[Diagnostic], deadline: float
    ) -> tuple[int, bool]:
        stopping = _Stopping(command)
        timed_out = False
        while (code := command.wait(_POLL_SECONDS)) is None:
            self._report(follower, diagnostics)
            self._beat_when_due()
            if time.monotonic() > deadline and not timed_out:
                timed_out = True
                stopping.advance(1)
            stopping.advance(self.stop.count)
        self._report(follower, diagnostics)
        return code, timed_out

    def _report(self, follower: LineFollower, diagnostics: list[Diagnostic]) -> None:
        for line in follower.new_lines():
            event = parse_event(line)
            if event is None:
                continue
            if event.diagnostic:
                diagnostics.append(event.diagnostic)
            self.on_event(event)

    def _beat_when_due(self) -> None:
        now = time.monotonic()
        if now >= self._next_beat:
            self._next_beat = now + self.beat_seconds
            self.beat()


def _stop_cleanly(command: Command) -> None:
    """Let Terraform finish what is in flight, save its state and release the lock; kill it when grace has run out."""
    command.interrupt()
    if command.wait(_GRACE_SECONDS) is None:
        command.kill()


@dataclass(slots=True)
class _Stopping:
    """Carries out requests to stop: one interrupt for the first, a kill for the second or when grace has run out."""

    command: Command
    interrupted_at: float | None = None
    killed: bool = False

    def advance(self, requests: int) -> None:
        if requests >= 1 and self.interrupted_at is None:
            self.interrupted_at = time.monotonic()
            self.command.interrupt()
        overdue = self.interrupted_at is not None and time.monotonic() - self.interrupted_at > _GRACE_SECONDS
        if (requests > 1 or overdue) and not self.killed:
            self.killed = True
            self.command.kill()
