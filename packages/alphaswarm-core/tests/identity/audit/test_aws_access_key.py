"""The rule aws-access-key: what breaks it and what keeps it."""

from pathlib import Path

import pytest

from .harness import found, workflow

RULE = "aws-access-key"

KEY = "AKIA" + "Q3EGRTXWVNB2LMZP"

BAD = {
    "in a script": {"deploy.sh": f"export AWS_ACCESS_KEY_ID={KEY}\n"},
    "in notes": {"docs/notes.txt": f"the key is {KEY}."},
    "in a workflow": workflow(f"on: push\njobs: {{}}\n# {KEY}\n"),
    "after a megabyte": {"long.txt": "x\n" * 600_000 + KEY},
    "over the edge of a megabyte": {"long.txt": "x" * (1_048_576 - 10) + " " + KEY + " "},
    "of a session": {"a.txt": KEY.replace("AKIA", "ASIA")},
}
GOOD = {
    "documentation's": {"a.txt": "AKIAIOSFODNN7EXAMPLE"},
    "one letter": {"a.txt": "AKIA" + "Z" * 16},
    "the alphabet": {"a.txt": "AKIAABCDEFGHIJKLMNOP"},
    "inside a longer word": {"a.txt": f"x{KEY} {KEY}A"},
    "too short": {"a.txt": KEY[:-1]},
    "letters that no key has": {"a.txt": KEY[:-1] + "1"},
}


@pytest.mark.parametrize("case", BAD)
def test_a_finding_is_reported_when_the_rule_is_broken(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, BAD[case], RULE)


@pytest.mark.parametrize("case", GOOD)
def test_nothing_is_reported_when_the_rule_is_kept(tmp_path: Path, case: str) -> None:
    assert found(tmp_path, GOOD[case], RULE) == []


def test_the_line_is_named_and_the_key_is_not_when_it_is_found(tmp_path: Path) -> None:
    finding = found(tmp_path, {"a.txt": f"\n\nx {KEY}\n"}, RULE)[0]
    assert finding.line == 3
    assert KEY not in finding.message


def test_binary_files_are_left_out_when_keys_are_looked_for(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"\0" + KEY.encode())
    assert found(tmp_path, {}, RULE) == []
