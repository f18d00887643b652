"""What the runtime works with: handed in once, by the program that composes it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from alphaswarm_core.ledger.records import Actor, Part
from alphaswarm_core.ledger.store import Ledger
from alphaswarm_core.settings import Settings
from alphaswarm_core.source_revision import SourceRevision
from alphaswarm_core.target import Target
from alphaswarm_core.terraform.engine_environment import engine_environment
from alphaswarm_core.terraform.engines.base import Engine
from alphaswarm_core.terraform.errors import StackError
from alphaswarm_core.terraform.events import EngineEvent
from alphaswarm_core.terraform.execution import StopRequest, Supervisor
from alphaswarm_core.terraform.images import ImageVerifier, NobodyVerifies
from alphaswarm_core.terraform.plan import Plan
from alphaswarm_core.terraform.providers import LockedProvider, cli_configuration, discover_mirrors, read_lock_file
from alphaswarm_core.terraform.spec import LOCK_FILE, StackSpec, read_stack_spec
from alphaswarm_core.terraform.stack_data import BackendConfig, RunArtifacts, StackData, make_private, run_artifacts

_RUN_ID_VARIABLE = re.compile(r'^\s*variable\s+"run_id"', re.MULTILINE)

StateLockReader = Callable[[BackendConfig, Path], Mapping[str, str] | None]
"""Reads who holds the lock of the state of a root module: `id`, `who`, `created`, `operation`; None without a lock."""

AuthorReader = Callable[[str], Sequence[tuple[str, Part]]]
"""Of a commit: who had a part in it, as subjects that `gates.people` understands; nothing where that is not known."""


def nobody_known(commit: str) -> Sequence[tuple[str, Part]]:  # noqa: ARG001
    """An `AuthorReader` that knows of no commit."""
    return ()


class Silent:
    """An observer that watches nothing."""

    def step(self, text: str) -> None:
        """Nothing."""

    def event(self, event: EngineEvent) -> None:
        """Nothing."""

    def planned(self, plan: Plan) -> None:
        """Nothing."""


class Observer(Protocol):
    """Somebody who watches a run: a terminal, a log, nobody."""

    def step(self, text: str) -> None:
        """The run has come to a new step."""

    def event(self, event: EngineEvent) -> None:
        """The engine said something."""

    def planned(self, plan: Plan) -> None:
        """What will be applied from here on: the total for a progress display."""


@dataclass(frozen=True, slots=True)
class AssumedRole:
    """The role whose session the run acts with, and the name that AWS's own log has for the session."""

    arn: str
    session_name: str


@dataclass(frozen=True, slots=True)
class RuntimeContext:
    """Everything around a run.

    Attributes:
        settings: The project's settings.
        ledger: Where every run is recorded.
        target: The local cloud or AWS.
        cloud: The `AWS_*` variables of the target for the environment that is worked on.
        ambient: The environment of this process.
        actor: Who starts runs.
        revision: Which commit the checkout stands on.
        observer: Who watches.
        stop: How often a person asked to stop.
        read_state_lock: How the lock of a state is read.
        assumed: The role that `cloud` is a session of, where that is known.
        claims_digest: SHA-256 of the claims of the verified token that says who starts runs, where there is one.
        read_authors: How the people behind a commit are found.
        images: Says which images may run.
    """

    settings: Settings
    ledger: Ledger
    target: Target
    cloud: Mapping[str, str]
    ambient: Mapping[str, str]
    actor: Actor
    revision: SourceRevision
    observer: Observer
    stop: StopRequest
    read_state_lock: StateLockReader
    assumed: AssumedRole | None = None
    claims_digest: str | None = None
    read_authors: AuthorReader = nobody_known
    images: ImageVerifier = field(default_factory=NobodyVerifies)

    def spec(self, environment: str, inputs: Mapping[str, str] | None = None) -> StackSpec:
        """The stack spec of the app tier in `environment`.

        Raises:
            UsageError: there is no such environment.
            StackError: the root module is missing, or would let itself be applied without a run.
        """
        self.settings.environment(environment)
        tree = self.settings.runtime_tree()
        directory = self.settings.stack_path(tree, environment)
        spec = read_stack_spec(self.settings.root, directory, tree=tree, environment=environment, inputs=inputs)
        if not any(_RUN_ID_VARIABLE.search(path.read_text("utf-8", "replace")) for path in directory.glob("*.tf")):
            raise StackError(
                f'{spec.stack} has no variable "run_id"',
                why="it could be applied with a bare `terraform apply`, and nothing would record it",
                fix="Copy run.tf from a sibling environment",
            )
        return spec

    def artifacts(self, run_id: str) -> RunArtifacts:
        """The files of a run."""
        return run_artifacts(self.settings.home_path, run_id)

    def stack_data(self, spec: StackSpec, engine: Engine) -> StackData:
        """The working data of a stack, with the CLI configuration that fits its lock file written."""
        base = self.settings.home_path / "terraform"
        data = StackData(base / spec.tree / spec.environment / f"{engine.identity.product}-{engine.identity.kind}")
        cache = base / "providers"
        for directory in (data.directory, cache, base / "home"):
            make_private(directory)
        text = cli_configuration(locked_providers(spec), discover_mirrors(), cache)
        if not data.configuration.exists() or data.configuration.read_text() != text:
            data.configuration.write_text(text)
        return data

    def environment_of(self, data: StackData) -> dict[str, str]:
        """The environment of engine processes that work with `data`."""
        return engine_environment(
            self.ambient,
            self.cloud,
            data=data.terraform,
            configuration=data.configuration,
            home=self.settings.home_path / "terraform" / "home",
        )

    def supervisor(self, run_id: str) -> Supervisor:
        """Supervises the commands of a run and keeps its heart beating."""
        return Supervisor(self.observer.event, lambda: self._beat(run_id), self.stop)

    def _beat(self, run_id: str) -> None:
        self.ledger.beat(run_id)


def locked_providers(spec: StackSpec) -> tuple[LockedProvider, ...]:
    """What the stack's provider lock file pins."""
    return read_lock_file(spec.directory / LOCK_FILE)
