"""The files by which a step speaks to its job: variables, outputs, `PATH`, state, summary."""

import errno
import os
import stat
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from alphaswarm_local.actions.errors import CommandFileError

LARGEST_SUMMARY = 1024 * 1024
_LARGEST_FILE = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class CommandFiles:
    """The files of one step, made empty."""

    directory: Path
    suffix: str

    @classmethod
    def create(cls, directory: Path) -> "CommandFiles":
        """New ones in `directory`."""
        directory.mkdir(parents=True, exist_ok=True)
        made = cls(directory, uuid.uuid4().hex)
        for path in made.variables().values():
            Path(path).touch()
        return made

    def path(self, kind: str) -> Path:
        """The file of one kind: `env`, `output`, `path`, `state`, `step_summary`."""
        return self.directory / f"{kind}_{self.suffix}"

    def variables(self) -> dict[str, str]:
        """What the step is told."""
        return {
            "GITHUB_ENV": str(self.path("env")),
            "GITHUB_OUTPUT": str(self.path("output")),
            "GITHUB_PATH": str(self.path("path")),
            "GITHUB_STATE": str(self.path("state")),
            "GITHUB_STEP_SUMMARY": str(self.path("step_summary")),
        }

    def pairs(self, kind: str) -> list[tuple[str, str]]:
        """Names and values that the step wrote.

        Raises:
            CommandFileError: a line is neither `NAME=VALUE` nor the start of a closed `NAME<<DELIMITER` block.
        """
        return list(_pairs(_read(self.path(kind))))

    def lines(self) -> list[str]:
        """What it added to `PATH`."""
        return [line for line in _read(self.path("path")).splitlines() if line]

    def summary(self) -> str:
        """What it wrote to its summary.

        Raises:
            CommandFileError: more than 1 MiB, or no file.
        """
        return _read(self.path("step_summary"), LARGEST_SUMMARY, "The step's summary")


def _read(path: Path, most: int = _LARGEST_FILE, what: str = "A command file") -> str:
    """The text of a file; nothing where there is none."""
    try:
        content = _content(path, most + 1)
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise CommandFileError(f"{what} cannot be read: {error.strerror}") from error
    if len(content) > most:
        raise CommandFileError(f"{what} has more than {most // 1024} KiB")
    return content.decode("utf-8-sig", errors="replace")


def _content(path: Path, most: int) -> bytes:
    """A step can have put anything in the file's place: a directory, a device, a pipe that nobody ever writes to."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "it is no file any more")
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(most)
    finally:
        os.close(descriptor)


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """Only a line feed ends a line, as for GitHub's runner: a value may hold the other characters that do elsewhere."""
    lines = iter(text.removesuffix("\n").split("\n"))
    for line in lines:
        if not line:
            continue
        equals, heredoc = line.find("="), line.find("<<")
        if equals >= 0 and (heredoc < 0 or equals < heredoc):
            name, _, value = line.partition("=")
        elif heredoc >= 0:
            name, _, delimiter = line.partition("<<")
            if not delimiter:
                raise CommandFileError(f"Invalid format {line[:60]!r}: the delimiter is empty")
            value = _block(lines, delimiter)
        else:
            raise CommandFileError(f"Invalid format {line[:60]!r}")
        if not name:
            raise CommandFileError(f"Invalid format {line[:60]!r}: the name is empty")
        yield name, value


def _block(lines: Iterator[str], delimiter: str) -> str:
    found: list[str] = []
    for line in lines:
        if line == delimiter:
            return "\n".join(found)
        found.append(line)
    raise CommandFileError(f"Invalid value. Matching delimiter not found {delimiter[:60]!r}")
