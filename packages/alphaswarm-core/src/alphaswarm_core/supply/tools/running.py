"""A tool's process: found on PATH or beside the interpreter, with a listed environment, bounded, its answer checked."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from alphaswarm_core.supply.errors import ImageToolFailedError, ImageToolMissingError

_PASSED_ON = ("PATH", "HOME", "TMPDIR", "LANG")
"""No AWS variable, no token: a scanner has no business with credentials."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A program and where it is."""

    name: str
    path: str

    def run(
        self,
        arguments: Sequence[str],
        *,
        seconds: float,
        environment: Mapping[str, str] | None = None,
        directory: Path | None = None,
    ) -> bytes:
        """What it writes to standard output.

        Args:
            arguments: What follows its name.
            seconds: How long it may take.
            environment: Variables besides the few that are passed on.
            directory: Where it runs.

        Raises:
            ImageToolFailedError: it does not start, takes too long, or ends with another code than 0.
        """
        given = {name: os.environ[name] for name in _PASSED_ON if name in os.environ} | dict(environment or {})
        try:
            done = subprocess.run(
                [self.path, *arguments],
                env=given,
                capture_output=True,
                timeout=seconds,
                check=False,
                stdin=subprocess.DEVNULL,
                cwd=directory,
            )
        except subprocess.TimeoutExpired as error:
            raise ImageToolFailedError(f"{self.name} took longer than {seconds:g} seconds") from error
        except OSError as error:
            raise ImageToolFailedError(f"{self.name} does not start", why=error.strerror) from error
        if done.returncode != 0:
            words = done.stderr.decode(errors="replace").strip().splitlines()[-3:]
            raise ImageToolFailedError(f"{self.name} ended with code {done.returncode}", why=" / ".join(words)[:500])
        return done.stdout


def find_tool(name: str, fix: str) -> Tool:
    """The program called `name`.

    Raises:
        ImageToolMissingError: it is not installed.
    """
    beside = Path(sys.executable).with_name(name)
    path = shutil.which(name) or (str(beside) if beside.is_file() else None)
    if path is None:
        raise ImageToolMissingError(f"{name} is not installed", why="it is not on PATH", fix=fix)
    return Tool(name, path)
