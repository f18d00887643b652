"""`alphaswarm doctor`: what is found, what is missing, how to get it."""

import dataclasses
import sys
from typing import Any

import click

from alphaswarm.composition import options, session
from alphaswarm.output import paint
from alphaswarm_core.errors import ExitCode


@click.command()
@options(target=True)
def doctor(**common: Any) -> int:
    """Say what is found, what is missing, and how to get it. Exits with 5 when something needed is missing."""
    from alphaswarm.diagnosis import diagnose

    here = session(**common)
    findings = diagnose(here)
    well = all(each.ok or not each.needed for each in findings)
    lines = []
    for each in findings:
        mark = (
            paint("ok     ", "green", sys.stdout)
            if each.ok
            else paint("missing", "red" if each.needed else "yellow", sys.stdout)
        )
        lines.append(f"{mark}  {each.name}: {each.found}")
        if each.fix and not each.ok:
            lines.append(f"         fix: {each.fix}")
    here.output.result(
        "doctor/v1", {"ok": well, "findings": [dataclasses.asdict(each) for each in findings]}, "\n".join(lines)
    )
    return ExitCode.DONE if well else ExitCode.UNAVAILABLE
