"""Entries about strangers, bounded: whoever sends rubbish cannot fill the ledger with it."""

import threading
from datetime import datetime, timedelta


class Sparing:
    """Says which of many similar things are written down, and how many were not.

    Args:
        most: How many in a minute.
    """

    def __init__(self, most: int = 30) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._since: datetime | None = None
        self._written = 0
        self._left_out = 0

    def left_out_before(self, now: datetime) -> int | None:
        """How many were left out since the last one that was written; None where this one is left out too."""
        with self._lock:
            if self._since is None or now - self._since >= timedelta(minutes=1):
                self._since, self._written = now, 0
            if self._written >= self._most:
                self._left_out += 1
                return None
            self._written += 1
            left_out, self._left_out = self._left_out, 0
            return left_out
