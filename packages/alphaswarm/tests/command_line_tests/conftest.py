"""The small project with a local cloud that answers (and does no more: the stack has nothing in a cloud)."""

import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from example_project import Project, write_project

from alphaswarm_core.local_address import AccountKeys, LocalCloudAddress

from .command_line import CommandLine

ACCOUNTS = {"dev": "111111111111", "staging": "222222222222"}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return write_project(tmp_path / "project")


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


@pytest.fixture
def command_line(project: Project, listening: socket.socket) -> CommandLine:
    publish_address(project, listening.getsockname()[1])
    return CommandLine(project)


@pytest.fixture(params=["binary", "embedded"])
def engine(request: pytest.FixtureRequest) -> str:
    if request.param == "binary":
        require_binary()
    return str(request.param)


@pytest.fixture
def on_engine(command_line: CommandLine, engine: str) -> CommandLine:
    """The program on either engine."""
    command_line.environment["ALPHASWARM_ENGINE"] = engine
    return command_line


def require_binary() -> None:
    if shutil.which("terraform") is None:
        cannot_run("there is no terraform binary on PATH")


def cannot_run(reason: str) -> None:
    """A check that cannot run is a failure in CI."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def publish_address(project: Project, port: int) -> None:
    """Publish a local cloud at `port`."""
    accounts = {
        name: AccountKeys(account_id=account, access_key_id="LOCALKEY", secret_access_key="local")
        for name, account in ACCOUNTS.items()
    }
    LocalCloudAddress(
        endpoint=f"http://127.0.0.1:{port}",
        pid=os.getpid(),
        region="us-east-1",
        started_at="2025-01-01T00:00:00Z",
        accounts=accounts,
    ).write(project.home)
