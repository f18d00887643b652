"""Where the working data of a stack and the artifacts of a run are kept, outside the source tree."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_UN, flock
from pathlib import Path
from typing import Any

from alphaswarm_core.ledger.liveness import process_is_alive, process_started
from alphaswarm_core.terraform.plan_file import ArtifactStoreError


@dataclass(frozen=True, slots=True)
class BackendConfig:
    """Which state backend a stack was initialised with, and its settings."""

    kind: str
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StackData:
    """`TF_DATA_DIR` and its neighbours for one stack and engine kind."""

    directory: Path

    @property
    def terraform(self) -> Path:
        """`TF_DATA_DIR`."""
        return self.directory / "data"

    @property
    def configuration(self) -> Path:
        """The Terraform CLI configuration."""
        return self.directory / "cli.tfrc"

    @property
    def initialised(self) -> Path:
        """Holds the fingerprint of the last successful `init`."""
        return self.directory / "initialised"

    def backend(self) -> BackendConfig | None:
        """The backend that `init` chose; None for a stack with no backend block or without `init`."""
        try:
            backend = json.loads((self.terraform / "terraform.tfstate").read_text())["backend"]
            return BackendConfig(str(backend["type"]), dict(backend["config"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the directory against another `init` at the same time."""
        make_private(self.directory)
        with (self.directory / "lock").open("a") as file:
            flock(file, LOCK_EX)
            try:
                yield
            finally:
                flock(file, LOCK_UN)


@dataclass(frozen=True, slots=True)
class RunArtifacts:
    """The files of one run; the directory is private to its owner."""

    directory: Path

    @property
    def plan(self) -> Path:
        """The saved plan."""
        return self.directory / "plan.tfplan"

    @property
    def log(self) -> Path:
        """Everything that the engine said, one JSON document a line; errors in plain text beside it."""
        return self.directory / "engine.log"

    @property
    def scratch(self) -> Path:
        """Output that may hold secrets and is removed as soon as it was read."""
        return self.directory / "scratch.json"

    def create(self) -> None:
        """Make the directory."""
        make_private(self.directory)

    def record_engine(self, pid: int | None) -> None:
        """Write down which process executes the run, so that a later command can tell whether it still does."""
        if pid is not None:
            (self.directory / "engine.json").write_text(json.dumps({"pid": pid, "started": process_started(pid)}))

    def engine_lives(self) -> bool:
        """Whether the process that was written down still runs: a stopped command's engine may be finishing cleanly."""
        try:
            document = json.loads((self.directory / "engine.json").read_text())
            pid, started = int(document["pid"]), str(document["started"])
        except (OSError, ValueError, KeyError, TypeError):
            return False
        return bool(started) and process_is_alive(pid, started)


def run_artifacts(home: Path, run_id: str) -> RunArtifacts:
    """The files of the run `run_id` below `home`, the project's `.alphaswarm` directory."""
    return RunArtifacts(home / "runs" / run_id)


def make_private(directory: Path) -> None:
    """Create `directory` (and what lies above it) for its owner only.

    Raises:
        ArtifactStoreError: it cannot be made.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ArtifactStoreError(
            f"{directory} cannot be created", why=error.strerror, fix="Choose another place: ALPHASWARM_HOME"
        ) from error
