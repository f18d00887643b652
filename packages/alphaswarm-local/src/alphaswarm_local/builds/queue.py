"""The queue: which builds may be started, which run, and which have waited too long.

A project's limit refuses a build at once; an account's quota makes it wait, up to five builds for each that may run.
Source: AWS CodeBuild API reference, Project (`concurrentBuildLimit`); user guide, "Quotas for AWS CodeBuild".
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from alphaswarm_local.aws.faults import AwsFault
from alphaswarm_local.builds.phases import Status
from alphaswarm_local.builds.quotas import QUEUED_FOR_EACH, AccountQuotas, Quota
from alphaswarm_local.builds.record import BuildRecord
from alphaswarm_local.builds.running import RunningBuild

_LOG = logging.getLogger("alphaswarm_local.builds")
_LIMIT = "AccountLimitExceededException"
_BAD_REQUEST = 400
_END_SECONDS = 5.0
_NEVER = 3600.0

Launch = Callable[[BuildRecord, str, Callable[[RunningBuild], None]], RunningBuild]
"""Starts a build with the token of its credentials; is told whom to tell when it is over."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    build: BuildRecord
    token: str = field(repr=False)


class BuildQueue:
    """The builds that are not over.

    Args:
        quotas: How many may run.
        launch: Starts one.
        over: Told of each build that is over.
        now: Seconds since the epoch.
    """

    def __init__(
        self,
        quotas: AccountQuotas,
        launch: Launch,
        over: Callable[[BuildRecord], None],
        now: Callable[[], float] = time.time,
    ) -> None:
        self._quotas, self._launch, self._tell, self._now = quotas, launch, over, now
        self._changed = threading.Condition()
        self._waiting: list[_Waiting] = []
        self._running: list[RunningBuild] = []
        self._closed = False
        self._thread = threading.Thread(target=self._serve, name="builds", daemon=True)
        self._thread.start()

    def require_room(self, account_id: str, region: str, project: str, quota: Quota, limit: int | None) -> None:
        """Whether one more build of the project may be asked for.

        Raises:
            AwsFault: AccountLimitExceededException.
        """
        with self._changed:
            mine = [
                each
                for each in (*(each.build for each in self._waiting), *(each.build for each in self._running))
                # One that is over may still be swept up; who waited for its end may start the next.
                if (each.identity.account_id, each.identity.region) == (account_id, region) and not each.complete
            ]
            waiting = sum(1 for each in self._waiting if _uses(each.build, account_id, quota))
        if limit is not None and sum(1 for each in mine if each.identity.project == project) >= limit:
            raise AwsFault(_LIMIT, _BAD_REQUEST, f"Cannot have more than {limit} active builds for the project")
        most = QUEUED_FOR_EACH * self._quotas.value(account_id, quota)
        if waiting >= most:
            raise AwsFault(_LIMIT, _BAD_REQUEST, f"Cannot have more than {most} builds in queue for the account")

    def add(self, build: BuildRecord, token: str) -> None:
        """Let a build wait for its turn, which may be now."""
        with self._changed:
            self._waiting.append(_Waiting(build, token))
            self._changed.notify()

    def stop(self, build: BuildRecord) -> None:
        """End a build that waits or runs."""
        with self._changed:
            for waiting in [each for each in self._waiting if each.build is build]:
                self._drop(waiting, Status.STOPPED, "BUILD_STOPPED", "Build was stopped")
            for running in [each for each in self._running if each.build is build]:
                running.stop()

    def look(self) -> None:
        """Look at the queue again: a quota or the time has changed."""
        with self._changed:
            self._changed.notify()

    def close(self) -> None:
        """End all builds; afterwards none runs."""
        with self._changed:
            self._closed = True
            self._changed.notify()
            for waiting in list(self._waiting):
                self._drop(waiting, Status.STOPPED, "BUILD_STOPPED", "The local cloud was stopped")
            running = list(self._running)
            for each in running:
                each.stop()
        deadline = time.monotonic() + _END_SECONDS
        for each in running:
            if not each.wait(max(0.0, deadline - time.monotonic())):
                each.kill()
                each.wait(_END_SECONDS)

    def _serve(self) -> None:
        with self._changed:
            while not self._closed:
                for waiting in [each for each in self._waiting if _patience(each.build, self._now()) <= 0]:
                    self._drop(waiting, Status.TIMED_OUT, "BUILD_TIMED_OUT", "Build has timed out in the queue")
                for waiting in list(self._waiting):
                    if self._has_turn(waiting.build):
                        self._start(waiting)
                self._changed.wait(min([_NEVER, *(_patience(each.build, self._now()) for each in self._waiting)]))

    def _has_turn(self, build: BuildRecord) -> bool:
        account_id, quota = build.identity.account_id, build.settings.quota
        running = sum(1 for each in self._running if _uses(each.build, account_id, quota))
        return running < self._quotas.value(account_id, quota)

    def _start(self, waiting: _Waiting) -> None:
        try:
            running = self._launch(waiting.build, waiting.token, self._over)
        except OSError as problem:
            _LOG.exception("build %s could not be started", waiting.build.identity.id)
            self._drop(waiting, Status.FAULT, "INTERNAL_SERVICE_ERROR", f"No process for the build: {problem.strerror}")
            return
        self._waiting.remove(waiting)
        self._running.append(running)

    def _drop(self, waiting: _Waiting, status: Status, code: str, message: str) -> None:
        self._waiting.remove(waiting)
        waiting.build.finish(status, code, message)
        self._tell(waiting.build)

    def _over(self, running: RunningBuild) -> None:
        """Called by the build's own thread, which may be faster than `_start`: that holds the lock until it is done."""
        with self._changed:
            self._running.remove(running)
            self._tell(running.build)
            self._changed.notify()


def _uses(build: BuildRecord, account_id: str, quota: Quota) -> bool:
    return build.identity.account_id == account_id and build.settings.quota == quota


def _patience(build: BuildRecord, now: float) -> float:
    """Seconds that the build will wait still."""
    return build.queued_at + build.settings.queued_minutes * 60 - now
