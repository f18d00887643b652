"""Files as such: unread ones, ones with a text that looks like a key, and exceptions that do not hold."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UnreadFile:
    """A file that a rule should have judged and that could not be taken in."""

    path: str
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class KeyedFile:
    """A text file with places that look like access keys: (line, the text around)."""

    path: str
    places: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class BrokenException:
    """An exception that does not hold, because something is missing or its day is over."""

    path: str
    line: int
    reason: str
