"""A builder's process: a listed environment, its words as they come with what is secret hidden, an end in any case."""

import contextlib
import os
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from alphaswarm_core.supply.building.errors import ImageBuildFailedError
from alphaswarm_core.supply.building.orders import Say

_LAST_LINES = 12
_LONGEST_LINE = 2000
HIDDEN = "***"


@dataclass(frozen=True, slots=True)
class Program:
    """A program of a builder, and what it is told.

    Attributes:
        path: The program.
        environment: All of its environment: a build has no business with the caller's credentials.
        seconds: How long it may take.
        hidden: What never gets into a line: a step of a Dockerfile may print what it was given.
    """

    path: str
    environment: Mapping[str, str]
    seconds: float
    hidden: Sequence[str] = field(default=(), repr=False)

    def run(self, arguments: Sequence[str], what: str, say: Say) -> None:
        """Run it, and tell every line that it writes.

        Raises:
            ImageBuildFailedError: it does not start, ends badly, or takes too long.
        """
        try:
            process = subprocess.Popen(
                [self.path, *arguments],
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                start_new_session=True,
            )
        except OSError as error:
            raise ImageBuildFailedError(f"{what} did not start", why=error.strerror) from error
        self._follow(process, what, say)

    def answers(self, arguments: Sequence[str]) -> bool:
        """Whether it does what it is asked for, within some seconds."""
        try:
            done = subprocess.run(
                [self.path, *arguments],
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=self.seconds,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
        return done.returncode == 0

    def _follow(self, process: "subprocess.Popen[str]", what: str, say: Say) -> None:
        late = threading.Event()
        timer = threading.Timer(self.seconds, _end, (process, late))
        timer.start()
        last: deque[str] = deque(maxlen=_LAST_LINES)
        try:
            for line in _lines(process):
                shown = self._shown(line)
                last.append(shown)
                say(shown)
            code = process.wait()
        finally:
            timer.cancel()
            _end(process, threading.Event())
        if late.is_set():
            raise ImageBuildFailedError(f"{what} took longer than {self.seconds:g} seconds")
        if code != 0:
            raise ImageBuildFailedError(f"{what} failed with code {code}", why=" / ".join(last)[-1200:])

    def _shown(self, line: str) -> str:
        for each in self.hidden:
            line = line.replace(each, HIDDEN)
        return "".join(each if each.isprintable() else " " for each in line.rstrip())[:_LONGEST_LINE]


def _lines(process: "subprocess.Popen[str]") -> Iterable[str]:
    assert process.stdout is not None  # noqa: S101 - a pipe was asked for
    with process.stdout as stream:
        yield from stream


def _end(process: "subprocess.Popen[str]", late: threading.Event) -> None:
    """End it with all that it started."""
    if process.poll() is None:
        late.set()
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
