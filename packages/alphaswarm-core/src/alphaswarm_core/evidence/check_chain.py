"""Checks an unpacked evidence archive with Python's standard library alone.

    python3 -I check_chain.py

It computes every hash of the ledger's chain again, compares the head, and makes every row in records/ again from the
chain's entries. It imports nothing of the software that wrote the archive.
"""

import hashlib
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def need(holds: bool, words: str) -> None:  # noqa: FBT001
    """Stop with these words unless it holds."""
    if not holds:
        raise ValueError(words)


def canonical(document: dict[str, Any]) -> str:
    """The JSON text that is hashed: no white space, keys sorted. All values here are text and one whole number."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sha256(text: str) -> str:
    """The SHA-256 of a text's UTF-8 bytes, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def check_chain(lines: Iterable[str]) -> tuple[list[dict[str, Any]], str]:
    """The entries of the export, each hash computed again and chained to the one before."""
    header, *entries, trailer = (json.loads(line) for line in lines)
    need(header["schema"] == trailer["schema"] == "alphaswarm.ledger.export/1", "this is no whole export")
    previous = "0" * 64
    for number, entry in enumerate(entries, start=1):
        need(entry["sequence"] == number, f"entry {number} is missing or out of order")
        need(entry["previous_hash"] == previous, f"entry {number} is not chained to the one before")
        hashed = {name: entry[name] for name in ("at", "kind", "previous_hash", "sequence")}
        hashed |= {"body_sha256": sha256(entry["body"]), "schema": "alphaswarm.ledger.entry/1"}
        previous = sha256(canonical(hashed))
        need(entry["hash"] == previous, f"the hash of entry {number} is not that of its content")
    need(trailer["end"] is True and trailer["entries"] == len(entries), "the export was cut off")
    need(trailer["head_hash"] == previous, "the head is not the last entry's hash")
    return entries, previous


def rows_of(entries: Iterable[dict[str, Any]], table: str, start: str, end: str) -> list[dict[str, Any]]:
    """The rows of a table as they stood at `end`, of those that an entry from `start` on made or changed."""
    rows: dict[str, dict[str, Any]] = {}
    touched: set[str] = set()
    for entry in entries:
        body = json.loads(entry["body"])
        if body.get("table") != table or entry["at"] >= end:
            continue
        rows.setdefault(body["row"], {"row": body["row"]}).update(body["set"])
        if entry["at"] >= start:
            touched.add(body["row"])
    return [row for key, row in rows.items() if key in touched]


def main() -> None:
    """Check everything; the words for the reader."""
    here = Path(__file__).resolve().parent
    about = json.loads((here / "manifest.json").read_text("utf-8"))
    with (here / "ledger.jsonl").open(encoding="utf-8", newline="\n") as file:
        entries, head = check_chain(file)
    need(about["ledger"] == {"entries": len(entries), "head": head}, "the manifest names another head")
    for table in about["tables"]:
        stored = json.loads((here / "records" / f"{table}.json").read_text("utf-8"))
        need(stored == rows_of(entries, table, about["from"], about["to"]), f"{table}: not what the entries made")
    listed = {line.split("  ", 1)[1] for line in (here / "SHA256SUMS").read_text("utf-8").splitlines()}
    found = {str(path.relative_to(here)) for path in here.rglob("*") if path.is_file()}
    need(found == listed | {"SHA256SUMS", "SHA256SUMS.sig"}, f"not signed: {sorted(found ^ listed)}")
    sys.stdout.write(f"The chain holds: {len(entries)} entries, head {head}; every record follows from it." + "\n")


if __name__ == "__main__":
    try:
        main()
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        sys.exit(f"NOT VERIFIED: {error}")
