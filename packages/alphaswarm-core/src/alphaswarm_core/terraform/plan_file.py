"""Saved plans: private artifacts that are applied from the very bytes that were checked.

A plan holds secrets in the clear, so it is readable by its owner only. Before an apply its bytes are read once, their
digest is compared with the one that was approved, and Terraform gets exactly those bytes: on Linux in a sealed memory
file that nobody can write to any more, elsewhere in a fresh private file. Swapping the file on disk after the check
(a time-of-check to time-of-use attack) changes nothing.
"""

import contextlib
import fcntl
import io
import json
import os
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from alphaswarm_core.errors import UnavailableError
from alphaswarm_core.terraform.errors import PlanFileError
from alphaswarm_core.terraform.plan import plan_digest


class ArtifactStoreError(UnavailableError):
    """Plans cannot be kept: the disk is full or the directory cannot be written to."""

    code = "AS-TF-004"
    summary = "A plan or log could not be stored"


@dataclass(frozen=True, slots=True)
class StatePosition:
    """Which state: `lineage` never changes in a state's life, `serial` grows with every write."""

    lineage: str
    serial: int


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """A plan file on disk and the digest of its bytes."""

    path: Path
    digest: str
    state: StatePosition | None


@dataclass(frozen=True, slots=True)
class SealedPlan:
    """The checked bytes, where Terraform can read them and nobody can change them."""

    path: str
    inherited: tuple[int, ...]


def keep_plan(path: Path) -> SavedPlan:
    """Record the plan that Terraform has just written to `path`: mode 0600, on the disk for good, digest taken.

    Raises:
        ArtifactStoreError: it could not be stored whole.
    """
    try:
        path.chmod(0o600)
        with path.open("rb") as file:
            content = file.read()
            os.fsync(file.fileno())
    except OSError as error:
        raise ArtifactStoreError(
            f"The plan could not be kept in {path.parent}",
            why=error.strerror,
            fix="Make room or choose another place: ALPHASWARM_HOME; then plan again",
        ) from error
    return SavedPlan(path, plan_digest(content), _state_position(content))


def read_checked(path: Path, digest: str) -> bytes:
    """The bytes of the plan at `path`, if they are the ones with `digest`.

    Raises:
        PlanFileError: the file is gone or has other bytes.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise PlanFileError(
            f"The saved plan {path.name} is gone", why=error.strerror, fix="Plan again: alphaswarm deploy plan"
        ) from error
    actual = plan_digest(content)
    if actual != digest:
        raise PlanFileError(
            f"The saved plan {path.name} is not the plan that was recorded",
            why=f"recorded {digest[:16]}…, found {actual[:16]}…: it was changed after it was made",
            fix="Find out who changed it, then plan again: alphaswarm deploy plan",
        )
    return content


@contextlib.contextmanager
def sealed(content: bytes) -> Iterator[SealedPlan]:
    """Offer `content` to a Terraform process under a path whose bytes nobody can change."""
    if hasattr(os, "memfd_create"):
        with _memory_file(content) as descriptor:
            yield SealedPlan(f"/proc/self/fd/{descriptor}", (descriptor,))
        return
    with tempfile.TemporaryDirectory(prefix="alphaswarm-plan-") as directory:  # 0700, new, ours
        path = Path(directory) / "approved.tfplan"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "wb") as file:
            file.write(content)
        yield SealedPlan(str(path), ())


@contextlib.contextmanager
def _memory_file(content: bytes) -> Iterator[int]:
    descriptor = os.memfd_create("approved.tfplan", os.MFD_ALLOW_SEALING | os.MFD_CLOEXEC)
    try:
        with os.fdopen(descriptor, "wb", closefd=False) as file:
            file.write(content)
        fcntl.fcntl(
            descriptor,
            fcntl.F_ADD_SEALS,
            fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL,
        )
        yield descriptor
    finally:
        os.close(descriptor)


def state_position(document: bytes) -> StatePosition | None:
    """Lineage and serial of a state document (`terraform state pull`); None when there is no state."""
    try:
        state = json.loads(document)
        return StatePosition(str(state["lineage"]), int(state["serial"])) if state.get("lineage") else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _state_position(plan: bytes) -> StatePosition | None:
    """The state that a saved plan was made from: member `tfstate` of the zip archive that a plan file is."""
    try:
        with zipfile.ZipFile(io.BytesIO(plan)) as archive:
            return state_position(archive.read("tfstate"))
    except (zipfile.BadZipFile, KeyError):
        return None
