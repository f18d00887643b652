"""What PostgreSQL itself refuses to the runtime and to the auditor, beside what it lets them do."""

from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from alphaswarm_core.ledger.errors import LedgerAccessError, LedgerReadOnlyError
from alphaswarm_core.ledger.records import RunKind, RunStatus
from alphaswarm_core.ledger.store import Ledger

from .databases import PostgresTestDatabase
from .samples import new_run, whole_story

PASSWORD = "given-by-the-owner"


def _as(url: str, role: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{role}:{PASSWORD}@{parts.hostname}:{parts.port}"))


@pytest.fixture
def roles(postgres_database: PostgresTestDatabase) -> Iterator[dict[str, str]]:
    """The addresses of the runtime and of the auditor."""
    names = Ledger.grant(postgres_database.url)
    for name in names:
        postgres_database.alter(f"ALTER ROLE {name} LOGIN PASSWORD '{PASSWORD}'")
    yield {name.rpartition("_")[2]: _as(postgres_database.url, name) for name in names}
    for name in names:
        postgres_database.alter(f"DROP OWNED BY {name}")
        postgres_database.alter(f"DROP ROLE {name}")


def live(url: str) -> str:
    """A whole story, and a run that goes on, driven with that address; the run's id."""
    with Ledger.open(url) as ledger:
        whole_story(ledger)
        run = ledger.open_run(new_run(RunKind.plan), exclusive=True)
        ledger.transition(run.id, RunStatus.running, changes={"log_place": "log"})
        ledger.beat(run.id)
        return run.id


def test_runtime_can_do_all_that_a_run_needs(roles: dict[str, str], postgres_database: PostgresTestDatabase) -> None:
    run = live(roles["runtime"])

    with Ledger.open(roles["auditor"]) as ledger:
        assert ledger.run(run).status is RunStatus.running
        assert ledger.verify().ok
    with Ledger.open(postgres_database.url) as ledger:
        assert ledger.verify().ok


_REFUSED_TO_ALL = (
    "UPDATE ledger_entries SET body = '{}'",
    "UPDATE ledger_entries SET hash = previous_hash",
    "DELETE FROM ledger_entries",
    "TRUNCATE ledger_entries",
    "DELETE FROM ledger_head",
    "INSERT INTO ledger_head VALUES (9, 'x')",
    "DELETE FROM terraform_runs",
    "TRUNCATE terraform_runs CASCADE",
    "UPDATE terraform_runs SET actor_subject = 'github:7'",
    "UPDATE terraform_runs SET actor_kind = 'person'",
    "UPDATE terraform_runs SET parent_run_id = NULL",
    "UPDATE terraform_runs SET run_kind = 'plan'",
    "UPDATE terraform_runs SET queued_at = ''",
    "UPDATE approvals SET approver = 'github:7'",
    "DELETE FROM approvals",
    "UPDATE involvements SET person = 'github:7'",
    "DELETE FROM involvements",
    "UPDATE promotion_waivers SET approver = 'github:7'",
    "UPDATE terraform_stack_spec_versions SET spec_hash = ''",
    "DELETE FROM terraform_stack_spec_versions",
    "DELETE FROM halts",
    "UPDATE run_leases SET pid = 1",
    "ALTER TABLE ledger_entries DISABLE TRIGGER ALL",
    "DROP TABLE ledger_entries",
    "CREATE TABLE public.mine (a int)",
    "CREATE ROLE another",
    "UPDATE alembic_version SET version_num = 'x'",
)
_REFUSED_TO_AUDITOR = (
    "INSERT INTO ledger_entries VALUES (999, '', '', '', '', '')",
    "UPDATE terraform_runs SET status = 'completed'",
    "UPDATE ledger_head SET sequence = 0",
    "UPDATE halts SET engaged = 0",
    "DELETE FROM run_leases",
    "SELECT * FROM ledger_head FOR UPDATE",
)


@pytest.mark.parametrize("role", ["runtime", "auditor"])
def test_database_refuses_every_change_of_what_was_written(roles: dict[str, str], role: str) -> None:
    live(roles["runtime"])

    for statement in (*_REFUSED_TO_ALL, *(_REFUSED_TO_AUDITOR if role == "auditor" else ())):
        with psycopg.connect(roles[role], autocommit=True) as connection, pytest.raises(InsufficientPrivilege):
            connection.execute(statement.encode())

    with Ledger.open(roles["auditor"]) as ledger:
        assert ledger.verify().ok


def test_auditor_cannot_open_a_run(roles: dict[str, str]) -> None:
    with Ledger.open(roles["auditor"]) as ledger, pytest.raises(LedgerReadOnlyError):
        ledger.open_run(new_run(RunKind.plan), exclusive=True)


@pytest.mark.parametrize("role", ["runtime", "auditor"])
def test_only_the_owner_migrates_and_grants(roles: dict[str, str], role: str) -> None:
    with pytest.raises(LedgerReadOnlyError):
        Ledger.grant(roles[role])


def test_others_do_not_even_get_into_the_database(
    roles: dict[str, str], postgres_database: PostgresTestDatabase
) -> None:
    postgres_database.alter(f"CREATE ROLE stranger_{id(roles)} LOGIN PASSWORD '{PASSWORD}'")
    try:
        with pytest.raises(LedgerAccessError):
            Ledger.open(_as(postgres_database.url, f"stranger_{id(roles)}"))
    finally:
        postgres_database.alter(f"DROP ROLE stranger_{id(roles)}")


def test_rights_that_somebody_added_are_taken_back_by_the_next_migration(
    roles: dict[str, str], postgres_database: PostgresTestDatabase
) -> None:
    name = urlsplit(roles["runtime"]).username
    postgres_database.alter(f"GRANT ALL ON ledger_entries TO {name}")
    postgres_database.alter(f"GRANT UPDATE (body) ON ledger_entries TO {name}")

    Ledger.grant(postgres_database.url)

    with psycopg.connect(roles["runtime"], autocommit=True) as connection, pytest.raises(InsufficientPrivilege):
        connection.execute("UPDATE ledger_entries SET body = '{}'")


def test_tampering_by_the_owner_is_found(roles: dict[str, str], postgres_database: PostgresTestDatabase) -> None:
    live(roles["runtime"])
    postgres_database.alter("UPDATE ledger_entries SET body = replace(body, 'plan', 'plin') WHERE sequence = 2")

    with Ledger.open(roles["auditor"]) as ledger:
        assert not ledger.verify().ok


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE terraform_runs SET status = 'completed'",
        "UPDATE ledger_head SET hash = 'f'",
        "INSERT INTO ledger_entries SELECT sequence + 99, at, kind, body, hash, hash FROM ledger_entries LIMIT 1",
    ],
)
def test_what_the_runtime_may_write_without_an_entry_is_found(roles: dict[str, str], statement: str) -> None:
    live(roles["runtime"])
    with psycopg.connect(roles["runtime"], autocommit=True) as connection:
        connection.execute(statement.encode())

    with Ledger.open(roles["auditor"]) as ledger:
        assert not ledger.verify().ok


def test_file_has_no_roles(sqlite_database: object) -> None:
    assert Ledger.grant(sqlite_database.url) == ()  # type: ignore[attr-defined]
