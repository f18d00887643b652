"""Whether the process that drives a run still lives.

A process id alone is not enough: ids are used again. On Linux the start time of the process and the boot it belongs to
(/proc) make it unique; elsewhere the id has to do.
"""

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeAlias

from alphaswarm_core.ledger.records import Lease
from alphaswarm_core.ledger.times import parse_time

IsAlive: TypeAlias = Callable[[int, str], bool]
"""Of a process id and its recorded start: does that very process live on this host?"""

REMOTE_TIMEOUT = timedelta(minutes=2)
"""How long a run on another host may stay silent."""

_STATE_FIELD, _START_FIELD = 0, 19  # of /proc/PID/stat, counted after the command's closing parenthesis: proc(5)


@dataclass(frozen=True, slots=True)
class ProcessIdentity:
    """A process, unambiguously. `started` is empty where the system does not tell."""

    host: str
    pid: int
    started: str


def is_dead(lease: Lease, *, host: str, now: datetime, is_alive: IsAlive, remote_timeout: timedelta) -> bool:
    """Whether nobody drives the leased run any more: judged by its process on this host, by its beats on others."""
    if lease.host == host:
        return not is_alive(lease.pid, lease.process_started)
    return now - parse_time(lease.beat_at) > remote_timeout


def this_process() -> ProcessIdentity:
    """The identity of the running process."""
    return ProcessIdentity(socket.gethostname(), os.getpid(), process_started(os.getpid()))


def process_is_alive(pid: int, started: str) -> bool:
    """Whether the process `pid` that started at `started` runs on this host."""
    if not started or not Path("/proc/self/stat").exists():
        return _answers(pid)
    return process_started(pid) == started


def process_started(pid: int) -> str:
    """When `pid` started, as `boot id:clock ticks since boot`; empty if it does not run or the system does not tell."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""
    fields = stat.rpartition(")")[2].split()
    return "" if fields[_STATE_FIELD] in {"Z", "X"} else f"{boot}:{fields[_START_FIELD]}"


def _answers(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it lives, as somebody else's
        return True
    return True
