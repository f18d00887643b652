"""A build that runs: its process, what it says, and its end, which comes whatever happens to the process."""

import json
import logging
import os
import select
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from alphaswarm_local.builds.leftovers import end_processes_of
from alphaswarm_local.builds.phases import Status
from alphaswarm_local.builds.record import BuildRecord
from alphaswarm_local.builds.worker.orders import Orders

_LOG = logging.getLogger("alphaswarm_local.builds")
_STOP_SECONDS = 10.0
_LATE_SECONDS = 30.0
"""The process ends itself when its time is over; so long after that it is killed."""
_LOOK_SECONDS = 2.0
_LONGEST_LINE = 4 * 1024 * 1024


class RunningBuild:
    """The process of one build, and the thread that listens to it.

    Args:
        build: What it is told of goes there.
        orders: What the process is told.
        over: Called when the build is over and nothing of it runs any more.
    """

    def __init__(self, build: BuildRecord, orders: Orders, over: Callable[["RunningBuild"], None]) -> None:
        self.build, self._orders, self._over = build, orders, over
        self._deadline = time.monotonic() + orders.seconds + _LATE_SECONDS
        self._ending: tuple[Status, str, str] = (
            Status.FAULT,
            "INTERNAL_SERVICE_ERROR",
            "The process of the build ended before the build did",
        )
        self._group: int | None = None
        self._process = _started(orders)
        self._thread = threading.Thread(target=self._follow, name=f"build-{orders.uuid}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End it: its commands are killed by its own process, or, where that does not answer, with it."""
        self._ending = (Status.STOPPED, "BUILD_STOPPED", "Build was stopped")
        self._deadline = min(self._deadline, time.monotonic() + _STOP_SECONDS)
        self._process.terminate()

    def kill(self) -> None:
        """End it now."""
        self._process.kill()

    def wait(self, seconds: float) -> bool:
        """Whether it is over within that time."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _follow(self) -> None:
        try:
            self._listen()
        except (KeyError, TypeError, ValueError):
            _LOG.exception("build %s: its process said what no build says", self._orders.build_id)
        finally:
            self._end()

    def _listen(self) -> None:
        """Take event after event until there is none any more, or it takes too long."""
        assert self._process.stdout is not None  # noqa: S101 - a pipe was asked for
        pipe = self._process.stdout.fileno()
        poll = select.poll()
        poll.register(pipe, select.POLLIN | select.POLLHUP)
        unread = b""
        while (left := self._deadline - time.monotonic()) > 0:
            if not poll.poll(min(left, _LOOK_SECONDS) * 1000):
                continue
            chunk = os.read(pipe, 64 * 1024)
            if not chunk or len(unread) > _LONGEST_LINE:
                return
            *lines, unread = (unread + chunk).split(b"\n")
            for line in lines:
                self._take(line)
        if self._ending[0] is Status.FAULT:
            self._ending = (Status.TIMED_OUT, "BUILD_TIMED_OUT", "Build has timed out")

    def _take(self, line: bytes) -> None:
        event = json.loads(line)
        if event["event"] == "running":
            self._group = None if event["group"] is None else int(event["group"])
        else:
            self.build.take(event)

    def _end(self) -> None:
        """Nothing of the build is left, and the build is over, also when its process was killed."""
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.wait()
        end_processes_of(self._orders.build_id, self._group)
        shutil.rmtree(self._orders.scratch, ignore_errors=True)
        self.build.finish(*self._ending)
        _LOG.info("build %s is over", self._orders.build_id)
        self._over(self)


def _started(orders: Orders) -> "subprocess.Popen[bytes]":
    """The process, with its orders on their way. Its standard input stays open: it ends with the local cloud."""
    process = subprocess.Popen(
        [sys.executable, "-I", "-X", "utf8", "-m", "alphaswarm_local.builds.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"PATH": orders.path, "LC_ALL": "C.UTF-8", "TZ": "UTC"},
        cwd=Path(orders.scratch),
        start_new_session=True,
    )
    assert process.stdin is not None  # noqa: S101 - a pipe was asked for
    process.stdin.write(orders.to_line())
    process.stdin.flush()
    return process
