"""Secrets that must not appear in logs, annotations and summaries: replaced by `***` in every form they take there."""

import base64
import json
import re
import threading
from collections.abc import Iterator
from urllib.parse import quote

_SHORTEST_VARIANT = 8
"""Encoded forms of values with fewer bytes are too likely to be something else."""


class Masks:
    """The values of one job."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def add(self, value: str) -> None:
        """Hide a value, each of its lines, and what encodings make of it."""
        with self._lock:
            before = len(self._values)
            self._values.update(each for each in _forms(value) if each.strip())
            if len(self._values) != before:
                longest_first = sorted(self._values, key=len, reverse=True)
                self._pattern = re.compile("|".join(re.escape(each) for each in longest_first))

    def hide(self, text: str) -> str:
        """`text` without them. Halves of letters, which no file and no answer takes, become question marks."""
        pattern = self._pattern
        hidden = text if pattern is None else pattern.sub("***", text)
        return hidden if hidden.isascii() else hidden.encode("utf-8", "replace").decode("utf-8")


def _forms(value: str) -> Iterator[str]:
    yield value
    yield from value.splitlines()
    encoded = value.encode("utf-8", "surrogatepass")
    if len(encoded) >= _SHORTEST_VARIANT:
        yield json.dumps(value)[1:-1]
        yield quote(encoded, safe="")
        yield from _base64_forms(encoded)


def _base64_forms(value: bytes) -> Iterator[str]:
    """What Base64 makes of it wherever it stands in a longer text: three alignments, the uncertain ends left out."""
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + value).decode().rstrip("=")
        start = (0, 2, 3)[shift]
        end = len(encoded) - (1 if (shift + len(value)) % 3 else 0)
        yield encoded[start:end]
