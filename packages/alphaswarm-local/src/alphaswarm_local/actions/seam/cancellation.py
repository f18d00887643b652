"""Asking something that runs to stop: once, from any thread."""

import threading
from collections.abc import Callable


class Cancellation:
    """A request to stop that may come or not. A child is cancelled with its parent; not the other way round.

    Args:
        parent: Whose request is also this one's.
    """

    def __init__(self, parent: "Cancellation | None" = None) -> None:
        self._lock = threading.Lock()
        self._event = threading.Event()
        self._listeners: dict[int, Callable[[], None]] = {}
        self._parent, self._place = parent, 0
        self.reason = ""
        if parent is not None:
            self._place = parent.listen(lambda: self.request(parent.reason))

    @property
    def requested(self) -> bool:
        """Whether it was asked for."""
        return self._event.is_set()

    def request(self, reason: str) -> None:
        """Ask for it. Only the first reason counts."""
        with self._lock:
            if self._event.is_set():
                return
            self.reason = reason
            self._event.set()
            listeners, self._listeners = list(self._listeners.values()), {}
        for listener in listeners:
            listener()

    def wait(self, seconds: float | None = None) -> bool:
        """Whether it was asked for within `seconds`."""
        return self._event.wait(seconds)

    def listen(self, listener: Callable[[], None]) -> int:
        """Call `listener` when it is asked for, at once if it was; the number is for `forget`."""
        with self._lock:
            if not self._event.is_set():
                number = max(self._listeners, default=0) + 1
                self._listeners[number] = listener
                return number
        listener()
        return 0

    def forget(self, number: int) -> None:
        """Do not call that listener any more."""
        with self._lock:
            self._listeners.pop(number, None)

    def close(self) -> None:
        """Let go of the parent: what is over cannot be cancelled."""
        if self._parent is not None:
            self._parent.forget(self._place)
