"""Saved plans: kept privately, applied from the bytes that were checked, and from no others."""

import os
import stat
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alphaswarm_core.terraform.errors import PlanFileError
from alphaswarm_core.terraform.plan import plan_digest
from alphaswarm_core.terraform.plan_file import (
    ArtifactStoreError,
    StatePosition,
    keep_plan,
    read_checked,
    sealed,
    state_position,
)


def test_kept_plan_is_private_and_has_the_digest_of_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "plan"
    path.write_bytes(b"a plan")
    path.chmod(0o644)

    saved = keep_plan(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert saved.digest == plan_digest(b"a plan")
    assert saved.state is None
    assert read_checked(path, saved.digest) == b"a plan"


def test_plan_that_was_not_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ArtifactStoreError, match="could not be kept"):
        keep_plan(tmp_path / "missing")


@given(st.binary(min_size=1, max_size=50), st.data())
def test_any_other_byte_is_refused(content: bytes, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(content) - 1))
    changed = bytearray(content)
    changed[position] ^= data.draw(st.integers(1, 255))
    path = Path(f"/dev/shm/plan-{os.getpid()}") if Path("/dev/shm").is_dir() else Path(f"/tmp/plan-{os.getpid()}")
    try:
        path.write_bytes(changed)
        with pytest.raises(PlanFileError, match="not the plan that was recorded"):
            read_checked(path, plan_digest(content))
    finally:
        path.unlink(missing_ok=True)


@pytest.mark.skipif(sys.platform != "linux", reason="sealed memory files are Linux's")
def test_sealed_plan_cannot_be_written_to_by_anybody() -> None:
    with sealed(b"approved") as plan:
        (descriptor,) = plan.inherited
        assert Path(plan.path).read_bytes() == b"approved"
        for attempt in (
            lambda: os.pwrite(descriptor, b"x", 0),
            lambda: os.ftruncate(descriptor, 0),
            lambda: os.ftruncate(descriptor, 100),
            lambda: Path(plan.path).write_bytes(b"x"),
        ):
            with pytest.raises(OSError, match=r"not permitted|ermission"):
                attempt()
        assert Path(plan.path).read_bytes() == b"approved"


def test_plan_without_memory_files_is_in_a_private_place_and_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "memfd_create", raising=False)

    with sealed(b"approved") as plan:
        path = Path(plan.path)
        assert plan.inherited == ()
        assert path.read_bytes() == b"approved"
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert stat.S_IMODE(path.stat().st_mode) == 0o400

    assert not path.parent.exists()


@pytest.mark.parametrize(
    ("document", "position"),
    [
        (b'{"lineage": "l", "serial": 7}', StatePosition("l", 7)),
        (b'{"lineage": "", "serial": 0}', None),
        (b"", None),
        (b"[]", None),
        (b'{"serial": 1}', None),
        (b"\xff", None),
    ],
)
def test_position_of_a_state_is_read_where_there_is_one(document: bytes, position: StatePosition | None) -> None:
    assert state_position(document) == position
