"""The binary engine: a `terraform` or `tofu` executable, one process a command."""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from alphaswarm_core.terraform.engines.base import Command, EngineIdentity, EngineKind, Invocation
from alphaswarm_core.terraform.engines.processes import signal_session, start_process, stop_process, wait_process
from alphaswarm_core.terraform.errors import EngineMissingError, EngineVersionError

_VERSION_TIMEOUT_SECONDS = 20


@dataclass(frozen=True, slots=True)
class BinaryEngine:
    """An executable that was found and asked for its version."""

    path: Path
    identity: EngineIdentity

    def open(self, directory: Path, environment: Mapping[str, str], inherited: Sequence[int] = ()) -> "BinarySession":
        """See `Engine.open`."""
        return BinarySession(self.path, directory, environment, tuple(inherited))


@dataclass(slots=True)
class BinarySession:
    """Runs each command in a process of its own."""

    path: Path
    directory: Path
    environment: Mapping[str, str]
    inherited: tuple[int, ...] = ()
    _current: "BinaryCommand | None" = field(default=None, init=False)

    @property
    def pid(self) -> int | None:
        """The process of the last command."""
        return self._current.process.pid if self._current else None

    def start(self, invocation: Invocation) -> Command:
        """See `EngineSession.start`."""
        with invocation.stdout.open("ab") as stdout, invocation.stderr.open("ab") as stderr:
            process = start_process(
                [str(self.path), *invocation.arguments],
                directory=self.directory,
                environment=self.environment,
                stdout=stdout,
                stderr=stderr,
                inherited=self.inherited,
                on_our_death=signal.SIGINT,  # a clean stop: Terraform saves its state and releases the lock
            )
        self._current = BinaryCommand(process)
        return self._current

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._current:
            stop_process(self._current.process, grace_seconds=5)
            if self._current.process.returncode < 0:  # it was killed, and could not end its providers itself
                signal_session(self._current.process, signal.SIGKILL)


@dataclass(frozen=True, slots=True)
class BinaryCommand:
    """A Terraform process."""

    process: subprocess.Popen[bytes]

    def wait(self, seconds: float) -> int | None:
        """See `Command.wait`."""
        return wait_process(self.process, seconds)

    def interrupt(self) -> None:
        """SIGINT to Terraform alone: its providers must live to finish what is in flight."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)

    def kill(self) -> None:
        """SIGKILL to Terraform and its providers."""
        signal_session(self.process, signal.SIGKILL)


def find_binary(name: str, environment: Mapping[str, str]) -> BinaryEngine:
    """The executable `name` (a name on PATH, or a path), asked for its version.

    Raises:
        EngineMissingError: there is none.
        EngineVersionError: it does not say its version as Terraform or OpenTofu does.
    """
    found = shutil.which(name, path=environment.get("PATH"))
    if found is None:
        raise EngineMissingError(
            f"There is no '{name}' on PATH",
            fix='Install it, or use the embedded engine: pip install "alphaswarm[deploy]" and engine = "embedded"',
        )
    return BinaryEngine(Path(found), _ask_version(Path(found), environment))


def _ask_version(path: Path, environment: Mapping[str, str]) -> EngineIdentity:
    try:
        answer = subprocess.run(
            [path, "version", "-json"],
            env={"PATH": environment.get("PATH", os.defpath), "CHECKPOINT_DISABLE": "1"},
            capture_output=True,
            timeout=_VERSION_TIMEOUT_SECONDS,
            check=True,
            stdin=subprocess.DEVNULL,
        )
        version = str(json.loads(answer.stdout)["terraform_version"])
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError) as error:
        raise EngineVersionError(
            f"{path} does not tell its version",
            why=str(error),
            fix="Install Terraform 1.10 or newer, or OpenTofu 1.10 or newer",
        ) from error
    product = "opentofu" if path.name.startswith("tofu") else "terraform"
    return EngineIdentity(EngineKind.BINARY, product, version)
