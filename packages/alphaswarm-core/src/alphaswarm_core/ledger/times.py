"""Times as the ledger keeps them: UTC text with microseconds, `2025-01-31T08:15:00.000000Z`, 27 characters."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]
_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"


def utc_now() -> datetime:
    """The time now, aware, in UTC."""
    return datetime.now(UTC)


def format_time(moment: datetime) -> str:
    """`moment` (aware) as ledger text."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def parse_time(text: str) -> datetime:
    """The aware moment that ledger text names.

    Raises:
        ValueError: `text` is not a time of the ledger.
    """
    return datetime.strptime(text, _FORMAT).replace(tzinfo=UTC)
