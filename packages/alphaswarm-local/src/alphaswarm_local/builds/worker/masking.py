"""Secrets are not written into logs: neither as they are, nor line by line, nor as access keys."""

import re

MASK = "***"
_ACCESS_KEY = r"\bA[SK]IA[A-Z2-7]{16}\b"
_SHORTEST_LINE = 4
"""A line of a longer secret that is shorter says nothing by itself (`}`), and masking it would spoil every log."""


class Mask:
    """Replaces what it was told is secret."""

    def __init__(self) -> None:
        self._secrets: set[str] = set()
        self._pattern = re.compile(_ACCESS_KEY)

    def add(self, secret: str) -> None:
        """From now on hide `secret`, and each of its lines if it has several."""
        lines = [line for line in secret.splitlines() if len(line.strip()) >= _SHORTEST_LINE]
        self._secrets |= {each for each in (secret, secret.strip(), *lines) if each.strip()}
        longest_first = sorted(self._secrets, key=len, reverse=True)
        self._pattern = re.compile("|".join([*map(re.escape, longest_first), _ACCESS_KEY]))

    def __call__(self, text: str) -> str:
        """`text` without secrets."""
        return self._pattern.sub(MASK, text)
