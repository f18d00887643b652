"""Starting and stopping engine processes: own session, clean environment, and an end when ours dies."""

import contextlib
import ctypes
import os
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


def stop_process(process: subprocess.Popen[bytes], grace_seconds: float) -> None:
    """End `process` and its session: SIGTERM, and SIGKILL when it is still there after `grace_seconds`."""
    if process.poll() is None:
        signal_session(process, signal.SIGTERM)
        try:
            process.wait(grace_seconds)
        except subprocess.TimeoutExpired:
            signal_session(process, signal.SIGKILL)
            process.wait()


def signal_session(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Send `number` to every process of the session that `process` leads."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


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
