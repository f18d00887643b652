"""One local cloud for the tests of a worker that need one."""

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from alphaswarm_local import supervisor

from .stand import ACCOUNTS, SERVICE, Workplace

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    root = tmp_path_factory.mktemp("images") / "project"
    root.mkdir()
    shutil.copy(PROJECT / "alphaswarm.toml", root)
    cloud = supervisor.up(root / ".alphaswarm", region="us-east-1", accounts=ACCOUNTS)
    place = Workplace(root, cloud)
    place.ecr().create_repository(repositoryName=SERVICE.name)
    yield place
    supervisor.down(root / ".alphaswarm")


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """Puts a small program on PATH, before all others."""
    directory = tmp_path / "programs"
    directory.mkdir()
    monkeypatch.setenv("PATH", f"{directory}:{os.environ['PATH']}")

    def make(name: str, script: str) -> Path:
        path = directory / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    return make
