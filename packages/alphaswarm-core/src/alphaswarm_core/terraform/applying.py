"""Applying exactly the plan that was checked, and taking down where the state stood before and after."""

import contextlib
import shutil
from dataclasses import dataclass, field

from alphaswarm_core.canonical import Json
from alphaswarm_core.errors import AlphaSwarmError
from alphaswarm_core.terraform.context import RuntimeContext
from alphaswarm_core.terraform.engines.base import Engine, EngineSession
from alphaswarm_core.terraform.errors import StalePlanError
from alphaswarm_core.terraform.execution import Outcome, StopRequest, Supervisor
from alphaswarm_core.terraform.failures import failure_of
from alphaswarm_core.terraform.images import state_images
from alphaswarm_core.terraform.initialisation import ensure_initialised
from alphaswarm_core.terraform.plan_file import StatePosition, sealed, state_position
from alphaswarm_core.terraform.spec import StackSpec
from alphaswarm_core.terraform.stack_data import RunArtifacts

_STATE_PULL_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class PulledState:
    """A state: where it stands, and all that it holds, secrets too, which is read and let go."""

    position: StatePosition | None
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Applier:
    """Applies plans of one stack with one engine, for one run."""

    context: RuntimeContext
    spec: StackSpec
    engine: Engine
    run_id: str

    def apply(self, content: bytes, planned_from: Json, learned: dict[str, Json], *, settles: bool) -> tuple[str, ...]:
        """Apply the plan whose checked bytes are `content`. Returns the images that run afterwards.

        Args:
            content: The plan file.
            planned_from: The state position that the plan was made from.
            settles: Read back afterwards what AWS filled in; pointless when everything was destroyed.
            learned: Gets `state_before`, `exit_code` and `state_after`, also when the apply fails; `images` when it
                does not.

        Raises:
            StalePlanError: the state has moved on; nothing was done.
            AlphaSwarmError: Terraform failed; see `failures.failure_of`.
        """
        artifacts = self.context.artifacts(self.run_id)
        artifacts.create()
        data = self.context.stack_data(self.spec, self.engine)
        environment = self.context.environment_of(data)
        supervisor = self.context.supervisor(self.run_id)
        ensure_initialised(self.spec, data, self.engine, environment, supervisor, log=artifacts.log)
        with sealed(content) as plan, self.engine.open(self.spec.directory, environment, plan.inherited) as session:
            learned["state_before"] = as_document(require_state(session, supervisor, artifacts))
            _refuse_stale(learned["state_before"], planned_from)
            outcome = self._run(session, supervisor, artifacts, plan.path)
            learned["exit_code"] = outcome.exit_code
            if outcome.exit_code == 0 and settles:
                self._settle(session, artifacts)
            killed = outcome.exit_code < 0  # somebody wants an end at once
            after = None if killed else self._state_afterwards(session, artifacts)
            learned["state_after"] = as_document(after.position) if after else None
        if outcome.exit_code != 0:
            raise self._with_rescued_state(failure_of(outcome, step="apply", log=artifacts.log), artifacts)
        running = state_images(after.content) if after and after.content else ()
        learned["images"] = list(running)
        return running

    def _with_rescued_state(self, error: AlphaSwarmError, artifacts: RunArtifacts) -> AlphaSwarmError:
        """Terraform leaves a state that it cannot store in the root module: it holds secrets and must stay."""
        left, kept = self.spec.directory / "errored.tfstate", artifacts.directory / "errored.tfstate"
        if left.exists():
            shutil.move(left, kept)
            kept.chmod(0o600)
            error.why = f"{error.why or error.what}\nThe state could not be stored; it is kept in {kept}"
            error.fix = f"{error.fix}\nThen store the state: terraform -chdir={self.spec.directory} state push {kept}"
        return error

    def _run(self, session: EngineSession, supervisor: Supervisor, artifacts: RunArtifacts, plan: str) -> Outcome:
        settings = self.context.settings.terraform
        arguments = ["apply", "-input=false", "-json", f"-parallelism={settings.parallelism}", plan]
        timeout = float(settings.apply_timeout_seconds)
        return supervisor.run(
            session, arguments, log=artifacts.log, timeout_seconds=timeout, on_start=artifacts.record_engine
        )

    def _settle(self, session: EngineSession, artifacts: RunArtifacts) -> None:
        """Take down what AWS fills in by itself (rules of a group, names of a domain) as the state's own.

        Otherwise every drift check after an apply would report it as changed outside Terraform. The apply is done
        whatever comes of this, so its failure is only seen in the log.
        """
        self.context.observer.step("Reading back")
        inputs = [f"-var={name}={value}" for name, value in self.spec.inputs.items()]
        arguments = [
            "apply",
            "-refresh-only",
            "-auto-approve",
            "-input=false",
            "-json",
            f"-var=run_id={self.run_id}",
            *inputs,
        ]
        settings = self.context.settings.terraform
        self._calm().run(session, arguments, log=artifacts.log, timeout_seconds=float(settings.plan_timeout_seconds))

    def _calm(self) -> Supervisor:
        """A supervisor for what follows an apply: a stop that was asked for is over by now."""
        return Supervisor(lambda _: None, lambda: None, StopRequest())

    def _state_afterwards(self, session: EngineSession, artifacts: RunArtifacts) -> PulledState:
        """The state as it is now."""
        return _pull(session, self._calm(), artifacts)[1]


def require_state(session: EngineSession, supervisor: Supervisor, artifacts: RunArtifacts) -> StatePosition | None:
    """Lineage and serial of the state; None where there is none.

    Raises:
        AlphaSwarmError: the state cannot be read, which must not look like "no state".
    """
    outcome, state = _pull(session, supervisor, artifacts)
    if outcome.exit_code != 0:
        raise failure_of(outcome, step="apply", log=artifacts.log)
    return state.position


def pull_state(session: EngineSession, supervisor: Supervisor, artifacts: RunArtifacts) -> StatePosition | None:
    """Lineage and serial of the state; None where there is none, or where it cannot be read."""
    return _pull(session, supervisor, artifacts)[1].position


def _pull(session: EngineSession, supervisor: Supervisor, artifacts: RunArtifacts) -> tuple[Outcome, PulledState]:
    """The state holds secrets: what was pulled is removed at once."""
    try:
        outcome = supervisor.run(session, ["state", "pull"], log=artifacts.scratch, timeout_seconds=_STATE_PULL_SECONDS)
        content = artifacts.scratch.read_bytes() if outcome.exit_code == 0 else b""
        return outcome, PulledState(state_position(content), content)
    finally:
        with contextlib.suppress(OSError):
            artifacts.scratch.unlink()


def as_document(position: StatePosition | None) -> Json:
    """A state position as JSON data."""
    return {"lineage": position.lineage, "serial": position.serial} if position else None


def _refuse_stale(now: Json, planned_from: Json) -> None:
    """Terraform compares only where the plan was made from an existing state (hashicorp/terraform#27721)."""
    if now != planned_from:
        raise StalePlanError(
            "The plan is stale: the state has changed since it was made",
            why=f"planned from {_words(planned_from)}, now {_words(now)}",
            fix="Plan again: alphaswarm deploy plan",
        )


def _words(position: Json) -> str:
    return f"serial {position['serial']}" if isinstance(position, dict) else "no state"
