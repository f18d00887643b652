"""Supervision of a command: time limit, a clean stop, and a clean stop too when the supervision itself fails."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from alphaswarm_core.terraform.engines.base import EngineIdentity, EngineKind
from alphaswarm_core.terraform.engines.binary import BinaryEngine
from alphaswarm_core.terraform.execution import StopRequest, Supervisor

NOTES_ITS_END = """
import pathlib, signal, sys, time
def leave(*_):
    pathlib.Path("left-cleanly").touch()
    sys.exit(9)
signal.signal(signal.SIGINT, leave)
print('{"@message": "at work", "type": "log"}', flush=True)
pathlib.Path("at-work").touch()
time.sleep(60)
"""


def engine_of(directory: Path, program: str) -> BinaryEngine:
    path = directory / "engine"
    path.write_text(f"#!{sys.executable}\n{program}")
    path.chmod(0o755)
    return BinaryEngine(path, EngineIdentity(EngineKind.BINARY, "terraform", "1.12.0"))


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., object]:
    def run(supervisor: Supervisor, program: str = NOTES_ITS_END, timeout_seconds: float = 30.0) -> object:
        with engine_of(tmp_path, program).open(tmp_path, {"PATH": os.defpath}) as session:
            return supervisor.run(session, [], log=tmp_path / "log", timeout_seconds=timeout_seconds)

    return run


def silent(stop: StopRequest | None = None) -> Supervisor:
    return Supervisor(lambda _: None, lambda: None, stop or StopRequest())


def test_command_that_takes_too_long_is_stopped_cleanly(run: Callable[..., object], tmp_path: Path) -> None:
    outcome = run(silent(), timeout_seconds=1.5)

    assert outcome.timed_out
    assert outcome.exit_code == 9
    assert (tmp_path / "left-cleanly").exists()


def test_command_is_not_started_when_the_stop_came_before(run: Callable[..., object], tmp_path: Path) -> None:
    outcome = run(silent(StopRequest(count=1)))

    assert outcome.stopped
    assert outcome.exit_code == -signal.SIGINT
    assert not (tmp_path / "at-work").exists()


def test_command_is_stopped_cleanly_when_its_heartbeat_fails(run: Callable[..., object], tmp_path: Path) -> None:
    def beat() -> None:
        if (tmp_path / "at-work").exists():
            raise OSError("the ledger is gone")

    supervisor = Supervisor(lambda _: None, beat, StopRequest(), beat_seconds=0.1)
    with pytest.raises(OSError, match="the ledger is gone"):
        run(supervisor)

    assert (tmp_path / "left-cleanly").exists()


def test_second_request_does_not_wait(run: Callable[..., object], tmp_path: Path) -> None:
    stop = StopRequest()
    stubborn = NOTES_ITS_END.replace(
        "signal.signal(signal.SIGINT, leave)", "signal.signal(signal.SIGINT, signal.SIG_IGN)"
    )

    outcome = run(Supervisor(lambda _: (stop.ask(), stop.ask()), lambda: None, stop), stubborn)

    assert outcome.exit_code == -signal.SIGKILL
    assert outcome.stopped


def test_errors_in_plain_text_are_found_where_there_is_no_other(run: Callable[..., object]) -> None:
    outcome = run(
        silent(),
        'import sys\nprint("╷\\n│ Error: It is broken\\n│ \\n│ in two lines\\n╵", file=sys.stderr)\nsys.exit(1)\n',
    )

    (error,) = outcome.errors
    assert error.summary == "It is broken"
    assert error.detail == "in two lines"


def test_output_that_is_not_utf_8_does_not_end_the_supervision(run: Callable[..., object]) -> None:
    program = 'import sys\nsys.stdout.buffer.write(b"\\xff\\xfe no event\\n")\nsys.exit(0)\n'

    assert run(silent(), program).exit_code == 0


def test_output_of_two_commands_is_not_mixed_up(run: Callable[..., object], tmp_path: Path) -> None:
    first = run(silent(), 'import sys\nprint("Error: first", file=sys.stderr)\nsys.exit(1)\n')
    second = run(silent(), 'import sys\nprint("Error: second", file=sys.stderr)\nsys.exit(1)\n')

    assert [error.summary for outcome in (first, second) for error in outcome.errors] == ["first", "second"]


def test_log_is_private_to_its_owner(run: Callable[..., object], tmp_path: Path) -> None:
    run(silent(), "")

    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "log", tmp_path / "log.err")} == {0o600}
