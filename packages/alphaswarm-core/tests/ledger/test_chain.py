import hashlib
import json
import math
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from alphaswarm_core.ledger.chain import GENESIS_HASH, canonical_text, entry_hash
from alphaswarm_core.ledger.errors import LedgerRecordError
from alphaswarm_core.ledger.store import Ledger

from .databases import SqliteTestDatabase
from .samples import whole_story

DOCUMENTATION = Path(__file__).parents[4] / "docs" / "concepts" / "ledger.md"

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(min_value=-(2**53) + 1, max_value=2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(JSON)
def test_canonical_text_is_rfc_8785_when_the_fast_way_is_taken_or_not(document: Any) -> None:
    assert canonical_text(document).encode() == rfc8785.dumps(document)


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ({"b": 1, "a": [True, None]}, '{"a":[true,null],"b":1}'),
        (1e21, "1e+21"),
        ([1.0, -0.0, 1e-7, 0.5], "[1,0,1e-7,0.5]"),
        ({"\U0001f600": 1, "\ufb33": 2}, '{"\U0001f600":1,"\ufb33":2}'),  # sorted by UTF-16 units, not by code points
        ('\x00\x1f\x7f"\\/', '"\\u0000\\u001f\x7f\\"\\\\/"'),
    ],
)
def test_canonical_text_is_right_when_forms_are_easily_confused(document: Any, text: str) -> None:
    assert canonical_text(document) == text


@pytest.mark.parametrize("document", [math.nan, math.inf, 2**53, -(2**64), "\ud800", {1: 2}, object(), {"x": {1, 2}}])
def test_canonical_text_is_refused_when_json_cannot_carry_it(document: Any) -> None:
    with pytest.raises(LedgerRecordError):
        canonical_text(document)


def test_entry_hash_is_that_of_the_documented_document_when_computed_by_hand() -> None:
    body = '{"facts":null,"subject":"x"}'
    document: dict[str, Any] = {
        "at": "2025-01-31T08:15:00.000000Z",
        "body_sha256": hashlib.sha256(body.encode()).hexdigest(),
        "kind": "halt:on",
        "previous_hash": GENESIS_HASH,
        "schema": "alphaswarm.ledger.entry/1",
        "sequence": 1,
    }
    expected = hashlib.sha256(rfc8785.dumps(document)).hexdigest()
    assert entry_hash(1, document["at"], "halt:on", GENESIS_HASH, body) == expected


@pytest.fixture
def auditor(tmp_path: Path) -> Path:
    """The script that the documentation gives to auditors, as it stands there."""
    found = re.search(r"```python\n(import hashlib.*?)```", DOCUMENTATION.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    script = tmp_path / "audit.py"
    script.write_text(found[1], encoding="utf-8")
    assert len([line for line in found[1].splitlines() if line.strip()]) <= 20
    return script


def _run(script: Path, export: Path) -> "subprocess.CompletedProcess[str]":
    command: list[str | Path] = [sys.executable, "-I", script, export]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_the_documented_script_confirms_an_export_when_it_is_whole(
    auditor: Path, sqlite_database: SqliteTestDatabase, tmp_path: Path
) -> None:
    export = tmp_path / "export.jsonl"
    with Ledger.open(sqlite_database.url) as ledger, export.open("w", encoding="utf-8") as stream:
        whole_story(ledger)
        ledger.export(stream)
        head = ledger.head()
    done = _run(auditor, export)
    assert (done.returncode, done.stderr) == (0, "")
    assert head[1] in done.stdout


def test_the_documented_script_finds_the_entry_when_a_body_was_edited(
    auditor: Path, sqlite_database: SqliteTestDatabase, tmp_path: Path
) -> None:
    export = tmp_path / "export.jsonl"
    with Ledger.open(sqlite_database.url) as ledger, export.open("w", encoding="utf-8") as stream:
        whole_story(ledger)
        ledger.export(stream)
    lines = export.read_text(encoding="utf-8").splitlines()
    entry = json.loads(lines[5])
    entry["body"] = entry["body"].replace("dev", "prod").replace("cli", "web") + " "
    export.write_text("\n".join([*lines[:5], json.dumps(entry), *lines[6:]]), encoding="utf-8")
    done = _run(auditor, export)
    assert done.returncode != 0
    assert "5" in done.stdout + done.stderr
