"""Processes under the clock, in turns."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks.measurement import CannotMeasureError

_NOT_A_USERS = ("TF_", "AWS_", "ALPHASWARM_", "PYTHON")
_LIMIT_SECONDS = 900
ALPHASWARM = str(Path(sys.executable).with_name("alphaswarm"))


def user_environment(**more: str) -> dict[str, str]:
    """The environment of a user at a fresh terminal, and `more`.

    Variables that change what Python or Terraform does are left out: PYTHONDONTWRITEBYTECODE, for example, makes every
    start compile all modules anew.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_A_USERS)}
    return {**kept, "CHECKPOINT_DISABLE": "1", **more}


def run(arguments: Sequence[str], *, directory: Path, environment: Mapping[str, str]) -> str:
    """Standard output of a command that must succeed.

    Raises:
        CannotMeasureError: it is not there, fails, or takes too long.
    """
    try:
        done = subprocess.run(
            arguments,
            cwd=directory,
            env=dict(environment),
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=_LIMIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotMeasureError(f"{' '.join(arguments[:3])}: {error}") from error
    if done.returncode != 0:
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-6:]
        raise CannotMeasureError(f"{' '.join(arguments[:3])} ended with {done.returncode}: {' / '.join(last)}")
    return done.stdout.decode("utf-8", "replace")


def stopwatch(work: Callable[[], object]) -> Callable[[], float]:
    """`work` as something that returns how many seconds it took."""

    def timed() -> float:
        started = time.perf_counter()
        work()
        return time.perf_counter() - started

    return timed


def in_turns(works: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Each of `works` once a round, first in another order each time; a round before the first is not counted.

    Returns:
        The seconds of each work, by round.
    """
    for work in works.values():
        work()
    names = list(works)
    times: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds):
        first = number % len(names)
        for name in [*names[first:], *names[:first]]:
            times[name].append(works[name]())
    return times
