"""A person at a terminal: is shown the change, is asked, and may say no."""

import os
import pty
import select
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from example_project import Project

from .command_line import CommandLine, arguments, end_engines, make_slow, wait_until


class Terminal:
    """The person's side of a pseudo terminal with the program on the other."""

    def __init__(self, process: subprocess.Popen[bytes], line: int) -> None:
        self.process = process
        self._line = line
        self.seen = ""

    def read_until(self, words: str, seconds: float = 60.0) -> None:
        deadline = time.monotonic() + seconds
        while words not in self.seen:
            assert time.monotonic() < deadline, self.seen
            assert self._read(), self.seen

    def type(self, text: str) -> None:
        os.write(self._line, text.encode())

    def insist(self, number: signal.Signals) -> None:
        """Send a signal until the process ends, as a person does.

        One that arrives after the prompt is written and before the read of the answer begins is only seen when the
        read is interrupted again (a property of readline's input).
        """
        for _ in range(10):
            self.process.send_signal(number)
            try:
                self.process.wait(3)
            except subprocess.TimeoutExpired:
                continue
            return

    def end(self) -> int:
        """Read to the end; the exit code."""
        while self._read():
            pass
        return self.process.wait(30)

    def _read(self) -> bool:
        ready, _, _ = select.select([self._line], [], [], 60)
        assert ready, self.seen
        try:
            said = os.read(self._line, 4096)
        except OSError:  # Linux: the other side was closed
            return False
        self.seen += said.decode("utf-8", "replace")
        return bool(said)


@contextmanager
def terminal(command_line: CommandLine, *words: str, **env: str) -> Iterator[Terminal]:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        arguments(words),
        cwd=command_line.project.root,
        env={**command_line.environment, "TERM": "xterm", **env},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        yield Terminal(process, ours)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        os.close(ours)
        end_engines(command_line.project)


def statuses(command_line: CommandLine) -> list[tuple[str, str]]:
    return [(run["run_kind"], run["status"]) for run in reversed(command_line.runs())]


def test_change_is_shown_and_applied_when_agreed_to(command_line: CommandLine, project: Project) -> None:
    with terminal(command_line, "deploy", "up", "--env", "dev") as person:
        person.read_until("Apply this to dev? [y/N]")
        assert "3 to add, 0 to change, 0 to destroy" in person.seen
        assert "module.part.terraform_data.part" in person.seen
        person.type("y\n")
        assert person.end() == 0, person.seen

    assert "3 added, 0 changed, 0 destroyed" in person.seen
    assert "\033[32m" in person.seen
    assert statuses(command_line) == [("plan", "completed"), ("apply", "completed")]


@pytest.mark.parametrize("answer", ["n\n", "\n"])
def test_nothing_is_changed_when_declined(command_line: CommandLine, project: Project, answer: str) -> None:
    with terminal(command_line, "deploy", "up", "--env", "dev") as person:
        person.read_until("[y/N]")
        person.type(answer)
        assert person.end() == 1

    assert "Nothing was changed" in person.seen
    assert statuses(command_line) == [("plan", "cancelled")]
    assert not project.state().exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_nothing_is_changed_when_the_question_is_interrupted(
    command_line: CommandLine, project: Project, number: signal.Signals
) -> None:
    with terminal(command_line, "deploy", "up", "--env", "dev") as person:
        person.read_until("[y/N]")
        person.insist(number)
        assert person.end() == 130

    assert "Traceback" not in person.seen
    assert statuses(command_line) == [("plan", "cancelled")]
    assert not project.state().exists()


def test_nothing_is_changed_when_the_terminal_ends_its_input(command_line: CommandLine, project: Project) -> None:
    with terminal(command_line, "deploy", "up", "--env", "dev") as person:
        person.read_until("[y/N]")
        person.type("\x04")
        assert person.end() == 130

    assert statuses(command_line) == [("plan", "cancelled")]
    assert not project.state().exists()


@pytest.mark.parametrize(
    ("typed", "code", "status"), [("y\n", 1, "cancelled"), ("staging\n", 1, "cancelled"), ("dev\n", 0, "completed")]
)
def test_destroy_asks_for_the_name_of_the_environment(
    command_line: CommandLine, project: Project, typed: str, code: int, status: str
) -> None:
    command_line.succeed("deploy", "up", "--env", "dev", "--yes")

    with terminal(command_line, "deploy", "destroy", "--env", "dev") as person:
        person.read_until("Type 'dev' to go on")
        assert "3 to destroy" in person.seen
        person.type(typed)
        assert person.end() == code, person.seen

    assert statuses(command_line)[2] == ("plan", status)
    assert ("terraform_data" in project.state().read_text()) is (code == 1)


def test_plan_of_an_earlier_day_is_asked_about_too(command_line: CommandLine, project: Project) -> None:
    command_line.succeed("deploy", "plan", "--env", "dev")
    run = command_line.runs()[0]["id"]

    with terminal(command_line, "deploy", "apply", run) as person:
        person.read_until("[y/N]")
        assert "3 to add" in person.seen
        person.type("n\n")
        assert person.end() == 1

    assert statuses(command_line) == [("plan", "approved")]
    assert not project.state().exists()


def test_unlock_asks_before_it_does_anything(command_line: CommandLine) -> None:
    command_line.succeed("deploy", "up", "--env", "dev", "--yes")
    run = command_line.runs()[0]["id"]

    with terminal(command_line, "runs", "unlock", run) as person:
        person.read_until("Remove the state lock of alphaswarm_platform/dev?")
        person.type("n\n")
        assert person.end() == 1


def test_progress_is_one_line_and_ctrl_c_stops_cleanly(command_line: CommandLine, project: Project) -> None:
    marker = make_slow(project)

    with terminal(command_line, "deploy", "up", "--env", "dev", "--yes", COLUMNS="40") as person:
        wait_until(marker.exists, "the apply has begun")
        person.process.send_signal(signal.SIGINT)
        person.read_until("Stopping cleanly")
        assert person.end() == 130

    assert "\r\033[K" in person.seen
    assert statuses(command_line) == [("plan", "cancelled"), ("apply", "cancelled")]


def test_colours_are_left_out_when_no_color_is_set(command_line: CommandLine) -> None:
    with terminal(command_line, "deploy", "plan", "--env", "dev", NO_COLOR="1") as person:
        assert person.end() == 0

    assert "\033[3" not in person.seen
