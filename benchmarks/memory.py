"""How much memory `alphaswarm deploy plan` takes beside its engine.

Measured is the peak of resident memory of our own process, which the engine's and the provider's processes come on top
of: what a plan costs that a bare `terraform plan` would not. Theirs are shown beside it.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measurement import CannotMeasureError, Measurement
from benchmarks.processes import user_environment
from benchmarks.rehearsal import SMALL, Rehearsal

TARGET_MB = 120.0
_POLL_SECONDS = 0.02

_PROGRAM = """
import atexit, json, resource, sys
from pathlib import Path
report = Path(sys.argv.pop(1))
def peak():
    status = Path("/proc/self/status")
    if status.exists():  # of this program alone; rusage starts at what the process was before exec
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
atexit.register(lambda: report.write_text(json.dumps(peak())))
from alphaswarm.__main__ import main
main()
"""
"""`alphaswarm`, which writes down its peak of resident memory in MB when it ends."""


def measure(rehearsal: Rehearsal) -> list[Measurement]:
    """Peak memory of our process during a plan, with either engine."""
    rehearsal.small  # noqa: B018 - is applied now
    return [_measure(rehearsal, engine) for engine in ("binary", "embedded")]


def _measure(rehearsal: Rehearsal, engine: str) -> Measurement:
    with tempfile.TemporaryDirectory() as directory:
        report = Path(directory) / "peak"
        words = ["deploy", "plan", "--env", SMALL, "--json", "--engine", engine]
        process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, str(report), *words],
            cwd=rehearsal.root,
            env=user_environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        others = _watch(process)
        if process.returncode != 0:
            raise CannotMeasureError(f"deploy plan with the {engine} engine ended with {process.returncode}")
        own = float(json.loads(report.read_text()))
    beside = ", ".join(f"{name} {size:.0f} MB" for name, size in others.items()) or "unknown on this system"
    return Measurement(
        f"memory of our process in a plan, {engine}",
        own,
        TARGET_MB,
        "MB",
        at_least=False,
        detail=f"beside it: {beside}",
    )


def _watch(process: subprocess.Popen[bytes]) -> dict[str, float]:
    """The peak in MB of every process that `process` started, until it ends; the largest where names repeat."""
    peaks: dict[str, float] = {}
    while process.poll() is None:
        for pid in _descendants(process.pid):
            name, peak = _status(pid)
            peaks[name] = max(peak, peaks.get(name, 0.0))
        time.sleep(_POLL_SECONDS)
    return {name: peak for name, peak in peaks.items() if peak}


def _descendants(pid: int) -> list[int]:
    """The processes below `pid`, where the system shows them in /proc."""
    found: list[int] = []
    waiting = [pid]
    while waiting:
        children = _children(waiting.pop())
        found += children
        waiting += children
    return found


def _children(pid: int) -> list[int]:
    try:
        tasks = os.listdir(f"/proc/{pid}/task")  # noqa: PTH208 - names only
        texts = [Path(f"/proc/{pid}/task/{task}/children").read_text() for task in tasks]
    except OSError:
        return []
    return [int(child) for text in texts for child in text.split()]


def _status(pid: int) -> tuple[str, float]:
    """Name, and peak in MB, of a process; zero when it has just ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return "", 0.0
    facts = {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return facts.get("Name", ""), int(facts.get("VmHWM", "0 kB").split()[0]) / 1024
