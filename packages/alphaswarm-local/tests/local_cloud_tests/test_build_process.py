"""The process of a build without a cloud: its time, its lifeline, its shell; and the queue with another clock."""

import json
import os
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from alphaswarm_local.builds.phases import Status
from alphaswarm_local.builds.queue import BuildQueue
from alphaswarm_local.builds.quotas import AccountQuotas, quota_of_environment
from alphaswarm_local.builds.record import BuildIdentity, BuildRecord
from alphaswarm_local.builds.running import RunningBuild
from alphaswarm_local.builds.settings import BuildSettings
from alphaswarm_local.builds.worker.orders import Orders, Source

from .building import commands

Started = Callable[..., "subprocess.Popen[bytes]"]


def orders(scratch: Path, buildspec: str, seconds: float = 60) -> Orders:
    build_id = f"p:{uuid.uuid4()}"  # what is left behind is found by it, and tests run side by side
    return Orders(
        build_id=build_id, build_arn="arn:aws:codebuild:us-east-1:1:build/p:1", uuid=str(scratch.name), role_arn="r",
        endpoint="http://127.0.0.1:1", region="us-east-1", scratch=str(scratch),
        credentials_url="http://127.0.0.1:1/c", credentials_token="of-the-build", seconds=seconds,
        log_group=None, log_stream=None,
        source=Source("NO_SOURCE", "", "", buildspec, ""), artifacts={"type": "NO_ARTIFACTS"}, variables=(),
        path=os.environ["PATH"], built_in={"CODEBUILD_BUILD_ID": build_id},
    )  # fmt: skip


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Started]:
    """Starts the process of a build, in a directory of its own."""
    made: list[subprocess.Popen[bytes]] = []

    def begin(buildspec: str, seconds: float = 60) -> "subprocess.Popen[bytes]":
        scratch = tmp_path / f"scratch-{len(made)}"
        scratch.mkdir()
        command = [sys.executable, "-I", "-m", "alphaswarm_local.builds.worker"]
        made.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE))
        assert made[-1].stdin is not None
        made[-1].stdin.write(orders(scratch, buildspec, seconds).to_line())
        made[-1].stdin.flush()
        return made[-1]

    yield begin
    for each in made:
        each.kill()
        each.wait()
        for pipe in (each.stdin, each.stdout, each.stderr):
            assert pipe is not None
            pipe.close()


def events(process: "subprocess.Popen[bytes]") -> list[dict[str, Any]]:
    """All that the process says until it ends."""
    assert process.stdout is not None
    return [json.loads(line) for line in process.stdout]


def ends(said: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Each phase and how it ended."""
    phase, found = "QUEUED", []
    for event in said:
        phase = event.get("phase", phase)
        if event["event"] == "ended":
            found.append((phase, event["status"]))
    return found


def test_build_is_out_of_time_when_its_commands_go_on(process: Started) -> None:
    said = events(process(commands("sleep 600"), seconds=1))
    assert ends(said)[-1] == ("BUILD", "TIMED_OUT")
    assert said[-1]["phase"] == "COMPLETED"


def test_build_ends_when_the_local_cloud_is_gone(process: Started) -> None:
    running = process(commands("sleep 600"))
    assert running.stdin is not None
    assert running.stdout is not None
    said = [json.loads(running.stdout.readline())]
    while said[-1].get("phase") != "BUILD":
        said.append(json.loads(running.stdout.readline()))
    running.stdin.close()
    assert ends([*said, *events(running)])[-1] == ("BUILD", "STOPPED")


def test_build_is_over_when_its_commands_are_although_one_left_something_that_writes_for_ever(process: Started) -> None:
    said = events(process(commands("yes & true")))
    assert ends(said)[-1] == ("FINALIZING", "SUCCEEDED")


EXPORTS = """\
version: 0.2
env:
  shell: {shell}
  exported-variables: [QUOTED, LINES, GONE, UNEXPORTED, WHERE, LAST]
phases:
  build:
    commands:
      - 'export QUOTED="it''s \\"quoted\\" $HOME/* \\\\ "'
      - "export LINES=\\"one\\ntwo\\n\\""
      - export GONE=1
      - unset GONE
      - UNEXPORTED=kept
      - 'mkdir "a b" && cd "a b"'
      - set -u
      - 'WHERE=$(basename "$PWD")'
      - 'LAST=1; exit 0; LAST=2'
"""


@pytest.mark.parametrize("shell", ["/bin/sh", "bash"])
def test_shell_keeps_directory_and_variables_from_command_to_command(process: Started, shell: str) -> None:
    said = events(process(EXPORTS.format(shell=shell)))
    assert ends(said)[-1] == ("FINALIZING", "SUCCEEDED"), said
    (exported,) = (dict(event["variables"]) for event in said if event["event"] == "exported")
    home = exported["QUOTED"].partition('" ')[2].partition("/*")[0]
    assert home.endswith("/home")
    assert exported == {
        "QUOTED": f"it's \"quoted\" {home}/* \\ ", "LINES": "one\ntwo\n", "GONE": "", "UNEXPORTED": "kept",
        "WHERE": "a b", "LAST": "1",
    }  # fmt: skip


@pytest.mark.parametrize("command", ["if", "cd /not-there", "not-a-program", "exit 3", "false", "kill $$"])
def test_phase_fails_when_a_command_does_in_whatever_way(process: Started, command: str) -> None:
    assert ("BUILD", "FAILED") in ends(events(process(commands(command))))


def test_nothing_of_this_machine_is_in_the_environment_of_commands(
    process: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of-this-machine")
    monkeypatch.setenv("PIP_INDEX_URL", "of-this-machine")
    said = events(
        process(commands("export A=$(env | grep -c of-this-machine)", env="env: {exported-variables: [A]}\n"))
    )
    assert [event["variables"] for event in said if event["event"] == "exported"] == [[["A", "0"]]]


def record(quota: str, now: Callable[[], float]) -> BuildRecord:
    found = quota_of_environment(quota)
    assert found is not None
    settings = BuildSettings(
        source={}, environment={}, artifacts={}, logs={}, cache={}, service_role="r", source_version="",
        timeout_minutes=5, queued_minutes=5, log_group=None, log_stream_prefix="", encryption_key="", quota=found,
        vpc={},
    )  # fmt: skip
    return BuildRecord(BuildIdentity("1", "us-east-1", "p", "u", 1, "root", {}), settings, now)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.01)


def test_build_is_out_of_time_when_it_waits_too_long() -> None:
    clock, quotas, over = [1000.0], AccountQuotas(), []

    def now() -> float:
        return clock[0]

    def never(*_: object) -> RunningBuild:
        raise AssertionError("there is no room")

    build = record("Linux/Small", now)
    quotas.set("1", build.settings.quota, 0)
    queue = BuildQueue(quotas, never, over.append, now)
    try:
        queue.add(build, "token")
        clock[0] += 299
        queue.look()
        assert not build.complete
        clock[0] += 2
        queue.look()
        until(lambda: build.complete)
        assert build.document()["buildStatus"] == Status.TIMED_OUT
        until(lambda: over == [build])
    finally:
        queue.close()


def test_build_is_a_fault_when_no_process_can_be_started() -> None:
    def broken(*_: object) -> RunningBuild:
        raise OSError(11, "Resource temporarily unavailable")

    build, over = record("Linux/Small", time.time), threading.Event()
    queue = BuildQueue(AccountQuotas(), broken, lambda _: over.set())
    try:
        queue.add(build, "token")
        assert over.wait(30)
        assert build.document()["buildStatus"] == Status.FAULT
    finally:
        queue.close()
