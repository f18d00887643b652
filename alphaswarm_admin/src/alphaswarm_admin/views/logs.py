"""A run's log in pages: by position in bytes, so that the end of a huge one costs no more than its beginning."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson

from alphaswarm_admin.contract.runs import LogLine
from alphaswarm_admin.errors import NotKeptHereError
from alphaswarm_core.ledger.records import Run
from alphaswarm_core.ledger.times import format_time
from alphaswarm_core.terraform.events import parse_event

_CHUNK = 256 * 1024
_LONGEST_LINE = 64 * 1024


@dataclass(frozen=True, slots=True)
class LogFile:
    """What an engine said, and beside it errors in plain text, read as one.

    The plain text comes last, so it is read only once nothing is written any more (`complete`).
    """

    path: Path
    complete: bool

    def lines(self, after: int, most: int) -> tuple[list[LogLine], int]:
        """Complete lines behind position `after`, and the position behind the last of them."""
        content = self._read(after)
        lines: list[LogLine] = []
        position = after
        while content and len(lines) < most:
            line, feed, content = content.partition(b"\n")
            if not feed and not self._is_whole(line, position):
                break
            position += len(line) + len(feed)
            lines.append(log_line(position, line[:_LONGEST_LINE].decode("utf-8", "replace")))
        return lines, position

    def is_at_end(self, position: int) -> bool:
        """Whether nothing follows, now or later."""
        return self.complete and position >= sum(_size(each) for each in self._files())

    def _is_whole(self, line: bytes, position: int) -> bool:
        """The end of a file that nobody writes any more, or so long that nobody waits for its end."""
        sizes = [_size(each) for each in self._files()]
        ends = {sum(sizes[: number + 1]) for number in range(len(sizes))}
        return len(line) >= _CHUNK or (self.complete and position + len(line) in ends)

    def _files(self) -> list[Path]:
        plain = self.path.with_name(self.path.name + ".err")
        return [self.path, plain] if self.complete else [self.path]

    def _read(self, after: int) -> bytes:
        for path in self._files():
            size = _size(path)
            if after < size:
                with path.open("rb") as file:
                    file.seek(after)
                    return file.read(_CHUNK)
            after -= size
        return b""


def log_of(run: Run, directory: Path) -> LogFile:
    """The log of a run, if it is a file of a run below `directory`.

    A row is data: whoever could write one must not have any file of this machine read out.

    Raises:
        NotKeptHereError: it is not there.
    """
    path = Path(run.log_place) if run.log_place else None
    if path is None or not path.resolve().is_relative_to(directory.resolve()) or not path.is_file():
        raise NotKeptHereError(
            f"There is no log of run {run.id} here",
            why="it ran on another machine, or its files were removed" if path else "it has none",
            fix="A build's log is in CloudWatch; the run names its build" if run.build_arn else None,
        )
    return LogFile(path, complete=run.status.is_final or run.status in {"awaiting_approval", "approved"})


def log_line(position: int, line: str) -> LogLine:
    """A line of the engine's machine-readable output, or plain text, for reading."""
    event = parse_event(line)
    if event is None:
        return LogLine(position=position, at=None, level="info", text=line, resource=None)
    said = event.diagnostic
    level = "error" if said and said.severity == "error" else "warn" if said else "info"
    text = f"{event.message}\n{said.detail.strip()}" if said and said.detail.strip() else event.message
    resource = event.address or (said.address if said else None)
    return LogLine.model_validate(
        {"position": position, "at": _moment(line), "level": level, "text": text, "resource": resource}
    )


def _moment(line: str) -> str | None:
    """Terraform writes local time with an offset, such as 2025-01-31T09:15:00.000000+01:00."""
    at = orjson.loads(line).get("@timestamp")
    return in_utc(at) if isinstance(at, str) else None


def in_utc(text: str) -> str | None:
    """A time with an offset as a time of the contract; None where it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return format_time(moment) if moment.tzinfo else None


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
