"""A small project with a real stack that needs no provider package, and a runtime for it on either engine."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from example_project import Project, write_project

from alphaswarm_core.identity.actor import actor_from_environment
from alphaswarm_core.ledger.store import Ledger
from alphaswarm_core.settings import load_settings
from alphaswarm_core.source_revision import SourceRevision
from alphaswarm_core.target import Target
from alphaswarm_core.terraform.context import RuntimeContext, Silent
from alphaswarm_core.terraform.execution import StopRequest
from alphaswarm_core.terraform.runtime import TerraformRuntime


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return write_project(tmp_path / "project")


def engines() -> list[str]:
    """Both engines; a machine without a binary cannot prove the binary one, and CI must not overlook that."""
    return ["binary", "embedded"]


@pytest.fixture(params=engines())
def engine(request: pytest.FixtureRequest) -> str:
    if request.param == "binary" and shutil.which("terraform") is None:
        if os.environ.get("CI"):
            pytest.fail("no terraform binary on PATH: the binary engine cannot be tested")
        pytest.skip("no terraform binary on PATH")
    return str(request.param)


@pytest.fixture
def ledger(project: Project) -> Iterator[Ledger]:
    with Ledger.open(f"sqlite:///{project.root}/.alphaswarm/ledger.db") as ledger:
        yield ledger


MakeRuntime = Callable[..., TerraformRuntime]


@pytest.fixture
def make_runtime(project: Project, ledger: Ledger) -> MakeRuntime:
    def make(engine: str, **changes: object) -> TerraformRuntime:
        settings = load_settings(project.root / "alphaswarm.toml", {}, {("terraform", "engine"): engine})
        ambient = {"PATH": os.environ["PATH"]}
        context = RuntimeContext(
            settings=settings,
            ledger=ledger,
            target=Target.LOCAL,
            cloud={},
            ambient=ambient,
            actor=actor_from_environment({}),
            revision=SourceRevision("a" * 40, "refs/heads/main"),
            observer=Silent(),
            stop=StopRequest(),
            read_state_lock=lambda backend, directory: None,
        )
        return TerraformRuntime(replace(context, **changes))  # type: ignore[arg-type]

    return make


@pytest.fixture
def runtime(make_runtime: MakeRuntime, engine: str) -> TerraformRuntime:
    return make_runtime(engine)
