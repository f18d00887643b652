"""The build's log: lines to CloudWatch Logs, in order, as they come, under the permissions of the service role."""

import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime

from alphaswarm_local.builds.worker.cloud import Cloud, CloudError
from alphaswarm_local.builds.worker.masking import Mask

FLUSH_SECONDS = 0.3
_LONGEST_LINE = 64 * 1024
_MOST_BYTES, _MOST_EVENTS, _EVENT_OVERHEAD = 900_000, 5_000, 26
_MOST_WAITING = 50_000
_RETRY_SECONDS = 2.0
_TARGET = "Logs_20140328."


class BuildLog:
    """Takes text and delivers lines.

    What cannot be delivered waits and is tried again; how it ended is known after `close`.

    Args:
        cloud: Whom it is delivered to.
        group: The log group; None: nothing is delivered.
        stream: The log stream.
        mask: Hides secrets.
        clock: Seconds since the epoch.
    """

    def __init__(
        self, cloud: Cloud, group: str | None, stream: str | None, mask: Mask, clock: Callable[[], float] = time.time
    ) -> None:
        self._cloud, self._group, self._stream, self._mask, self._clock = cloud, group, stream, mask, clock
        self._waiting: deque[tuple[int, str]] = deque()
        self._part = b""
        self._last, self._due = 0, 0.0
        self._dropped = 0
        self._problem: CloudError | None = None

    def open(self) -> None:
        """Make the stream, and the group if there is none and the role may make one.

        Raises:
            CloudError: there is no stream to write to.
        """
        if self._group is None:
            return
        try:
            self._make_stream()
        except CloudError as problem:
            if problem.code != "ResourceNotFoundException":
                raise
            self._call("CreateLogGroup", {"logGroupName": self._group})
            self._make_stream()

    def say(self, sentence: str) -> None:
        """A line of CodeBuild's own, with its prefix."""
        self._finish_line()
        moment = datetime.fromtimestamp(self._clock(), UTC)
        for line in sentence.splitlines() or [""]:
            self._add(f"[Container] {moment:%Y/%m/%d %H:%M:%S.%f} {line}")

    def write(self, output: bytes) -> None:
        """Output of a command: whole lines are taken, the rest waits for its end."""
        *lines, self._part = (self._part + output).split(b"\n")
        for line in lines:
            self._add(_decoded(line))
        if len(self._part) > _LONGEST_LINE:
            self._finish_line()

    def tick(self) -> None:
        """Deliver what is due. Called again and again while commands run."""
        if self._waiting and self._clock() >= self._due:
            self._flush()

    def close(self) -> None:
        """Deliver everything.

        Raises:
            CloudError: something was not delivered.
        """
        self._finish_line()
        while self._waiting and self._flush():
            pass
        if self._problem is not None:
            raise self._problem
        if self._dropped:
            raise CloudError("Throttling", f"{self._dropped} lines were not delivered: they came too fast")

    def _finish_line(self) -> None:
        if self._part:
            self._add(_decoded(self._part))
            self._part = b""

    def _add(self, line: str) -> None:
        if self._group is None:
            return
        if len(self._waiting) >= _MOST_WAITING:
            self._dropped += 1
            return
        self._last = max(self._last, int(self._clock() * 1000))
        self._waiting.append((self._last, self._mask(line) + "\n"))
        if len(self._waiting) >= _MOST_EVENTS:
            self.tick()

    def _flush(self) -> bool:
        """Deliver one batch; whether it was."""
        batch = self._batch()
        try:
            self._put(batch)
        except CloudError as problem:
            self._problem, self._due = problem, self._clock() + _RETRY_SECONDS
            return False
        for _ in batch:
            self._waiting.popleft()
        self._problem, self._due = None, self._clock() + FLUSH_SECONDS
        return True

    def _batch(self) -> list[dict[str, object]]:
        batch: list[dict[str, object]] = []
        size = 0
        for moment, message in self._waiting:
            size += len(message.encode()) + _EVENT_OVERHEAD
            if batch and (size > _MOST_BYTES or len(batch) >= _MOST_EVENTS):
                break
            batch.append({"timestamp": moment, "message": message})
        return batch

    def _put(self, batch: list[dict[str, object]]) -> None:
        """Put a batch; a stream that somebody deleted meanwhile is made again, so that the log goes on."""
        document: dict[str, object] = {"logGroupName": self._group, "logStreamName": self._stream, "logEvents": batch}
        try:
            self._call("PutLogEvents", document)
        except CloudError as problem:
            if problem.code != "ResourceNotFoundException":
                raise
            self.open()
            self._call("PutLogEvents", document)

    def _make_stream(self) -> None:
        try:
            self._call("CreateLogStream", {"logGroupName": self._group, "logStreamName": self._stream})
        except CloudError as problem:
            if problem.code != "ResourceAlreadyExistsException":
                raise

    def _call(self, operation: str, document: dict[str, object]) -> None:
        self._cloud.call("logs", _TARGET + operation, document)


def _decoded(line: bytes) -> str:
    return line.removesuffix(b"\r").decode(errors="replace").replace("\x00", "\N{REPLACEMENT CHARACTER}")
