"""What `alphaswarm image affected` costs over many stored SBOMs."""

import tempfile
import time
from statistics import median

from alphaswarm.image_records import affected
from alphaswarm_core.canonical import Json
from alphaswarm_core.ledger.image_records import ImageFacts
from alphaswarm_core.ledger.records import Actor, ActorKind, NewRun, RunKind, RunStatus
from alphaswarm_core.ledger.store import Ledger
from benchmarks.measurement import Measurement

SBOMS, PACKAGES = 1000, 500
_REPOSITORY = "111111111111.dkr.ecr.us-east-1.amazonaws.com/alphaswarm-admin"
_TARGET_MILLISECONDS = 300.0
_ASKED = 9


def measure() -> list[Measurement]:
    """The time of one answer: a package that every SBOM names, and two of the images run."""
    with tempfile.TemporaryDirectory() as directory, Ledger.open(f"sqlite:///{directory}/ledger.db") as ledger:
        for number in range(SBOMS):
            ledger.record_image(_image(number), {_digest(number): _sbom(number)})
        _deploy(ledger)
        seconds = [_asked(ledger) for _ in range(_ASKED)]
    detail = f"{SBOMS} SBOMs of {PACKAGES} packages, SQLite; median of {_ASKED}"
    return [
        Measurement("image affected", median(seconds) * 1000, _TARGET_MILLISECONDS, "ms", at_least=False, detail=detail)
    ]


def _asked(ledger: Ledger) -> float:
    started = time.perf_counter()
    found, unknown = affected(ledger, "package-250", None)
    seconds = time.perf_counter() - started
    assert (len(found), len(unknown)) == (2, 0), "the answer is wrong"
    return seconds


def _digest(number: int) -> str:
    return f"sha256:{number:064x}"


def _image(number: int) -> ImageFacts:
    return ImageFacts(
        service="admin",
        repository=_REPOSITORY,
        digest=_digest(number),
        platforms=("linux/amd64",),
        version=None,
        commit=None,
        builder=None,
        signer="of the benchmark",
        scan=None,
        verification=[],
    )


def _sbom(number: int) -> Json:
    components = [
        {"type": "library", "name": f"package-{each}", "version": f"{number}.{each}"} for each in range(PACKAGES)
    ]
    return {"bomFormat": "CycloneDX", "components": components}


def _deploy(ledger: Ledger) -> None:
    actor = Actor(ActorKind.person, "benchmark", "Benchmark")
    run = ledger.open_run(NewRun("alphaswarm_platform", "dev", RunKind.apply, actor, None), exclusive=True)
    ledger.transition(run.id, RunStatus.applying)
    images = [f"{_REPOSITORY}@{_digest(number)}" for number in (1, 2)]
    ledger.transition(run.id, RunStatus.completed, changes={"images": images})
