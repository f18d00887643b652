"""Ctrl-C, a cancelled job, and death at any moment: the row says what happened, nothing is lost, the next run works."""

import os
import random
import signal
import subprocess
import time
from contextlib import suppress

import pytest
from example_project import Project

from .command_line import CommandLine, Ended, Started, engine_pids, make_quick, make_slow, wait_until

UP = ("deploy", "up", "--env", "dev", "--yes")


def statuses(command_line: CommandLine) -> list[tuple[str, str]]:
    """Kind and status of all runs, oldest first."""
    return [(run["run_kind"], run["status"]) for run in reversed(command_line.runs())]


def resources_in_state(project: Project) -> str:
    return project.state().read_text()


def stop_in_the_middle(command_line: CommandLine, number: signal.Signals) -> Ended:
    """Send `number` to a `deploy up` whose apply has begun."""
    marker = make_slow(command_line.project)
    with command_line.started(*UP) as call:
        wait_until(marker.exists, "the apply has begun")
        call.signal(number)
        return call.end(seconds=30)


def read_until(call: Started, words: bytes) -> str:
    said = b""
    assert call.process.stderr is not None
    while words not in said:
        line = call.process.stderr.readline()
        assert line, said
        said += line
    return said.decode("utf-8", "replace")


def require_next_run_works(command_line: CommandLine) -> None:
    make_quick(command_line.project)
    command_line.succeed(*UP)
    assert command_line.succeed("deploy", "plan", "--env", "dev", "--json").document["no_changes"]
    command_line.require_whole_ledger()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_apply_stops_cleanly_when_asked_once(on_engine: CommandLine, number: signal.Signals) -> None:
    ended = stop_in_the_middle(on_engine, number)

    assert ended.code == 130, ended.err
    assert "Stopping cleanly" in ended.err
    assert "AS-TF-015" in ended.err
    assert statuses(on_engine) == [("plan", "cancelled"), ("apply", "cancelled")]
    apply = on_engine.runs()[0]
    assert apply["exit_code"] == 1
    assert apply["state_after"]["serial"] >= 1
    assert "terraform_data" in resources_in_state(on_engine.project)
    require_next_run_works(on_engine)


def test_apply_ends_at_once_when_asked_twice(on_engine: CommandLine, project: Project) -> None:
    """The engine is held still, so that only a kill can end it."""
    marker = make_slow(project)
    with on_engine.started(*UP) as call:
        wait_until(marker.exists, "the apply has begun")
        (engine,) = engine_pids(project)
        os.kill(engine, signal.SIGSTOP)
        call.signal(signal.SIGINT)
        read_until(call, b"Stopping cleanly")
        call.signal(signal.SIGINT)
        ended = call.end(seconds=30)

    assert ended.code == 130
    assert "Ending at once" in ended.err
    assert statuses(on_engine) == [("plan", "cancelled"), ("apply", "cancelled")]
    assert engine_pids(project) == []
    require_next_run_works(on_engine)


def test_plan_is_cancelled_when_asked_to_stop(on_engine: CommandLine, project: Project) -> None:
    make_planning_slow(project)

    with on_engine.started("deploy", "plan", "--env", "dev") as call:
        wait_until(lambda: is_planning(project), "the plan has begun")
        call.signal(signal.SIGINT)
        ended = call.end(seconds=60)

    assert ended.code == 130, ended.err
    assert "Stopping cleanly" in ended.err
    assert statuses(on_engine) == [("plan", "cancelled")]


def make_planning_slow(project: Project) -> None:
    """A plan without providers is over at once, unless it has to compute twenty thousand hashes."""
    project.part.write_text(
        "locals {\n  many = length([for i in range(100) : [for j in range(200) : sha256(format(i, j))]])\n}\n"
        'resource "terraform_data" "part" { input = local.many }\noutput "id" { value = 1 }\n'
    )


def is_planning(project: Project) -> bool:
    """Whether the engine has begun the command `plan`: its first line says which version it is."""
    return any('"type":"version"' in log.read_text() for log in (project.home / "runs").glob("*/engine.log"))


def test_run_is_interrupted_when_the_program_was_killed_in_the_middle_of_an_apply(on_engine: CommandLine) -> None:
    marker = make_slow(on_engine.project)
    with on_engine.started(*UP) as call:
        wait_until(marker.exists, "the apply has begun")
        call.signal(signal.SIGKILL)
        call.end()
        wait_until(lambda: not engine_pids(on_engine.project), "the engine has finished by itself")

    listed = on_engine.succeed("runs", "list").out

    assert "interrupted" in listed
    assert statuses(on_engine) == [("plan", "interrupted"), ("apply", "interrupted")]
    assert "quick" in resources_in_state(on_engine.project)
    on_engine.require_whole_ledger()
    require_next_run_works(on_engine)


def test_run_is_interrupted_when_the_program_was_killed_while_planning(
    on_engine: CommandLine, project: Project
) -> None:
    make_planning_slow(project)
    with on_engine.started(*UP) as call:
        wait_until(lambda: is_planning(project), "the plan has begun")
        call.signal(signal.SIGKILL)
        call.end()

    shown = on_engine.succeed("deploy", "status", "--env", "dev").out

    assert "plan interrupted" in shown
    assert statuses(on_engine) == [("plan", "interrupted")]
    assert not project.state().exists()
    require_next_run_works(on_engine)


def test_stack_is_held_while_the_engine_of_a_killed_program_finishes(on_engine: CommandLine, project: Project) -> None:
    """Its row stays `applying`: the engine still writes the state."""
    marker = make_slow(project)
    with on_engine.started(*UP) as call:
        wait_until(marker.exists, "the apply has begun")
        (engine,) = engine_pids(project)
        os.kill(engine, signal.SIGSTOP)
        call.signal(signal.SIGKILL)
        call.end()

        refused = on_engine.run(*UP, "--json")
        during = statuses(on_engine)
        os.kill(engine, signal.SIGCONT)
        wait_until(lambda: not engine_pids(project), "the engine has finished by itself")

    assert refused.code == 1
    assert refused.error["code"] == "AS-LED-010"
    assert during == [("plan", "applying"), ("apply", "applying")]
    require_next_run_works(on_engine)
    assert statuses(on_engine)[:2] == [("plan", "interrupted"), ("apply", "interrupted")]


def test_watch_ends_when_the_program_that_it_watches_was_killed(command_line: CommandLine, project: Project) -> None:
    marker = make_slow(project)
    with command_line.started(*UP) as call:
        wait_until(marker.exists, "the apply has begun")
        run = command_line.runs(kind="apply")[0]
        with command_line.started("runs", "watch", run["id"]) as watch:
            call.signal(signal.SIGKILL)
            call.end()
            ended = watch.end(seconds=30)

    assert ended.code == 1
    assert "is interrupted" in ended.out


def test_nothing_is_lost_when_the_program_is_killed_at_random_moments(on_engine: CommandLine) -> None:
    make_quick(on_engine.project)
    began = time.monotonic()
    on_engine.succeed(*UP)
    whole = time.monotonic() - began
    moments = random.Random(20250131)
    for _ in range(5):
        with on_engine.started(*UP, "--var", f"size={moments.randrange(3, 9)}") as call:
            with suppress(subprocess.TimeoutExpired):
                call.process.wait(whole * moments.uniform(0.2, 1.0))
            call.signal(signal.SIGKILL)
            call.end()
            wait_until(lambda: not engine_pids(on_engine.project), "the engine has finished by itself")

    on_engine.require_whole_ledger()
    require_next_run_works(on_engine)
    left = {status for _, status in statuses(on_engine)}
    assert left <= {"completed", "interrupted", "approved", "errored", "stale"}, left
