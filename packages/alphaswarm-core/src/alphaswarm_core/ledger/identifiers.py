"""Time-ordered identifiers: UUID version 7 (RFC 9562 section 5.7), strictly increasing within a process."""

import secrets
import threading
import time
from collections.abc import Callable

_RANDOM_BITS = 74
_MAX_STEP_BITS = 32
_VERSION_7 = 0x7 << 76
_VARIANT_RFC = 0b10 << 62
_LOW_BITS = 62


class IdentifierSource:
    """Hands out UUIDv7 text, each greater than the one before.

    Within a millisecond, and when the clock steps back, the random part is incremented by a random step (RFC 9562
    section 6.2, method 2), so that order holds and the next value cannot be guessed.

    Args:
        milliseconds: The Unix time in milliseconds.
        random_bits: An unpredictable integer of that many bits.
    """

    def __init__(
        self,
        milliseconds: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        random_bits: Callable[[int], int] = secrets.randbits,
    ) -> None:
        self._milliseconds = milliseconds
        self._random_bits = random_bits
        self._lock = threading.Lock()
        self._moment = -1
        self._random = 0

    def __call__(self) -> str:
        """The next identifier."""
        with self._lock:
            self._advance(self._milliseconds())
            return _text(self._moment, self._random)

    def _advance(self, now: int) -> None:
        if now > self._moment:
            self._moment, self._random = now, self._random_bits(_RANDOM_BITS)
            return
        self._random += 1 + self._random_bits(_MAX_STEP_BITS)
        if self._random >> _RANDOM_BITS:
            self._moment, self._random = self._moment + 1, self._random_bits(_RANDOM_BITS)


def _text(moment: int, random: int) -> str:
    high, low = random >> _LOW_BITS, random & ((1 << _LOW_BITS) - 1)
    digits = f"{(moment << 80) | _VERSION_7 | (high << 64) | _VARIANT_RFC | low:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
