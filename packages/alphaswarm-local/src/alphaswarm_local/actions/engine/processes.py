"""Runs the processes of steps: each in a session of its own, output by lines, an end by time or cancellation."""

import contextlib
import os
import select
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from alphaswarm_core.terraform.engines.processes import signal_session, start_process, wait_process
from alphaswarm_local.actions.errors import ToolMissingError
from alphaswarm_local.actions.seam.cancellation import Cancellation

LONGEST_LINE = 1024 * 1024
_CHUNK = 64 * 1024
_OUTPUT_AFTER_END_SECONDS = 5.0
"""How long output is waited for that a process left behind may still write."""


class Ending(Enum):
    """Why a process is over."""

    EXITED = "exited"
    TIMED_OUT = "timed out"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended; `code` is negative for a signal."""

    ending: Ending
    code: int


@dataclass(frozen=True, slots=True)
class Grace:
    """What a process is given to end by itself: seconds after SIGINT and after SIGTERM."""

    interrupt: float
    terminate: float


class JobProcesses:
    """The processes of one job. `close` ends those that steps left running."""

    def __init__(self, grace: Grace) -> None:
        self._grace = grace
        self._left: list[subprocess.Popen[bytes]] = []

    def run(
        self,
        arguments: Sequence[str],
        *,
        directory: Path,
        environment: Mapping[str, str],
        on_line: Callable[[str], None],
        cancellation: Cancellation,
        seconds: float | None = None,
    ) -> Ended:
        """Run a process to its end.

        Raises:
            ToolMissingError: there is no such program or directory.
        """
        try:
            process = start_process(
                arguments,
                directory=directory,
                environment=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                on_our_death=signal.SIGKILL,
            )
        except OSError as error:
            raise ToolMissingError(f"{arguments[0]} cannot be started", why=error.strerror) from error
        self._left.append(process)
        reader = threading.Thread(target=_pump, args=(process, on_line), daemon=True)
        reader.start()
        ending = self._wait(process, cancellation, seconds)
        reader.join(_OUTPUT_AFTER_END_SECONDS)
        return Ended(ending, process.returncode)

    def _wait(self, process: subprocess.Popen[bytes], cancellation: Cancellation, seconds: float | None) -> Ending:
        ending = _until(process, cancellation, seconds)
        if ending is Ending.EXITED:
            return ending
        for number, patience in ((signal.SIGINT, self._grace.interrupt), (signal.SIGTERM, self._grace.terminate)):
            signal_session(process, number)
            if wait_process(process, patience) is not None:
                return ending
        signal_session(process, signal.SIGKILL)
        process.wait()
        return ending

    def close(self) -> None:
        """Kill everything that steps left behind in their sessions."""
        for process in self._left:
            with contextlib.suppress(PermissionError):
                signal_session(process, signal.SIGKILL)
        self._left.clear()


def _until(process: subprocess.Popen[bytes], cancellation: Cancellation, seconds: float | None) -> Ending:
    """Wait for the first of: its end, a cancellation, the time limit."""
    opens = getattr(os, "pidfd_open", None)
    if opens is None:  # pragma: no cover - other systems than Linux
        return _until_by_looking(process, cancellation, seconds)
    wake_reading, wake_writing = os.pipe()
    listener = cancellation.listen(lambda: _wake(wake_writing))
    ended = os.pidfd_open(process.pid)
    try:
        waiting = select.poll()
        waiting.register(ended, select.POLLIN)
        waiting.register(wake_reading, select.POLLIN)
        found = {descriptor for descriptor, _ in waiting.poll(None if seconds is None else max(seconds, 0) * 1000)}
    finally:
        cancellation.forget(listener)
        for descriptor in (ended, wake_reading, wake_writing):
            os.close(descriptor)
    if ended in found:
        process.wait()
        return Ending.EXITED
    return Ending.CANCELLED if found else Ending.TIMED_OUT


def _wake(descriptor: int) -> None:
    os.write(descriptor, b"!")


def _until_by_looking(  # pragma: no cover - other systems than Linux
    process: subprocess.Popen[bytes], cancellation: Cancellation, seconds: float | None
) -> Ending:
    deadline = None if seconds is None else time.monotonic() + seconds
    while process.poll() is None:
        if cancellation.wait(0.05):
            return Ending.CANCELLED
        if deadline is not None and time.monotonic() >= deadline:
            return Ending.TIMED_OUT
    return Ending.EXITED


def _pump(process: subprocess.Popen[bytes], on_line: Callable[[str], None]) -> None:
    """Hand on output by lines.

    One that is too long is left out, so that it cannot fill the memory. It is not cut: a secret at that place would
    become two halves that nobody recognises.
    """
    stream = process.stdout
    if stream is None:  # pragma: no cover - always piped
        return
    rest = b""
    with stream:
        while chunk := os.read(stream.fileno(), _CHUNK):
            *lines, end = chunk.split(b"\n")
            for line in lines:
                on_line(_decoded(rest + line))
                rest = b""
            rest = (rest + end)[: LONGEST_LINE + 1]
    if rest:
        on_line(_decoded(rest))


def _decoded(line: bytes) -> str:
    if len(line) > LONGEST_LINE:
        return f"##[warning]A line of more than {LONGEST_LINE // 1024} KiB is left out"
    return line.decode("utf-8", "replace").rstrip("\r")
