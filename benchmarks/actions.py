"""How fast the Actions runner is: `python -m benchmarks actions`.

Jobs are compared with their own step run bare: the same shell, the same script, one process after the other. What is
left is what the runner adds.
"""

import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from alphaswarm_local.actions.engine import Engine, RunnerSettings
from alphaswarm_local.actions.expressions import Scope, compile_expression
from alphaswarm_local.actions.seam.events import Conclusion
from alphaswarm_local.actions.seam.in_memory import InMemoryControlPlane
from alphaswarm_local.actions.seam.requests import RepositoryFacts, RunRequest
from benchmarks.measurement import CannotMeasureError, Measurement

EVALUATIONS = 20_000
JOBS = 50
ROUNDS = 3
_EXPRESSIONS = (
    "github.ref == 'refs/heads/main' && github.event_name != 'pull_request'",
    "contains(github.event.commits.*.message, 'release') || startsWith(github.ref, 'refs/tags/v')",
    "format('{0}-{1}', needs.plan.outputs.digest, matrix.environment)",
    "fromJSON('{\"approvals\": 2}').approvals >= 1",
)
_CONTEXTS = {
    "github": {
        "ref": "refs/heads/main",
        "event_name": "push",
        "event": {"commits": [{"message": f"change {number}"} for number in range(5)]},
    },
    "needs": {"plan": {"outputs": {"digest": "sha256:0123"}, "result": "success"}},
    "matrix": {"environment": "dev"},
}
_PATH = ".github/workflows/main.yml"
_SCRIPT = ["bash", "-e", "-c", "true"]


def measure() -> list[Measurement]:
    """Both promises."""
    return [_expressions(), _jobs()]


def _expressions() -> Measurement:
    scope = Scope(_CONTEXTS)  # type: ignore[arg-type]
    compiled = [compile_expression(each) for each in _EXPRESSIONS]
    rates = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        for _ in range(EVALUATIONS // len(compiled)):
            for each in compiled:
                each.evaluate(scope)
        rates.append(EVALUATIONS / (time.perf_counter() - started))
    detail = f"{len(compiled)} different ones, {EVALUATIONS:,} a round; {min(rates):,.0f}-{max(rates):,.0f}"
    return Measurement("expressions", statistics.median(rates), 20_000, "a second", at_least=True, detail=detail)


def _jobs() -> Measurement:
    added, runs, bare = [], [], []
    with tempfile.TemporaryDirectory() as directory:
        for number in range(ROUNDS):
            bare.append(_bare())
            runs.append(_run(Path(directory), number + 1))
            added.append((runs[-1] - bare[-1]) / JOBS * 1000)
    detail = f"{JOBS} jobs {statistics.median(runs):.2f} s, their steps alone {statistics.median(bare):.2f} s"
    return Measurement("a trivial job adds", statistics.median(added), 50, "ms", at_least=False, detail=detail)


def _bare() -> float:
    started = time.perf_counter()
    for _ in range(JOBS):
        subprocess.run(_SCRIPT, check=True)
    return time.perf_counter() - started


def _run(directory: Path, number: int) -> float:
    jobs = "\n".join(f"  job{each}: {{runs-on: x, steps: [{{run: 'true'}}]}}" for each in range(JOBS))
    plane = InMemoryControlPlane({"acme/app": {_PATH: f"on: push\njobs:\n{jobs}\n"}})
    engine = Engine(plane, RunnerSettings(work=directory / "work"))
    request = RunRequest(
        run_id=number,
        repository=RepositoryFacts("acme/app", 1, 2),
        event_name="push",
        ref="refs/heads/main",
        sha="a" * 40,
        workflow_path=_PATH,
        workflow_sha="a" * 40,
        actor="mona",
        actor_id=3,
    )
    started = time.perf_counter()
    result = engine.execute(request)
    elapsed = time.perf_counter() - started
    if result.conclusion is not Conclusion.SUCCESS:
        raise CannotMeasureError(f"the run ended with {result.conclusion}: {result.message}")
    return elapsed
