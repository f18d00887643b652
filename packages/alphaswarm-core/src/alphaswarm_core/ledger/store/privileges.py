"""Who may do what with a ledger in PostgreSQL.

Three roles, the last two named after the database:

    owner               whoever migrates: owns the tables. No program that deploys has its password
    DATABASE_runtime    the deploy build and the admin: reads, appends, and projects. Cannot change or remove an entry
    DATABASE_auditor    reads

The database refuses what the chain would only reveal: a stolen address of the runtime cannot rewrite history. What is
left to it is what appending needs, the columns of the projection that may change, and the leases; `ledger verify`
shows any use of these that no entry stands for.
"""

import secrets
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from alphaswarm_core.ledger.errors import LedgerReadOnlyError
from alphaswarm_core.ledger.projection import PROJECTIONS
from alphaswarm_core.ledger.store.database import Database

RUNTIME, AUDITOR = "runtime", "auditor"

_CHANGEABLE: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        **{table: projection.changeable for table, projection in PROJECTIONS.items()},
        "ledger_entries": frozenset(),
        "sboms": frozenset(),
        "sbom_packages": frozenset(),
        "plan_changes": frozenset(),
        "run_leases": frozenset({"beat_at", "terraform_lock"}),
        "webhook_deliveries": frozenset({"outcome", "report", "reports"}),
    }
)
"""Where the runtime inserts rows, and which of their columns it may change afterwards."""

_ALSO_READ = ("ledger_head", "alembic_version")
_OWNS = "SELECT 1 FROM pg_tables WHERE tablename = 'ledger_entries' AND pg_has_role(tableowner, 'USAGE')"
_EXISTS = "SELECT 1 FROM pg_roles WHERE rolname = :name"


def role_name(database_name: str, part: str) -> str:
    """The role that has the part `runtime` or `auditor` in a database."""
    return f"{database_name}_{part}"


def grant(database: Database) -> tuple[str, ...]:
    """Make the roles where they are missing, and give each exactly its rights. Only the owner can; do it again at will.

    Returns:
        The roles' names. They cannot log in until somebody gives them a password: ALTER ROLE … LOGIN PASSWORD …

    Raises:
        LedgerError: the caller is not the owner, or may not make roles.
    """
    with database.transaction():
        if not database.rows(_OWNS, {}):  # PostgreSQL itself would only warn that nothing was granted
            raise LedgerReadOnlyError(
                f"The caller does not own the tables of the ledger at {database.place}",
                fix="Migrate with the owner's address; the runtime's and the auditor's are not for that",
            )
        name = str(database.rows("SELECT current_database()", {})[0][0])
        runtime, auditor = role_name(name, RUNTIME), role_name(name, AUDITOR)
        for role in (runtime, auditor):
            if not database.rows(_EXISTS, {"name": role}):
                database.execute(f"CREATE ROLE {_quoted(role)} NOLOGIN", {})
        for statement in _statements(name, runtime, auditor):
            database.execute(statement, {})
    return runtime, auditor


def _statements(name: str, runtime: str, auditor: str) -> Iterator[str]:
    readable = ", ".join([*_CHANGEABLE, *_ALSO_READ])
    roles = f"{_quoted(runtime)}, {_quoted(auditor)}"
    yield f"REVOKE ALL ON DATABASE {_quoted(name)} FROM PUBLIC"
    yield "REVOKE ALL ON SCHEMA public FROM PUBLIC"
    yield f"REVOKE ALL ON {readable} FROM PUBLIC, {roles}"  # columns too: what an older version granted is gone
    yield f"GRANT CONNECT ON DATABASE {_quoted(name)} TO {roles}"
    yield f"GRANT USAGE ON SCHEMA public TO {roles}"
    yield f"GRANT SELECT ON {readable} TO {roles}"
    yield f"GRANT INSERT ON {', '.join(_CHANGEABLE)} TO {_quoted(runtime)}"
    for table, columns in _CHANGEABLE.items():
        if columns:
            listed = ", ".join(_quoted(column) for column in sorted(columns))
            yield f"GRANT UPDATE ({listed}) ON {table} TO {_quoted(runtime)}"
    yield f"GRANT UPDATE (sequence, hash) ON ledger_head TO {_quoted(runtime)}"
    yield f"GRANT DELETE ON run_leases TO {_quoted(runtime)}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def let_in(database: Database, part: str) -> tuple[str, str]:
    """Give the role of a part a new password, with which it can log in. The one that it had is worth nothing any more.

    Returns:
        The role's name and its password.

    Raises:
        LedgerError: the caller may not, or the role was never made.
    """
    password = secrets.token_urlsafe(32)  # nothing in it that SQL or a URL would have to quote
    with database.transaction():
        role = role_name(str(database.rows("SELECT current_database()", {})[0][0]), part)
        database.execute(f"ALTER ROLE {_quoted(role)} LOGIN PASSWORD '{password}'", {})
    return role, password
