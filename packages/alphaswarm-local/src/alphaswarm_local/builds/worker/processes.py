"""Processes of a build: run one at a time, their output read as it comes, ended when the build has to end.

One pipe takes the output of all commands, because a command may leave something behind that goes on writing. A command
is over when its process is, not when its output is.
"""

import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType

from alphaswarm_local.builds.phases import Context, Status

_CHUNK = 64 * 1024
_TICK_SECONDS = 0.25
_LAST_CHUNKS = 16
"""More than a pipe holds: what a command left running may go on writing for ever."""


class InterruptedBuildError(Exception):
    """The build has to end now."""

    def __init__(self, status: Status, context: Context) -> None:
        super().__init__(context.message)
        self.status, self.context = status, context


class Processes:
    """Runs processes until the build's time is over, somebody stops it, or the local cloud is gone.

    Args:
        seconds: How long the build may run from now.
        lifeline: A pipe whose other end the local cloud holds: it ends when that does.
        output: Told what processes write.
        tick: Called again and again while one runs.
        started: Told the process group of each, and None when it is over.
    """

    def __init__(
        self,
        seconds: float,
        lifeline: int,
        output: Callable[[bytes], None],
        tick: Callable[[], None],
        started: Callable[[int | None], None],
    ) -> None:
        self._deadline, self._lifeline = time.monotonic() + seconds, lifeline
        self._output, self._tick, self._started = output, tick, started
        self._stopped = False
        self._reads, self._writes = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK) if hasattr(os, "pipe2") else _pipe()
        os.set_blocking(self._writes, True)
        self._woken, wakes = _pipe()
        signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, self._on_stop)

    def run(self, command: Sequence[str], environment: Mapping[str, str], directory: Path) -> int:
        """Run `command`; its exit code, or 128 and the number of the signal that ended it.

        Raises:
            InterruptedBuildError: the build ends; the process and its group are killed.
        """
        self.check()
        process = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=self._writes,
            stderr=self._writes,
            env=dict(environment),
            cwd=directory,
            process_group=0,
        )
        try:
            self._started(process.pid)
            while process.poll() is None:
                self._wait()
                self.check()
        except BaseException:
            _kill_group(process)
            raise
        finally:
            self._drain()
            self._started(None)
        return process.returncode if process.returncode >= 0 else 128 - process.returncode

    def check(self) -> None:
        """Go on only if the build may.

        Raises:
            InterruptedBuildError: it may not.
        """
        if self._stopped:
            raise InterruptedBuildError(Status.STOPPED, Context("BUILD_STOPPED", "Build was stopped"))
        if time.monotonic() >= self._deadline:
            raise InterruptedBuildError(Status.TIMED_OUT, Context("BUILD_TIMED_OUT", "Build has timed out"))

    def _wait(self) -> None:
        readable, _, _ = select.select(
            [self._reads, self._woken, self._lifeline], [], [], min(_TICK_SECONDS, self._left())
        )
        if self._woken in readable:
            _read(self._woken)
        if self._lifeline in readable and not _read(self._lifeline):
            self._stopped = True
        if self._reads in readable:
            self._output(_read(self._reads))
        self._tick()

    def _drain(self) -> None:
        """What a process has written before it ended is in the pipe."""
        for _ in range(_LAST_CHUNKS):
            chunk = _read(self._reads)
            if not chunk:
                return
            self._output(chunk)

    def _left(self) -> float:
        return max(0.0, self._deadline - time.monotonic())

    def _on_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopped = True


def _pipe() -> tuple[int, int]:
    reads, writes = os.pipe()
    for end in (reads, writes):
        os.set_blocking(end, False)
    return reads, writes


def _read(end: int) -> bytes:
    try:
        return os.read(end, _CHUNK)
    except BlockingIOError:
        return b""


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        process.kill()
    process.wait()
