"""The archive: records of a period and the chain that proves them, listed, signed, packed."""

import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from alphaswarm_core.canonical import Json
from alphaswarm_core.evidence.check_chain import rows_of
from alphaswarm_core.evidence.controls import Control
from alphaswarm_core.evidence.errors import EvidenceRequestError, UnprovedLedgerError
from alphaswarm_core.evidence.readme import README
from alphaswarm_core.evidence.signing import SigningKey
from alphaswarm_core.ledger.export import verify_export

MANIFEST_SCHEMA = "alphaswarm.evidence/1"
_FORM = "%Y-%m-%dT%H:%M:%S.%fZ"


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` up to but without `end`, as the ledger writes times."""

    start: str
    end: str


def period(start: datetime, end: datetime) -> Period:
    """The period between two times; those without a zone are UTC.

    Raises:
        EvidenceRequestError: it does not begin before it ends.
    """
    begins, ends = (_utc(each).strftime(_FORM) for each in (start, end))
    if begins >= ends:
        raise EvidenceRequestError(f"The period begins at {begins} and ends at {ends}", fix="Give --from before --to")
    return Period(begins, ends)


def _utc(time: datetime) -> datetime:
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)


def evidence_files(
    export: str, asked: Period, chosen: Sequence[Control], trust_proof: Json, key: SigningKey
) -> dict[str, bytes]:
    """All files of an archive by name, the signed list included.

    Args:
        export: The whole ledger as `Ledger.export` writes it.
        asked: Which rows are handed out.
        chosen: The controls whose tables are handed out.
        trust_proof: The result of proving the roles' trust policies.
        key: What signs.

    Raises:
        UnprovedLedgerError: the export does not verify.
    """
    lines = export.split("\n")[:-1]  # not splitlines: a body may hold other line ends
    report = verify_export(lines)
    if not report.ok:
        raise UnprovedLedgerError(
            "The ledger does not verify, so no evidence is made of it",
            why=report.problems[0].what,
            fix="alphaswarm ledger verify names everything that does not fit",
        )
    entries = [json.loads(line) for line in lines[1:-1]]
    tables = sorted({table for control in chosen for table in control.tables})
    manifest: Json = {
        "schema": MANIFEST_SCHEMA,
        "from": asked.start,
        "to": asked.end,
        "controls": [control.id for control in chosen],
        "tables": list(tables),
        "ledger": {"entries": report.entries, "head": report.head_hash},
    }
    files = {
        "README.md": README.encode(),
        "check_chain.py": Path(__file__).with_name("check_chain.py").read_bytes(),
        "controls.json": _json([asdict(control) for control in chosen]),
        "ledger.jsonl": export.encode(),
        "manifest.json": _json(manifest),
        "public-key.pem": key.public_pem,
        "trust-proof.json": _json(trust_proof),
    }
    files |= {f"records/{table}.json": _json(rows_of(entries, table, asked.start, asked.end)) for table in tables}
    return _signed(files, key)


def _signed(files: Mapping[str, bytes], key: SigningKey) -> dict[str, bytes]:
    sums = "".join(f"{sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items())).encode()
    return {**files, "SHA256SUMS": sums, "SHA256SUMS.sig": key.sign(sums)}


def packed(files: Mapping[str, bytes]) -> bytes:
    """The files as one gzipped tar archive in a directory `evidence/`."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name, content in sorted(files.items()):
            member = tarfile.TarInfo(f"evidence/{name}")
            member.size, member.mode = len(content), 0o644
            archive.addfile(member, io.BytesIO(content))
    return stream.getvalue()


def _json(document: object) -> bytes:
    return (json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n").encode()
