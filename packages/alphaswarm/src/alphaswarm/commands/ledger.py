"""`alphaswarm ledger`: prove that nobody altered it, and hand it out."""

import dataclasses
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alphaswarm.composition import Session, options, say_target, session
from alphaswarm_core.errors import AlphaSwarmError, ExitCode, UsageError
from alphaswarm_core.target import Target

if TYPE_CHECKING:
    from alphaswarm_core.ledger.records import VerificationReport

_SECRET_HANDLES = ("ledger_url_secret_arn", "admin_ledger_url_secret_arn")
"""Where the runtime's address goes: the secret of the landing zone's database, else the one of the admin alone."""


@click.group()
def ledger() -> None:
    """Verify and export the ledger: hash-chained entries, and the rows that they add up to."""


@ledger.command()
@click.option(
    "--head", metavar="SEQUENCE:HASH", help="A head that was noted earlier: the ledger must still contain it."
)
@click.option(
    "--export", "exported", type=click.Path(path_type=Path), help="Verify an exported file, without the database."
)
@options()
def verify(head: str | None, exported: Path | None, **common: Any) -> int:
    """Recompute the whole chain and every row from it. Exits with 1 and names what does not fit."""
    here = session(**common)
    expected = _head(head) if head else None
    if exported:
        report = _verify_file(exported, expected)
    else:
        with here.ledger(create=False) as book:
            report = book.verify(expected_head=expected)
    here.output.result("ledger-verification/v1", dataclasses.asdict(report), _report_text(report))
    return ExitCode.DONE if report.ok else ExitCode.FAILED


@ledger.command()
@click.option(
    "--output", "place", type=click.Path(path_type=Path), help="The file to write (default: standard output)."
)
@options()
def export(place: Path | None, **common: Any) -> None:
    """Write every entry as one JSON document a line, verifiable without this database."""
    here = session(**common)
    with here.ledger(create=False) as book:
        if place is None:
            book.export(sys.stdout)
            return
        try:
            with place.open("w", encoding="utf-8") as file:
                book.export(file)
        except OSError as error:
            raise AlphaSwarmError(f"{place} cannot be written", why=error.strerror) from error
        sequence, digest = book.head()
    text = f"{sequence} entries written to {place}; head {sequence}:{digest}"
    here.output.result("ledger-export/v1", {"file": str(place), "sequence": sequence, "head": digest}, text)


@ledger.command()
@click.option("--no-roles", is_flag=True, help="Leave the roles of the runtime and the auditor alone (PostgreSQL).")
@options()
def migrate(no_roles: bool, **common: Any) -> None:  # noqa: FBT001
    """Create the ledger's tables, or bring them to this version. SQLite does this by itself.

    In PostgreSQL the owner runs it; the roles DATABASE_runtime and DATABASE_auditor get exactly their rights.
    """
    from alphaswarm_core.ledger.store import Ledger

    here = session(**common)
    Ledger.migrate(here.settings.ledger_url)
    roles = () if no_roles else Ledger.grant(here.settings.ledger_url)
    text = "The ledger's tables are up to date."
    if roles:
        text += f"\nRoles: {', '.join(roles)}"
    here.output.result("ledger-migration/v1", {"migrated": True, "roles": list(roles)}, text)


@ledger.command()
@click.option("--env", "environment", required=True, metavar="ENV", help="Whose ledger.")
@click.option(
    "--writer",
    "writers",
    multiple=True,
    metavar="ENV",
    help="Another environment whose builds write into the same ledger (local cloud: one call reaches all accounts).",
)
@options(target=True)
def provision(environment: str, writers: Sequence[str], **common: Any) -> None:
    """Make the shared ledger of an environment usable: tables, roles, and the runtime's address in its secret.

    On AWS the owner's address is read from ALPHASWARM_LEDGER_OWNER_URL; on the local cloud a PostgreSQL is started. Run
    again it gives the runtime a new password, and the old one opens nothing any more.
    """
    here = session(**common)
    say_target(here, environment)
    if writers and here.settings.target is Target.AWS:
        raise UsageError(
            "--writer goes with the local cloud",
            why="one call has the credentials of one account",
            fix="Put the address of the runtime into the ledger's secret of the other account: aws secretsmanager "
            "put-secret-value",
        )
    done = provisioned(here, environment, writers)
    text = f"Roles: {', '.join(done['roles'])}\nThe runtime's address: {', '.join(done['secrets'].values())}"
    here.output.result("ledger-provision/v1", done, text)


def provisioned(here: Session, environment: str, writers: Sequence[str] = ()) -> dict[str, Any]:
    """Tables, roles, and a new address of the runtime in its secret; which they are.

    Args:
        here: The call of the program.
        environment: Whose database it is.
        writers: Other environments whose builds write into the same ledger; a promotion is seen in one ledger alone.

    Raises:
        AlphaSwarmError: database or secret are not there, or refuse.
    """
    from alphaswarm.ledger_database import owner_address
    from alphaswarm_core.adapters.handle_values import first_handle, put_secret
    from alphaswarm_core.ledger.store import Ledger

    owner = owner_address(here, environment)
    places = {each: here.cloud_environment(each) for each in (environment, *writers)}
    secrets = {each: first_handle(cloud, each, _SECRET_HANDLES) for each, cloud in places.items()}
    Ledger.migrate(owner)
    roles = Ledger.grant(owner)
    address = Ledger.runtime_url(owner)
    for each, cloud in places.items():
        put_secret(cloud, secrets[each], address)
    return {"environment": environment, "roles": list(roles), "secret": secrets[environment], "secrets": secrets}


def _verify_file(place: Path, head: tuple[int, str] | None) -> "VerificationReport":
    from alphaswarm_core.ledger.export import verify_export

    try:
        with place.open(encoding="utf-8", errors="replace") as file:
            return verify_export(file, expected_head=head)
    except OSError as error:
        raise UsageError(f"{place} cannot be read", why=error.strerror) from error


def _report_text(report: "VerificationReport") -> str:
    if report.ok:
        return (
            f"The ledger is whole: {report.entries} entries, {report.runs} runs.\n"
            f"Head {report.head_sequence}:{report.head_hash}"
        )
    found = [f"  {_place(each.sequence, each.table, each.row_id)}: {each.what}" for each in report.problems]
    return "\n".join([f"The ledger was altered: {len(report.problems)} findings in {report.entries} entries.", *found])


def _place(sequence: int | None, table: str, row_id: str | None) -> str:
    entry = f"entry {sequence}" if sequence is not None else ""
    row = f"{table} {row_id}" if row_id else table
    return ", ".join(part for part in (entry, row) if part)


def _head(text: str) -> tuple[int, str]:
    sequence, colon, digest = text.partition(":")
    if not colon or not sequence.isdigit() or len(digest) != 64:  # noqa: PLR2004 - hexadecimal digits of SHA-256
        raise UsageError(f"--head {text}: this is not SEQUENCE:HASH", fix="Copy it from an earlier `ledger verify`")
    return int(sequence), digest
