"""What a plan would do, resource by resource, for people who look at it elsewhere than where it was made.

Not evidence by itself, because it is large; the run's row holds its SHA-256 (`plan_summary.changes_digest`), and with
that it is as good as the row. Kept compressed, as text: the same in both databases.
"""

import base64
import hashlib
import json
import zlib
from collections.abc import Mapping
from typing import Any

from alphaswarm_core.canonical import Json
from alphaswarm_core.ledger.errors import LedgerCorruptError
from alphaswarm_core.ledger.records import Run
from alphaswarm_core.ledger.store.appending import Transaction
from alphaswarm_core.ledger.store.database import Database

DIGEST = "changes_digest"
LARGEST = 64 * 1024 * 1024
"""Bytes; more is not kept, and such a plan is looked at where it was made."""

_INSERT = "INSERT INTO plan_changes (run_id, document) VALUES (:run_id, :document)"
_SELECT = "SELECT document FROM plan_changes WHERE run_id = :run_id"


def keep(transaction: Transaction, run_id: str, document: Json) -> str | None:
    """Keep the document of a run. Returns the digest for the run's row; None where it is too large."""
    content = json.dumps(document, sort_keys=True, separators=(",", ":")).encode()  # numbers of any length
    if len(content) > LARGEST:
        return None
    stored = base64.b64encode(zlib.compress(content)).decode()
    transaction.database.execute(_INSERT, {"run_id": run_id, "document": stored})
    return hashlib.sha256(content).hexdigest()


def find(database: Database, run: Run) -> Any:
    """The document of a run; None where none was kept.

    Raises:
        LedgerCorruptError: it is not the one that the run's row names.
    """
    rows = database.rows(_SELECT, {"run_id": run.id})
    digest = run.plan_summary.get(DIGEST) if isinstance(run.plan_summary, Mapping) else None
    if not rows or digest is None:
        return None
    content = _content(rows[0][0])
    if content is None or hashlib.sha256(content).hexdigest() != digest:
        raise LedgerCorruptError(
            f"What is kept of the plan of run {run.id} is not what was planned",
            why=f"the run's row names the digest {digest}",
            fix="Do not decide by it; plan again, and find out who can write to the ledger's database",
        )
    return json.loads(content)


def _content(stored: object) -> bytes | None:
    """The bytes, bounded: what was put there by somebody else may unpack to anything."""
    try:
        unpacking = zlib.decompressobj()
        content = unpacking.decompress(base64.b64decode(str(stored)), LARGEST)
    except (ValueError, zlib.error):
        return None
    return content if unpacking.eof else None
