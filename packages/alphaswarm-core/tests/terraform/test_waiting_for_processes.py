"""Waiting for engine processes, and a provider process that talks more than a pipe holds."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from alphaswarm_core.terraform.engines.processes import start_process, wait_process
from alphaswarm_core.terraform.errors import ProviderMissingError
from alphaswarm_core.terraform.provider_process import running_provider
from alphaswarm_core.terraform.providers import LockedProvider, package_hash

PATIENCE = 60.0


def python(code: str, directory: Path) -> subprocess.Popen[bytes]:
    return start_process([sys.executable, "-I", "-c", code], directory=directory, environment={})


@pytest.fixture(params=["told by the kernel", "by looking"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways of waiting; the second is what systems without pidfd_open(2) have."""
    if request.param == "by looking":
        monkeypatch.delattr(os, "pidfd_open", raising=False)


@pytest.mark.usefixtures("way")
def test_the_exit_code_comes_when_the_process_ends(tmp_path: Path) -> None:
    assert wait_process(python("raise SystemExit(7)", tmp_path), PATIENCE) == 7


@pytest.mark.usefixtures("way")
def test_there_is_no_exit_code_when_the_process_still_runs(tmp_path: Path) -> None:
    process = python("import time; time.sleep(600)", tmp_path)
    try:
        assert wait_process(process, 0.05) is None
    finally:
        process.kill()
    assert wait_process(process, PATIENCE) == -9


def test_the_exit_code_is_remembered_when_the_process_was_reaped_before(tmp_path: Path) -> None:
    process = python("raise SystemExit(3)", tmp_path)
    process.wait()
    assert [wait_process(process, 0), wait_process(process, 0)] == [3, 3]


def test_the_end_wakes_a_waiter_when_it_comes_before_the_time_is_up(tmp_path: Path) -> None:
    process = python("import time; time.sleep(600)", tmp_path)
    threading.Timer(0.1, process.kill).start()
    assert wait_process(process, PATIENCE) == -9


def package(directory: Path, script: str) -> tuple[LockedProvider, Path]:
    """An unpacked provider package whose executable is `script`, and the lock that fits it."""
    place = directory / "package"
    place.mkdir()
    executable = place / "terraform-provider-example_v1.0.0"
    executable.write_text(f"#!/bin/sh\n{script}\n")
    executable.chmod(0o755)
    return LockedProvider("registry.terraform.io/example/example", "1.0.0", (package_hash(place),)), place


ANNOUNCEMENT = """echo "TF_REATTACH_PROVIDERS='{\\"example\\":{}}'" """


def test_a_provider_is_not_blocked_when_it_says_more_than_a_pipe_holds(tmp_path: Path) -> None:
    done = tmp_path / "done"
    script = f"{ANNOUNCEMENT}; head -c 4000000 /dev/zero; touch '{done}'; exec sleep 600"
    with running_provider(*package(tmp_path, script), {"PATH": os.defpath}, memory=tmp_path / "memory") as attach:
        assert attach == '{"example":{}}'
        deadline = time.monotonic() + PATIENCE
        while not done.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        assert done.exists()


def test_there_is_nothing_to_attach_to_when_the_provider_ends_at_once(tmp_path: Path) -> None:
    provider = package(tmp_path, "exit 1")
    with running_provider(*provider, {"PATH": os.defpath}, memory=tmp_path / "memory") as attach:
        assert attach is None


def test_a_provider_is_not_started_when_its_package_is_not_the_locked_one(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    locked, place = package(tmp_path, f"touch '{ran}'; {ANNOUNCEMENT}")
    (place / "more").write_text("added")
    with (
        pytest.raises(ProviderMissingError),
        running_provider(locked, place, {"PATH": os.defpath}, memory=tmp_path / "memory"),
    ):
        pytest.fail("it was started")
    assert not ran.exists()


def test_the_provider_is_gone_when_the_plan_is_over(tmp_path: Path) -> None:
    number = tmp_path / "pid"
    script = f"echo $$ > '{number}'; {ANNOUNCEMENT}; exec sleep 600"
    with running_provider(*package(tmp_path, script), {"PATH": os.defpath}, memory=tmp_path / "memory") as attach:
        assert attach
        pid = int(number.read_text())
        os.kill(pid, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
