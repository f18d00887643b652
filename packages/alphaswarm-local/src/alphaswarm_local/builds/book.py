"""The builds that there are and were, and the tokens that started them."""

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from alphaswarm_local.builds.record import BuildRecord
from alphaswarm_local.builds.validation import invalid

MOST_BUILDS = 2000
TOKEN_SECONDS = 300.0
"""How long an idempotency token is remembered; five minutes, as on AWS."""

Place = tuple[str, str]
"""Account and region."""


@dataclass(frozen=True, slots=True)
class _Used:
    """A token that was used: for what, until when, and what came of it."""

    request: Mapping[str, Any]
    until: float
    build: BuildRecord


class BuildBook:
    """Builds by account and region, the youngest last; the oldest that are over are forgotten when there are too many.

    Args:
        now: Seconds since the epoch.
        most: How many builds are remembered.
    """

    def __init__(self, now: Callable[[], float] = time.time, most: int = MOST_BUILDS) -> None:
        self._now, self._most = now, most
        self._lock = threading.Lock()
        self._builds: deque[BuildRecord] = deque()
        self._numbers: dict[tuple[Place, str], int] = {}
        self._tokens: dict[tuple[Place, str], _Used] = {}

    def next_number(self, place: Place, project: str) -> int:
        """The number of the project's next build."""
        with self._lock:
            number = self._numbers[place, project] = self._numbers.get((place, project), 0) + 1
            return number

    def add(self, build: BuildRecord) -> None:
        """Remember a build."""
        with self._lock:
            self._builds.append(build)
            for each in [each for each in self._builds if each.complete][: max(0, len(self._builds) - self._most)]:
                self._builds.remove(each)

    def find(self, place: Place, build_id: str) -> BuildRecord | None:
        """The build of that id or ARN."""
        return next((each for each in self.of(place) if build_id in (each.identity.id, each.identity.arn)), None)

    def of(self, place: Place, project: str | None = None) -> list[BuildRecord]:
        """The builds there, of one project or of all."""
        with self._lock:
            builds = list(self._builds)
        return [
            each
            for each in builds
            if (each.identity.account_id, each.identity.region) == place and project in (None, each.identity.project)
        ]

    def started_with(self, place: Place, token: str | None, request: Mapping[str, Any]) -> BuildRecord | None:
        """The build that the same request with the same token has started already.

        Raises:
            AwsFault: InvalidInputException: the token was used for another request.
        """
        with self._lock:
            self._tokens = {key: used for key, used in self._tokens.items() if used.until > self._now()}
            used = self._tokens.get((place, token)) if token else None
        if used is None:
            return None
        if used.request != request:
            raise invalid(f"The idempotency token {token} was used with other parameters")
        return used.build

    def remember(self, place: Place, token: str | None, request: Mapping[str, Any], build: BuildRecord) -> None:
        """Remember what a token has started."""
        if token:
            with self._lock:
                self._tokens[place, token] = _Used(request, self._now() + TOKEN_SECONDS, build)
