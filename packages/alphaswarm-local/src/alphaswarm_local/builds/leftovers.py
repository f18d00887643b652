"""What a build leaves running: on AWS its container goes away, here every process that carries its mark is ended.

A command may have started something in a session of its own, which no process group reaches.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_PROCESSES = Path("/proc")


def end_processes_of(build_id: str, group: int | None = None) -> None:
    """Kill the processes of the group, and those with the build's id in their environment.

    Where the system does not show environments (not Linux), only the group is ended.
    """
    if group is not None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)
    for pid in _marked(f"CODEBUILD_BUILD_ID={build_id}".encode()):
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


def _marked(entry: bytes) -> Iterator[int]:
    if not _PROCESSES.is_dir():
        return
    for place in _PROCESSES.iterdir():
        if place.name.isdigit() and int(place.name) != os.getpid():
            with suppress(OSError):
                if entry in (place / "environ").read_bytes().split(b"\0"):
                    yield int(place.name)
