"""Database errors translated: each cause gets its own error of ours, with what to do about it.

SQLite tells its causes by result codes (https://www.sqlite.org/rescode.html), PostgreSQL by SQLSTATE classes
(https://www.postgresql.org/docs/current/errcodes-appendix.html).
"""

import sqlite3
from collections.abc import Mapping
from types import MappingProxyType

from alphaswarm_core.ledger.errors import (
    LedgerAccessError,
    LedgerCorruptError,
    LedgerError,
    LedgerFullError,
    LedgerLockedError,
    LedgerReadOnlyError,
    LedgerSchemaError,
    LedgerServerError,
    LedgerUnavailableError,
)
from alphaswarm_core.ledger.redaction import Redactor

_RESTORE = "Keep the file as evidence and restore the ledger from a backup or an export"
_PRIMARY = 0xFF

_SQLITE: Mapping[int, tuple[type[LedgerError], str, str]] = MappingProxyType(
    {
        sqlite3.SQLITE_PERM: (LedgerReadOnlyError, "may not be accessed", "Give this user the right to write it"),
        sqlite3.SQLITE_BUSY: (
            LedgerLockedError,
            "stayed locked by another process",
            "Wait for the other command to end, then try again",
        ),
        sqlite3.SQLITE_LOCKED: (LedgerLockedError, "stayed locked by another command", "Try again"),
        sqlite3.SQLITE_READONLY: (
            LedgerReadOnlyError,
            "cannot be written",
            "Give this user the right to write the file and its directory",
        ),
        sqlite3.SQLITE_IOERR: (LedgerUnavailableError, "cannot be read or written", "Check the disk it lies on"),
        sqlite3.SQLITE_CORRUPT: (LedgerCorruptError, "is damaged", _RESTORE),
        sqlite3.SQLITE_NOTADB: (LedgerCorruptError, "is not a database", _RESTORE),
        sqlite3.SQLITE_FULL: (LedgerFullError, "cannot grow: the disk is full", "Free some space, then try again"),
        sqlite3.SQLITE_CANTOPEN: (
            LedgerUnavailableError,
            "cannot be opened",
            "Check that the directory exists and that this user may write in it",
        ),
        sqlite3.SQLITE_ERROR: (LedgerCorruptError, "does not hold the tables of a ledger", _RESTORE),
    }
)

_POSTGRES: tuple[tuple[str, type[LedgerError], str, str], ...] = (
    ("28", LedgerAccessError, "refuses the user or the password", "Correct the user or password in the ledger's URL"),
    ("42501", LedgerReadOnlyError, "does not let this user write", "Grant the user INSERT and UPDATE on the tables"),
    ("25006", LedgerReadOnlyError, "is read-only", "Use the address of the primary server"),
    ("3D", LedgerUnavailableError, "has no such database", "Create it: createdb, then alphaswarm ledger migrate"),
    ("53100", LedgerFullError, "has no disk space left", "Free some space on the server, then try again"),
    ("53", LedgerServerError, "is out of resources", "Try again later"),
    ("55P03", LedgerLockedError, "kept the rows locked for another command", "Wait for it to end, then try again"),
    ("57014", LedgerLockedError, "cancelled the statement", "Try again"),
    ("57", LedgerServerError, "is shutting down or was restarted", "Try again when it is up"),
    ("08", LedgerServerError, "does not answer", "Check that it runs and can be reached"),
    ("42P01", LedgerSchemaError, "has no tables of a ledger", "Run: alphaswarm ledger migrate"),
    ("42703", LedgerSchemaError, "has other tables than a ledger", "Run: alphaswarm ledger migrate"),
    ("XX", LedgerCorruptError, "reports damaged data", _RESTORE),
)


def sqlite_fault(error: BaseException, place: str) -> LedgerError:
    """Our error for what SQLite raised at the file `place`."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None and "decode to UTF-8" in str(error):
        code = sqlite3.SQLITE_CORRUPT
    kind, what, fix = _SQLITE.get(
        (code or 0) & _PRIMARY, (LedgerError, "refused a read or a write", "Report this as a defect")
    )
    return kind(f"The ledger {place} {what}", why=f"SQLite says: {error}", fix=fix)


def postgres_fault(error: BaseException, place: str) -> LedgerError:
    """Our error for what PostgreSQL, or the way to it, raised. Never shows a password: `place` has none."""
    state = getattr(error, "sqlstate", None) or _state_of_failed_connection(str(error))
    said = Redactor().text(
        (str(error).strip().splitlines() or ["nothing"])[0]
    )  # libpq quotes an address that is broken
    for prefix, kind, what, fix in _POSTGRES:
        if state.startswith(prefix):
            return kind(f"The ledger's server at {place} {what}", why=f"PostgreSQL says: {said}", fix=fix)
    what = f"The ledger's server at {place} refused a read or a write"
    return LedgerError(what, why=f"PostgreSQL says: {said}", fix="Report this as a defect")


def _state_of_failed_connection(message: str) -> str:
    """A failed connection has no SQLSTATE in libpq: only the server's words tell why."""
    refusals = ("password", "authentication", "no pg_hba.conf entry", "permission denied for database")
    if any(words in message for words in refusals):
        return "28000"
    if 'database "' in message and "does not exist" in message:
        return "3D000"
    if 'role "' in message and "does not exist" in message:
        return "28000"
    return "08006"
