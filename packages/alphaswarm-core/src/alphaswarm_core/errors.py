"""The errors of AlphaSwarm: one base class, a stable code, what happened, why, and what to do.

An error is part of the interface. Its `code` never changes its meaning, its `exit_code` comes from one table
(`ExitCode`), and its `fix` names the next step. Every area keeps its own subclasses next to the code that raises
them; `docs/reference/errors.md` is generated from them.

    AlphaSwarmError
    ├── UsageError            AS-USE-001   2   the call's words are off
    ├── ConfigurationError    AS-CFG-001   2   alphaswarm.toml or a setting is off
    ├── RefusedError          AS-REF-001   3   trust or policy says no
    ├── ApprovalMissingError  AS-GATE-001  4   the gate is waiting for people
    └── UnavailableError      AS-SVC-001   5   a service or tool is missing or does not answer
"""

from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """What the process tells its caller. The same for every command."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    REFUSED = 3
    APPROVAL_MISSING = 4
    UNAVAILABLE = 5
    INTERRUPTED = 130


class AlphaSwarmError(Exception):
    """Something that a person has to know about.

    Args:
        what: One sentence: what happened. No trailing period is added or removed.
        why: The cause, where it is known and not already in `what`.
        fix: What to do now: a command, a key to change, a person to ask.
    """

    code: ClassVar[str] = "AS-GEN-001"
    exit_code: ClassVar[ExitCode] = ExitCode.FAILED
    summary: ClassVar[str] = "Something failed"
    """One line for the generated error catalogue."""

    def __init__(self, what: str, *, why: str | None = None, fix: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.fix = fix

    def as_document(self) -> dict[str, str | int | None]:
        """The error as JSON data: `code`, `what`, `why`, `fix`, `exit_code`."""
        return {
            "code": self.code,
            "what": self.what,
            "why": self.why,
            "fix": self.fix,
            "exit_code": int(self.exit_code),
        }


class UsageError(AlphaSwarmError):
    """The call itself is wrong: an unknown name, a missing or contradictory option."""

    code = "AS-USE-001"
    exit_code = ExitCode.USAGE
    summary = "The command was called with words that do not fit"


class ConfigurationError(AlphaSwarmError):
    """`alphaswarm.toml`, a flag or an `ALPHASWARM_*` variable does not hold."""

    code = "AS-CFG-001"
    exit_code = ExitCode.USAGE
    summary = "alphaswarm.toml or a setting is missing or wrong"


class RefusedError(AlphaSwarmError):
    """Trust or policy says no. Trying again changes nothing."""

    code = "AS-REF-001"
    exit_code = ExitCode.REFUSED
    summary = "Trust or policy refuses this"


class ApprovalMissingError(AlphaSwarmError):
    """The gate of the environment waits for people."""

    code = "AS-GATE-001"
    exit_code = ExitCode.APPROVAL_MISSING
    summary = "The environment's gate asks for approvals that are not there yet"


class UnavailableError(AlphaSwarmError):
    """A service or a tool that is needed is missing or does not answer."""

    code = "AS-SVC-001"
    exit_code = ExitCode.UNAVAILABLE
    summary = "A service or tool that is needed is not there"
