"""Native Terraform, for the landing zone: the same engine and configuration, no run and no row.

`infrastructure/` is applied with plain `terraform` commands; what happens to it is in the Terraform state only. This is
what lets the program do that on a machine that has no `terraform` binary, and what tells a person's own `terraform`
where this machine keeps its providers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from alphaswarm_core.settings import Settings
from alphaswarm_core.terraform.engine_environment import engine_environment
from alphaswarm_core.terraform.engines.base import Engine
from alphaswarm_core.terraform.execution import Outcome, Supervisor
from alphaswarm_core.terraform.providers import LockedProvider, cli_configuration, discover_mirrors, read_lock_file
from alphaswarm_core.terraform.spec import LOCK_FILE
from alphaswarm_core.terraform.stack_data import make_private


def native_configuration(settings: Settings) -> Path:
    """Write the Terraform CLI configuration that fits every lock file of the project, and say where it is."""
    base = settings.home_path / "terraform"
    cache = base / "providers"
    make_private(cache)
    path = base / "native.tfrc"
    path.write_text(cli_configuration(_all_locked(settings), discover_mirrors(), cache))
    return path


def _all_locked(settings: Settings) -> Iterable[LockedProvider]:
    """What the root modules of all trees pin, each once."""
    found: dict[tuple[str, str], LockedProvider] = {}
    patterns = [each.format(env="*") for tree in settings.trees.values() for each in (tree.path, *tree.also)]
    for pattern in patterns:
        for path in sorted(settings.root.glob(f"{pattern}/{LOCK_FILE}")):
            found |= {(each.source, each.version): each for each in read_lock_file(path)}
    return found.values()


@dataclass(frozen=True, slots=True)
class NativeTerraform:
    """Plain Terraform commands in root modules of the project.

    Attributes:
        settings: The project's settings.
        engine: What executes them.
        cloud: The `AWS_*` variables of the target.
        ambient: The environment of this process.
        supervisor: Follows them.
    """

    settings: Settings
    engine: Engine
    cloud: Mapping[str, str]
    ambient: Mapping[str, str]
    supervisor: Supervisor

    def run(
        self,
        directory: Path,
        arguments: Sequence[str],
        *,
        log: Path,
        timeout_seconds: float,
        data: Path | None = None,
    ) -> Outcome:
        """Run one command line in `directory`, as `terraform -chdir=directory …` would.

        Args:
            directory: The root module.
            arguments: The words after `terraform`.
            log: Where everything that it says is kept.
            timeout_seconds: How long it may take.
            data: `TF_DATA_DIR`; `.terraform` in the root module if None. A root module that several environments share
                needs one for each, or `init` would offer to move a state from one account to the other.
        """
        base = self.settings.home_path / "terraform"
        make_private(base / "home")
        make_private(log.parent)
        environment = engine_environment(
            self.ambient,
            self.cloud,
            data=data or directory / ".terraform",
            configuration=native_configuration(self.settings),
            home=base / "home",
        )
        with self.engine.open(directory, environment) as session:
            return self.supervisor.run(session, list(arguments), log=log, timeout_seconds=timeout_seconds)
