"""`on-failure`: what happens when a command of a phase fails.

    ABORT | CONTINUE | RETRY | RETRY-count | RETRY-regex | RETRY-count-regex

A count is 0 to 100; a number alone after `RETRY-` is a count, so a pattern of digits needs a count before it.
"""

import re
from dataclasses import dataclass
from enum import Enum

DEFAULT_RETRIES = 3
MOST_RETRIES = 100
_LONGEST_PATTERN = 256
_RETRY = re.compile(r"RETRY(?:-(?P<count>[0-9]+)(?=-|\Z))?(?:-(?P<pattern>.+))?", re.DOTALL)


class FailureAction(Enum):
    """What follows. `DEFAULT` is what happens without `on-failure`: a failed `build` is followed by `post_build`."""

    DEFAULT = "DEFAULT"
    ABORT = "ABORT"
    CONTINUE = "CONTINUE"
    RETRY = "RETRY"


@dataclass(frozen=True, slots=True)
class OnFailure:
    """The action; for `RETRY`, how often and after which error messages."""

    action: FailureAction = FailureAction.DEFAULT
    retries: int = 0
    pattern: str = ".*"

    def retries_after(self, message: str) -> bool:
        """Whether a failure with that message is tried again at all."""
        return self.action is FailureAction.RETRY and re.search(self.pattern, message, re.DOTALL) is not None


def parse_on_failure(text: str) -> OnFailure:
    """The action that `text` names.

    Raises:
        ValueError: it names none; the message says why.
    """
    if text in ("ABORT", "CONTINUE"):
        return OnFailure(FailureAction(text))
    match = _RETRY.fullmatch(text)
    if match is None:
        raise ValueError(
            f"{text[:80]!r} is none of ABORT, CONTINUE, RETRY, RETRY-count, RETRY-regex, RETRY-count-regex"
        )
    count = int(match["count"][:9]) if match["count"] is not None else DEFAULT_RETRIES
    if count > MOST_RETRIES:
        raise ValueError(f"a count is 0 to {MOST_RETRIES}, not {match['count'][:20]}")
    return OnFailure(FailureAction.RETRY, count, _checked_pattern(match["pattern"] or ".*"))


def _checked_pattern(pattern: str) -> str:
    if len(pattern) > _LONGEST_PATTERN:
        raise ValueError(f"the pattern is longer than {_LONGEST_PATTERN} characters")
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as problem:
        raise ValueError(f"{pattern!r} is no regular expression: {problem}") from None
    return pattern
