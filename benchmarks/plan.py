"""`alphaswarm deploy plan` of an unchanged stack against what people type without it.

Ours is the whole process, with the ledger and the plan model. Theirs is `terraform init`, `validate`, `plan -out` and
`show -json` in the same root module, against the same state and cloud, with the same provider package. Both have run
before, so nothing is downloaded.
"""

import json
from collections.abc import Callable
from pathlib import Path

from benchmarks.measurement import CannotMeasureError, Measurement, at_most
from benchmarks.processes import in_turns, run, stopwatch
from benchmarks.rehearsal import APP_TIER, SMALL, Rehearsal

TARGETS = {"binary": 0.7, "embedded": 0.45}
_RUN_ID = "01890000-0000-7000-8000-000000000000"


def measure_small(rehearsal: Rehearsal) -> list[Measurement]:
    """The ratios for a stack of two parameters."""
    return _measure(rehearsal, rehearsal.small, SMALL, "two parameters", rounds=5)


def measure_app_tier(rehearsal: Rehearsal) -> list[Measurement]:
    """The ratios for the project's own app tier."""
    return _measure(rehearsal, rehearsal.app_tier, APP_TIER, "app tier", rounds=3)


def _measure(rehearsal: Rehearsal, stack: Path, environment: str, title: str, *, rounds: int) -> list[Measurement]:
    works = {"bare": stopwatch(bare_sequence(rehearsal, stack, environment))}
    works |= {engine: stopwatch(_ours(rehearsal, environment, engine)) for engine in TARGETS}
    times = in_turns(works, rounds)
    names = "init, validate, plan, show"
    return [
        at_most(f"deploy plan, {title}, {engine} engine", target, times[engine], times["bare"], names)
        for engine, target in TARGETS.items()
    ]


def bare_sequence(rehearsal: Rehearsal, stack: Path, environment: str) -> Callable[[], None]:
    """The four commands; as a whole they refuse a stack that is not unchanged."""
    variables = rehearsal.native_environment(environment)
    plan = rehearsal.root / "bare" / environment / "plan.tfplan"

    def terraform(*words: str) -> str:
        return run(["terraform", *words], directory=stack, environment=variables)

    def sequence() -> None:
        terraform("init", "-input=false")
        terraform("validate")
        terraform("plan", "-input=false", f"-out={plan}", f"-var=run_id={_RUN_ID}")
        changes = json.loads(terraform("show", "-json", str(plan))).get("resource_changes", [])
        _require_unchanged(all(each["change"]["actions"] == ["no-op"] for each in changes), environment)

    return sequence


def _ours(rehearsal: Rehearsal, environment: str, engine: str) -> Callable[[], None]:
    def plan() -> None:
        answer = rehearsal.alphaswarm("deploy", "plan", "--env", environment, "--json", "--engine", engine)
        _require_unchanged(bool(json.loads(answer)["no_changes"]), environment)

    return plan


def _require_unchanged(unchanged: bool, environment: str) -> None:  # noqa: FBT001
    if not unchanged:
        raise CannotMeasureError(f"the plan of {environment} is not empty, so it is no plan of an unchanged stack")
