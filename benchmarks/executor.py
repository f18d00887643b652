"""A deploy by a build against the same deploy on this machine, of an unchanged stack: `python -m benchmarks executor`.

Both are the whole command, `alphaswarm deploy up`, on the project's own app tier, after a rehearsal that brought all of
it up. The build's packages were installed by an earlier build of the project. Takes about eight minutes.
"""

import json
import shutil
import tempfile
from pathlib import Path

from benchmarks.measurement import CannotMeasureError, Measurement, at_most
from benchmarks.processes import ALPHASWARM, in_turns, run, stopwatch, user_environment

TARGET = 1.5
_PROJECT = Path(__file__).resolve().parents[1]
_ROUNDS = 3
_UP = ("deploy", "up", "--env", "dev", "--yes", "--json")


def measure() -> list[Measurement]:
    """The ratio, in a clone of this checkout's commit with a local cloud of its own."""
    if shutil.which("git") is None:
        raise CannotMeasureError("there is no git")
    with tempfile.TemporaryDirectory(prefix="alphaswarm-bench-") as name:
        root = Path(name) / "project"
        run(["git", "clone", "-q", str(_PROJECT), str(root)], directory=_PROJECT, environment=user_environment())
        try:
            _alphaswarm(root, "rehearse", "--json")
            works = {
                "build": lambda: _alphaswarm(root, *_UP, "--executor", "codebuild"),
                "direct": lambda: _require_unchanged(_alphaswarm(root, *_UP, "--assume", "apply")),
            }
            times = in_turns({each: stopwatch(work) for each, work in works.items()}, _ROUNDS)
        finally:
            _alphaswarm(root, "local", "down")
    names = "deploy up of the unchanged app tier"
    return [at_most("deploy up by a build", TARGET, times["build"], times["direct"], names)]


def _alphaswarm(root: Path, *words: str) -> str:
    return run([ALPHASWARM, *words], directory=root, environment=user_environment())


def _require_unchanged(answer: str) -> None:
    if not json.loads(answer)["no_changes"]:
        raise CannotMeasureError("the plan is not empty, so it is no deploy of an unchanged stack")
