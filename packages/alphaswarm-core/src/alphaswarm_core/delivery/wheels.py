"""Builds wheels, bit for bit the same from the same source: from a copy that holds nothing but it, with its date."""

import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from alphaswarm_core.delivery.checkout import Checkout
from alphaswarm_core.delivery.distributions import Distribution, staged, version_of
from alphaswarm_core.delivery.errors import WheelNotBuiltError

_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Wheel:
    """A built wheel."""

    package: str
    version: str
    path: Path
    sha256: str

    @property
    def filename(self) -> str:
        """Its file name."""
        return self.path.name


def build_wheels(distributions: Sequence[Distribution], checkout: Checkout, output: Path) -> list[Wheel]:
    """The wheels of all distributions, in `output`.

    Raises:
        WheelNotBuiltError: one cannot be built.
    """
    version = version_of(distributions, checkout)
    names = [each.name for each in distributions]
    output.mkdir(parents=True, exist_ok=True)
    return [_built(each, version, names, checkout.committed_at, output) for each in distributions]


def _built(distribution: Distribution, version: str, names: Sequence[str], date: int, output: Path) -> Wheel:
    with tempfile.TemporaryDirectory(prefix="alphaswarm-wheel-") as name:
        source, made = Path(name, "source"), Path(name, "made")
        _write(source, staged(distribution, version, names), distribution.executable)
        _run_backend(distribution.name, source, made, date)
        found = sorted(made.glob("*.whl"))
        if len(found) != 1:
            raise WheelNotBuiltError(f"The build of {distribution.name} made {len(found)} wheels instead of one")
        content = found[0].read_bytes()
        path = output / found[0].name
        path.write_bytes(content)
    return Wheel(distribution.name, version, path, hashlib.sha256(content).hexdigest())


def _write(directory: Path, files: Mapping[str, bytes], executable: frozenset[str]) -> None:
    for name, content in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o755 if name in executable else 0o644)


def _run_backend(name: str, source: Path, output: Path, date: int) -> None:
    """Run hatchling on the copy. Its environment says nothing but the date."""
    environment = {"PATH": os.environ.get("PATH", ""), "SOURCE_DATE_EPOCH": str(date), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    command = [sys.executable, "-I", "-m", "hatchling", "build", "-t", "wheel", "-d", str(output)]
    try:
        done = subprocess.run(
            command, cwd=source, env=environment, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise WheelNotBuiltError(f"The wheel of {name} was not built", why=str(error)) from error
    if done.returncode != 0:
        raise WheelNotBuiltError(
            f"The wheel of {name} was not built",
            why="\n".join((done.stderr or done.stdout).strip().splitlines()[-5:]),
            fix="The build backend has to be installed: pip install 'alphaswarm-core[publish]', or make setup",
        )
