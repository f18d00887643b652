"""`alphaswarm evidence`: a signed archive for auditors, verifiable without this software."""

import io
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alphaswarm.composition import Session, options, session
from alphaswarm_core.errors import AlphaSwarmError

if TYPE_CHECKING:
    from alphaswarm_core.evidence.signing import SigningKey

_TIME = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"])


@click.group()
def evidence() -> None:
    """Hand out what happened in a period, signed, with the steps to verify it offline."""


@evidence.command()
@click.option("--from", "start", type=_TIME, required=True, help="The first moment of the period (UTC).")
@click.option("--to", "end", type=_TIME, required=True, help="The first moment after the period (UTC).")
@click.option("--controls", metavar="ID,ID", help="Only these controls of the map (default: all).")
@click.option(
    "--key", "key_file", type=click.Path(path_type=Path), help="Sign with this P-256 key (default: a fresh one)."
)
@click.option(
    "--output", "place", type=click.Path(path_type=Path), required=True, help="The archive to write (.tar.gz)."
)
@options()
def export(start: datetime, end: datetime, place: Path, **rest: Any) -> None:
    """Write the archive, and say the fingerprint of its key: give that to the auditor by another way."""
    from alphaswarm_core.evidence.archive import evidence_files, packed, period
    from alphaswarm_core.evidence.controls import chosen_controls

    controls, key_file = rest.pop("controls"), rest.pop("key_file")
    here = session(**rest)
    asked = period(start, end)
    chosen = chosen_controls([name.strip() for name in controls.split(",")] if controls is not None else [])
    _refuse_existing(place)
    key = _key(key_file)
    chain = _verified_chain(here)
    files = evidence_files(chain, asked, chosen, _trust_proof(here), key)
    _write(place, packed(files))
    document = {"file": str(place), "fingerprint": key.fingerprint, "controls": [each.id for each in chosen]}
    text = f"{place} is written. Fingerprint of its key, to be compared by another way:\n{key.fingerprint}"
    here.output.result("evidence-export/v1", document, text)


def _verified_chain(here: Session) -> str:
    """The whole chain as text, after the rows were compared with it too."""
    from alphaswarm_core.evidence.errors import UnprovedLedgerError

    stream = io.StringIO()
    with here.ledger(create=False) as book:
        report = book.verify()
        if not report.ok:
            raise UnprovedLedgerError(
                "The ledger does not verify, so no evidence is made of it",
                why=report.problems[0].what,
                fix="alphaswarm ledger verify names everything that does not fit",
            )
        book.export(stream)
    return stream.getvalue()


def _trust_proof(here: Session) -> dict[str, Any]:
    from alphaswarm.commands.trust import proof_document, proofs

    return proof_document(proofs(here, None, None))


def _key(place: Path | None) -> "SigningKey":
    from alphaswarm_core.evidence.errors import EvidenceRequestError
    from alphaswarm_core.evidence.signing import SigningKey

    try:
        return SigningKey(place.read_bytes() if place else None)
    except OSError as error:
        raise EvidenceRequestError(f"{place} cannot be read", why=error.strerror) from error


def _refuse_existing(place: Path) -> None:
    from alphaswarm_core.evidence.errors import EvidenceRequestError

    if place.exists() or place.is_symlink():
        raise EvidenceRequestError(
            f"{place} exists already", fix="Evidence is never overwritten: give another --output"
        )


def _write(place: Path, content: bytes) -> None:
    try:
        with place.open("xb") as file:
            file.write(content)
    except OSError as error:
        raise AlphaSwarmError(f"{place} cannot be written", why=error.strerror) from error
