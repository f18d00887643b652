"""Starting and stopping engine processes: own session, clean environment, and an end when ours dies."""

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

_PR_SET_PDEATHSIG = 1  # Linux, prctl(2)


def start_process(
    arguments: Sequence[str],
    *,
    directory: Path,
    environment: Mapping[str, str],
    stdin: int | IO[bytes] = subprocess.DEVNULL,
    stdout: int | IO[bytes] = subprocess.DEVNULL,
    stderr: int | IO[bytes] = subprocess.DEVNULL,
    inherited: Sequence[int] = (),
    on_our_death: signal.Signals | None = None,
) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own, so that a Ctrl-C on the terminal reaches it only through us.

    Args:
        arguments: The command line; the first is the program.
        directory: Its working directory.
        environment: Its whole environment.
        stdin: Where it reads from.
        stdout: Where it writes to.
        stderr: Where it complains to.
        inherited: File descriptors that it keeps.
        on_our_death: The signal that it gets when this process dies, even by SIGKILL (Linux only).
    """
    return subprocess.Popen(
        arguments,
        cwd=directory,
        env=dict(environment),
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        pass_fds=tuple(inherited),
        start_new_session=True,
        preexec_fn=_death_signal(on_our_death),  # noqa: PLW1509 - two system calls; it touches no lock
    )


def wait_process(process: subprocess.Popen[bytes], seconds: float) -> int | None:
    """The exit code of `process` as soon as it ends; None when it is still running after `seconds`.

    `Popen.wait` with a time limit looks again and again, hundreds of times a second at first; the kernel of Linux tells
    when a process ends (pidfd_open(2), since 5.3).
    """
    if process.poll() is not None:  # reaped: its number may belong to another process by now
        return process.returncode
    descriptor = _descriptor_of(process)
    if descriptor is None:
        return _wait_by_looking(process, seconds)
    try:
        ended = select.poll()
        ended.register(descriptor, select.POLLIN)
        ended.poll(max(seconds, 0) * 1000)
    finally:
        os.close(descriptor)
    return process.poll()


def stop_process(process: subprocess.Popen[bytes], grace_seconds: float) -> None:
    """End `process` and its session: SIGTERM, and SIGKILL when it is still there after `grace_seconds`."""
    if process.poll() is None:
        signal_session(process, signal.SIGTERM)
        if wait_process(process, grace_seconds) is None:
            signal_session(process, signal.SIGKILL)
            process.wait()


def signal_session(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Send `number` to every process of the session that `process` leads."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _descriptor_of(process: subprocess.Popen[bytes]) -> int | None:
    """A descriptor that becomes readable when `process` ends; None on other systems, old kernels, in sandboxes."""
    opens = getattr(os, "pidfd_open", None)
    try:
        return int(opens(process.pid)) if opens else None
    except OSError:
        return None


def _wait_by_looking(process: subprocess.Popen[bytes], seconds: float) -> int | None:
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None


def _death_signal(number: signal.Signals | None) -> Callable[[], None] | None:
    if number is None or sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    parent = os.getpid()

    def arm() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent:  # it died between fork and prctl: the signal would never come
            os._exit(1)

    return arm
