"""The program as a person starts it: a process of its own, in a small project, with a clean environment."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from example_project import Project

LONGEST_SECONDS = 90.0
_PASSED_ON = ("PATH", "LANG", "TMPDIR")


@dataclass(frozen=True)
class Ended:
    """A call of the program that has ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The result under `--json`."""
        return json.loads(self.out)

    @property
    def error(self) -> dict[str, Any]:
        """The error under `--json`."""
        document = json.loads(self.out)
        assert document["schema"] == "alphaswarm/error/v1"
        error: dict[str, Any] = document["error"]
        assert error["exit_code"] == self.code
        return error


@dataclass
class CommandLine:
    """Calls the program in `project`."""

    project: Project
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        self.environment = {**passed_on, "HOME": str(self.project.root.parent), **self.environment}

    def run(self, *words: str, env: Mapping[str, str] | None = None, **options: Any) -> Ended:
        """Call the program and wait for its end."""
        ended = subprocess.run(
            arguments(words),
            cwd=options.pop("cwd", self.project.root),
            env={**self.environment, **(env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=LONGEST_SECONDS,
            check=False,
            **options,
        )
        out, err = (text.decode("utf-8", "replace") for text in (ended.stdout, ended.stderr))
        assert "Traceback" not in err, err
        return Ended(ended.returncode, out, err)

    def succeed(self, *words: str, **options: Any) -> Ended:
        """Call the program, which must end with 0."""
        ended = self.run(*words, **options)
        assert ended.code == 0, f"{words}: {ended.code}\n{ended.out}\n{ended.err}"
        return ended

    @contextmanager
    def started(self, *words: str, env: Mapping[str, str] | None = None) -> Iterator["Started"]:
        """Call the program and go on at once; whatever it started is ended afterwards."""
        process = subprocess.Popen(
            arguments(words),
            cwd=self.project.root,
            env={**self.environment, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        try:
            yield Started(process)
        finally:
            if process.poll() is None:
                process.kill()
            process.communicate()
            end_engines(self.project)

    def runs(self, **filters: str) -> list[dict[str, Any]]:
        """The rows, newest first."""
        words = [word for name, value in filters.items() for word in (f"--{name}", value)]
        runs: list[dict[str, Any]] = self.succeed("runs", "list", "--json", *words).document["runs"]
        return runs

    def entries(self) -> list[str]:
        """The kinds of the ledger's entries, oldest first."""
        lines = self.succeed("ledger", "export").out.splitlines()
        documents = [json.loads(line) for line in lines]
        return [document["kind"] for document in documents if "kind" in document]

    def require_whole_ledger(self) -> None:
        """The ledger verifies."""
        assert self.succeed("ledger", "verify", "--json").document["ok"]


@dataclass(frozen=True)
class Started:
    """A call of the program that goes on."""

    process: subprocess.Popen[bytes]

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def end(self, seconds: float = LONGEST_SECONDS) -> Ended:
        """Wait for the end."""
        out, err = self.process.communicate(timeout=seconds)
        return Ended(self.process.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))


def arguments(words: Sequence[str]) -> list[str]:
    """The command line that starts the program."""
    return [sys.executable, "-m", "alphaswarm", *words]


def wait_until(condition: Callable[[], object], what: str, seconds: float = 30.0) -> None:
    """Wait for `condition`, for `seconds` at the most."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s in vain until {what}"
        time.sleep(0.02)


def engine_pids(project: Project) -> list[int]:
    """The engine processes that runs of `project` wrote down and that still live."""
    from alphaswarm_core.terraform.stack_data import RunArtifacts

    places = (project.home / "runs").glob("*/engine.json")
    return [json.loads(place.read_text())["pid"] for place in places if RunArtifacts(place.parent).engine_lives()]


def end_engines(project: Project) -> None:
    """End what a killed program left behind."""
    for pid in engine_pids(project):
        os.killpg(pid, signal.SIGKILL)


SLOW_RESOURCE = """
resource "terraform_data" "quick" {{ input = "quick" }}
resource "terraform_data" "slow" {{
  depends_on = [terraform_data.quick]
  provisioner "local-exec" {{
    command     = "touch {marker}; exec sleep {seconds}"
    interpreter = ["/bin/sh", "-c"]
  }}
}}
output "id" {{ value = terraform_data.quick.id }}
"""


def make_slow(project: Project, seconds: int = 60) -> Path:
    """Make an apply of the stacks take `seconds`; the file that is returned appears when it has begun."""
    marker = project.root / "state" / "slow-resource-began"
    project.part.write_text(SLOW_RESOURCE.format(marker=marker, seconds=seconds))
    return marker


def make_quick(project: Project) -> None:
    """Let an apply of the stacks be quick again."""
    project.part.write_text(SLOW_RESOURCE.format(marker="/dev/null", seconds=0))
