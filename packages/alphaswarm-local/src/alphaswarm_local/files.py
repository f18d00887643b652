"""The files of a local cloud under a project's home, and the lock that says whether it lives.

Whether a server runs is asked of the kernel: the server holds a lock on `server.lock` as long as it lives and has
written its process id there. A process id alone proves nothing, because the kernel gives it to somebody else when its
process has died; a held lock does, and so no stranger is ever signalled.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from alphaswarm_core.local_address import ADDRESS_FILE

_POLL_SECONDS = 0.02


class LockBusyError(Exception):
    """Somebody else held the lock for longer than we were willing to wait."""


@dataclass(frozen=True, slots=True)
class Files:
    """Where things are. `home` is the project's `.alphaswarm` directory."""

    home: Path

    @property
    def directory(self) -> Path:
        """The local cloud's own directory."""
        return (self.home / ADDRESS_FILE).parent

    @property
    def address(self) -> Path:
        """The published address; there only while a server is ready."""
        return self.home / ADDRESS_FILE

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.directory / "cloud.log"

    @property
    def server_lock(self) -> Path:
        """Held by the server while it lives."""
        return self.directory / "server.lock"

    @property
    def command_lock(self) -> Path:
        """Held by `up`, `down` and `reset`, so that only one of them acts at a time."""
        return self.directory / "command.lock"

    def make_directory(self) -> None:
        """Create the directory, private to its owner."""
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)


def take_lock(path: Path, *, seconds: float) -> IO[bytes]:
    """Lock `path` and return the open file; the lock lasts until it is closed or the process dies.

    Raises:
        LockBusyError: it was held by somebody else for `seconds`.
    """
    file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+b")
    deadline = time.monotonic() + seconds
    while not _locked(file):
        if time.monotonic() >= deadline:
            file.close()
            raise LockBusyError(str(path))
        time.sleep(_POLL_SECONDS)
    return file


@contextmanager
def locked(path: Path, *, seconds: float) -> Iterator[None]:
    """Hold the lock on `path` for the block."""
    with take_lock(path, seconds=seconds):
        yield


def live_server(files: Files) -> int | None:
    """The process id of the server that lives, or None."""
    try:
        file = files.server_lock.open("rb")
    except FileNotFoundError:
        return None
    with file:
        if _locked(file, shared=True):
            return None
        text = file.read(32).strip()
    return int(text) if text.isdigit() else None


def wait_until_dead(files: Files, *, seconds: float) -> bool:
    """Whether the server has let go of its lock within `seconds`."""
    deadline = time.monotonic() + seconds
    while live_server(files) is not None:
        if time.monotonic() >= deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def _locked(file: IO[bytes], *, shared: bool = False) -> bool:
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
