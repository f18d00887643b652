"""What can go wrong with the ledger. Every database error leaves the store as one of these.

`LedgerError` and its subclasses mean that the ledger itself fails, and that nothing more can be recorded. Of these,
`LedgerUnavailableError` ends a command with exit code 5: nothing is wrong with the evidence, it just cannot be reached.
No ledger, no run. `LedgerRuleError` means that the ledger works and says no: such a refusal can be recorded.
"""

from typing import TYPE_CHECKING

from alphaswarm_core.errors import AlphaSwarmError, ExitCode

if TYPE_CHECKING:
    from alphaswarm_core.ledger.records import Run


class LedgerError(AlphaSwarmError):
    """The database refused for a reason that has no name of its own here."""

    code = "AS-LED-001"
    summary = "The ledger's database refused a read or a write"


class LedgerUnavailableError(LedgerError):
    """The ledger cannot be reached."""

    code = "AS-LED-002"
    exit_code = ExitCode.UNAVAILABLE
    summary = "The ledger cannot be reached"


class LedgerAddressError(LedgerUnavailableError):
    """The ledger's URL names no database that can hold a ledger."""

    code = "AS-LED-003"
    summary = "The ledger's address is not one of SQLite or PostgreSQL"


class LedgerReadOnlyError(LedgerUnavailableError):
    """The ledger can be read but not written."""

    code = "AS-LED-004"
    summary = "The ledger cannot be written"


class LedgerLockedError(LedgerUnavailableError):
    """Another process holds the ledger longer than we wait."""

    code = "AS-LED-005"
    summary = "The ledger stayed locked by another process"


class LedgerFullError(LedgerUnavailableError):
    """There is no room left for the ledger."""

    code = "AS-LED-006"
    summary = "There is no space left for the ledger"


class LedgerServerError(LedgerUnavailableError):
    """The database server does not answer."""

    code = "AS-LED-007"
    summary = "The ledger's database server does not answer"


class LedgerAccessError(LedgerUnavailableError):
    """The database server refuses our user."""

    code = "AS-LED-008"
    summary = "The ledger's database server refuses the user or password"


class LedgerSchemaError(LedgerUnavailableError):
    """The tables are missing or older than this version."""

    code = "AS-LED-009"
    summary = "The ledger's tables are missing or need a migration"


class LedgerRuleError(AlphaSwarmError):
    """The ledger works, and what was to be recorded breaks one of its rules."""

    code = "AS-LED-020"
    summary = "What was to be recorded breaks a rule of the ledger"


class StackBusyError(LedgerRuleError):
    """Another run holds the stack.

    Args:
        run: The holder.
        host: Where its process runs.
        pid: Its process id there.
        since: When it took the stack, ledger time.
    """

    code = "AS-LED-010"
    summary = "Another run holds the stack"

    def __init__(self, run: "Run", host: str, pid: int, since: str) -> None:
        super().__init__(
            f"{run.stack} is held by the {run.run_kind} run {run.id} since {since}",
            why=f"{run.actor.display_name} started it; it runs as process {pid} on {host}",
            fix=f"Wait until it is done (alphaswarm runs watch {run.id}); only one run may hold a stack",
        )
        self.run = run
        self.host = host
        self.pid = pid
        self.since = since


class LedgerTooNewError(LedgerUnavailableError):
    """The ledger was written by a newer version."""

    code = "AS-LED-011"
    summary = "The ledger was made by a newer version of alphaswarm"


class LedgerCorruptError(LedgerError):
    """The database is damaged, or what it holds is no ledger."""

    code = "AS-LED-012"
    summary = "The ledger's database is damaged"


class IllegalTransitionError(LedgerRuleError):
    """A run cannot go from where it is to there."""

    code = "AS-LED-013"
    summary = "A run cannot take that step from its present status"


class PlanAlreadyUsedError(LedgerRuleError):
    """A plan is applied once.

    Terraform itself may apply one saved plan twice where there was no state (hashicorp/terraform#27721).
    """

    code = "AS-LED-014"
    exit_code = ExitCode.REFUSED
    summary = "The plan has been applied already; a plan is applied once"


class RunNotFoundError(LedgerRuleError):
    """No run, or more than one, has that id."""

    code = "AS-LED-015"
    exit_code = ExitCode.USAGE
    summary = "No single run has that id"


class ApprovalExistsError(LedgerRuleError):
    """An approver decides once on a run."""

    code = "AS-LED-016"
    exit_code = ExitCode.REFUSED
    summary = "That person has already decided on that run"


class ApprovalsChangedError(LedgerRuleError):
    """The approvals of a plan are no longer those that the gate decided on."""

    code = "AS-LED-021"
    exit_code = ExitCode.REFUSED
    summary = "Somebody decided on the plan between the gate's answer and the apply"


class LedgerRecordError(LedgerRuleError):
    """What should be recorded does not fit the ledger: an unknown column, a value that is not JSON, a wrong kind."""

    code = "AS-LED-017"
    summary = "Something was to be recorded that does not fit the ledger"


class LedgerMissingError(LedgerUnavailableError):
    """There is no ledger at that place, and none may be made."""

    code = "AS-LED-018"
    summary = "There is no ledger there yet"


class LedgerDriverError(LedgerUnavailableError):
    """The Python driver for the database is not installed."""

    code = "AS-LED-019"
    summary = "The driver for PostgreSQL is not installed"
