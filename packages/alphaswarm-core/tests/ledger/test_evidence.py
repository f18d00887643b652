"""An archive verifies by the steps of its own README, and no longer after any byte of it changed."""

import io
import re
import subprocess
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alphaswarm_core.evidence.archive import Period, evidence_files, packed, period
from alphaswarm_core.evidence.check_chain import rows_of
from alphaswarm_core.evidence.controls import chosen_controls
from alphaswarm_core.evidence.errors import EvidenceRequestError, UnprovedLedgerError
from alphaswarm_core.evidence.signing import SigningKey
from alphaswarm_core.ledger.store import Ledger

from .samples import whole_story

ALWAYS = Period("2000-01-01T00:00:00.000000Z", "2999-01-01T00:00:00.000000Z")
PROOF = {"proofs": [{"environment": "dev", "role": "plan", "verdict": "proved"}]}


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> str:
    stream = io.StringIO()
    with Ledger.open(f"sqlite:///{tmp_path_factory.mktemp('ledger') / 'ledger.db'}") as ledger:
        whole_story(ledger)
        ledger.export(stream)
    return stream.getvalue()


@pytest.fixture
def place(chain: str, tmp_path: Path) -> Path:
    files = evidence_files(chain, ALWAYS, chosen_controls([]), PROOF, SigningKey())
    with tarfile.open(fileobj=io.BytesIO(packed(files))) as archive:
        archive.extractall(tmp_path, filter="data")
    return tmp_path / "evidence"


def follow(place: Path, readme: str) -> list[int]:
    """The exit codes of the README's steps, run literally."""
    steps = re.findall(r"```sh\n(.*?)```", readme, re.DOTALL)
    assert len(steps) == 4
    return [
        subprocess.run(
            ["bash", "-o", "pipefail", "-c", step], cwd=place, check=False, capture_output=True, timeout=60
        ).returncode
        for step in steps
    ]


def test_steps_of_the_readme_succeed_when_nothing_was_altered(place: Path) -> None:
    assert follow(place, (place / "README.md").read_text()) == [0, 0, 0, 0]


def test_steps_fail_when_one_byte_of_any_file_changed(place: Path) -> None:
    readme = (place / "README.md").read_text()
    for file in sorted(path for path in place.rglob("*") if path.is_file()):
        before = file.read_bytes()
        middle = len(before) // 2
        file.write_bytes(before[:middle] + bytes([before[middle] ^ 1]) + before[middle + 1 :])
        assert any(follow(place, readme)), file.name
        file.write_bytes(before)


def test_script_finds_altered_entries_and_records_without_the_list(place: Path) -> None:
    readme = (place / "README.md").read_text()
    for name, old, new in (("ledger.jsonl", "ann@", "eve@"), ("records/terraform_runs.json", "ann@", "eve@")):
        text = (place / name).read_text()
        assert old in text
        (place / name).write_text(text.replace(old, new, 1))
        assert follow(place, readme)[3] == 1
        (place / name).write_text(text)


def test_steps_fail_when_a_file_was_added(place: Path) -> None:
    (place / "records/more.json").write_text("[]")
    assert follow(place, (place / "README.md").read_text()) == [0, 0, 0, 1]


def test_rows_are_those_of_the_period_when_one_is_given() -> None:
    early, late = "2026-01-01T00:00:00.000000Z", "2026-02-01T00:00:00.000000Z"
    entries = [
        {"at": early, "body": '{"row":"1","set":{"status":"queued"},"table":"t"}'},
        {"at": late, "body": '{"row":"1","set":{"status":"done"},"table":"t"}'},
        {"at": late, "body": '{"facts":1,"subject":"x"}'},
    ]
    assert rows_of(entries, "t", early, late) == [{"row": "1", "status": "queued"}]
    assert rows_of(entries, "t", late, "2027") == [{"row": "1", "status": "done"}]
    assert rows_of(entries, "t", "2026-03", "2027") == []


def test_archive_holds_no_private_key(chain: str) -> None:
    files = evidence_files(chain, ALWAYS, chosen_controls(["CC8.1"]), PROOF, SigningKey())
    assert not [name for name, content in files.items() if b"PRIVATE KEY" in content]
    assert "records/images.json" not in files


def test_chain_that_does_not_verify_is_refused(chain: str) -> None:
    with pytest.raises(UnprovedLedgerError):
        evidence_files(chain.replace("ann@", "eve@", 1), ALWAYS, chosen_controls([]), PROOF, SigningKey())


def test_period_that_ends_before_it_begins_is_refused() -> None:
    day = datetime(2026, 1, 2, tzinfo=UTC)
    for end in (day, datetime(2026, 1, 1)):  # noqa: DTZ001
        with pytest.raises(EvidenceRequestError):
            period(day, end)


@pytest.mark.parametrize("names", [["CC0.0"], [""]])
def test_unknown_control_is_refused(names: list[str]) -> None:
    with pytest.raises(EvidenceRequestError):
        chosen_controls(names)


def test_key_that_is_none_is_refused() -> None:
    with pytest.raises(EvidenceRequestError):
        SigningKey(b"no key")
