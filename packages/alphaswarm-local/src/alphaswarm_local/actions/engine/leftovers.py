"""What a job leaves running: found by its variables, for a step can take a process out of its session (`setsid`)."""

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

_ROUNDS = 5
"""One that is being killed may just have started another."""


def kill_leftovers(home: Path) -> None:
    """Kill every process whose `HOME` is that of the job (Linux only).

    GitHub throws the whole machine away instead. One that had its variables taken away as well is not found.
    """
    mark = b"HOME=" + os.fsencode(home)
    for _ in range(_ROUNDS):
        if not [number for number in _processes() if _bears(number, mark) and _killed(number, mark)]:
            return


def _processes() -> Iterator[int]:
    with contextlib.suppress(OSError):
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal() and int(entry.name) != os.getpid():
                yield int(entry.name)


def _bears(number: int, mark: bytes) -> bool:
    try:
        return mark in Path(f"/proc/{number}/environ").read_bytes().split(b"\0")
    except OSError:  # it is another user's, or over
        return False


def _killed(number: int, mark: bytes) -> bool:
    """Looked at again, with a descriptor: by then the number cannot come to belong to another process."""
    try:
        descriptor = os.pidfd_open(number)
    except (OSError, AttributeError):
        return False
    try:
        if not _bears(number, mark):
            return False
        signal.pidfd_send_signal(descriptor, signal.SIGKILL)
    except ProcessLookupError:
        return False
    finally:
        os.close(descriptor)
    return True
