"""Following a build to its end: phases and log lines as they come, with back-off, and through losses of connection."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from alphaswarm_core.delivery.builds import Build, Builds
from alphaswarm_core.delivery.executor_errors import CodeBuildUnavailableError

_LAST_LINES = 30
_SILENCE = 20
"""How many questions in a row may go unanswered."""
_LAST_PAGES = 200


class BuildWatcher(Protocol):
    """Somebody who watches a build."""

    def phase(self, name: str) -> None:
        """The build has come to a new phase."""

    def line(self, text: str) -> None:
        """The build's log has a new line."""

    def trouble(self, text: str) -> None:
        """Something about following, not about the build."""


@dataclass(slots=True)
class Pace:
    """How long to wait between two questions: short while something happens, longer while nothing does."""

    first: float = 1.0
    longest: float = 10.0
    factor: float = 1.5
    _next: float = field(default=0.0, init=False)

    def after(self, *, news: bool) -> float:
        """Seconds until the next question."""
        self._next = self.first if news or not self._next else min(self._next * self.factor, self.longest)
        return self._next


@dataclass(slots=True)
class StopAsked:
    """How often a person asked to stop: once stops the build, twice leaves it."""

    count: int = 0


@dataclass(frozen=True, slots=True)
class Followed:
    """A build that was followed. `left` if the follower went away before its end."""

    build: Build
    last_lines: tuple[str, ...]
    left: bool = False


class Follower:
    """Follows one build.

    Args:
        builds: CodeBuild.
        watcher: Who watches.
        asked: Told by the program's signal handler.
        pace: How often to ask.
        sleep: Waits that many seconds; a signal may end it early.
    """

    def __init__(
        self,
        builds: Builds,
        watcher: BuildWatcher,
        asked: StopAsked,
        pace: Pace | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._builds, self._watcher, self._asked = builds, watcher, asked
        self._pace, self._sleep = pace or Pace(), sleep
        self._lines: list[str] = []
        self._token: str | None = None
        self._phases: set[str] = set()
        self._stop_sent = False
        self._silent = 0

    def follow(self, build: Build) -> Followed:
        """Follow `build` until it is complete, or until somebody asked twice to leave it.

        Raises:
            CodeBuildUnavailableError: CodeBuild did not answer for a long time; the build may still run.
            CodeBuildRefusedError: the caller may not look at it.
        """
        while not build.complete:
            self._stop_if_asked(build)
            if self._asked.count > 1:
                return Followed(build, self._last(), left=True)
            news = self._show(build)
            self._sleep(self._pace.after(news=news))
            build = self._ask(build)
        self._show(build)
        self._drain(build)
        return Followed(build, self._last())

    def _ask(self, build: Build) -> Build:
        try:
            now = self._builds.get(build.id)
        except CodeBuildUnavailableError as error:
            self._silent += 1
            if self._silent == 1:
                self._watcher.trouble(f"{error.what}; trying again")
            if self._silent >= _SILENCE:
                error.fix = f"The build may still run. See how it is: aws codebuild batch-get-builds --ids {build.id}"
                raise
            return build
        self._silent = 0
        return now

    def _stop_if_asked(self, build: Build) -> None:
        if self._asked.count == 0 or self._stop_sent:
            return
        try:
            self._builds.stop(build.id)
            self._stop_sent = True
        except CodeBuildUnavailableError as error:
            self._watcher.trouble(f"{error.what}; asking again to stop")

    def _show(self, build: Build) -> bool:
        """Tell what is new; whether anything was."""
        names = dict.fromkeys([*(each.name for each in build.phases), build.phase])
        new = [name for name in names if name not in self._phases]  # a short one may be over between two questions
        self._phases.update(new)
        for name in new:
            self._watcher.phase(name)
        return self._read(build) or bool(new)

    def _read(self, build: Build) -> bool:
        """Read one page of the log. A log that is not there yet, or is cut off, is asked for again next time."""
        if build.log_group is None or build.log_stream is None:
            return False
        page = self._builds.log(build.log_group, build.log_stream, self._token)
        if page is None:
            return False
        for line in page.lines:
            self._lines.append(line)
            self._watcher.line(line)
        del self._lines[:-_LAST_LINES]
        moved = page.next_token is not None and page.next_token != self._token
        self._token = page.next_token or self._token
        return bool(page.lines) or moved

    def _drain(self, build: Build) -> None:
        """Read what came last. Lines of a complete build may take a moment to arrive."""
        empty = 0
        for _ in range(_LAST_PAGES):
            empty = 0 if self._read(build) else empty + 1
            if empty > 1 or build.log_stream is None:
                return

    def _last(self) -> tuple[str, ...]:
        return tuple(self._lines)
