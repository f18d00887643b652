"""Making a plan: one provider process, one plan, its model, and the file kept as a private artifact."""

import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alphaswarm_core.terraform.context import RuntimeContext, locked_providers
from alphaswarm_core.terraform.engines.base import Engine, EngineSession
from alphaswarm_core.terraform.errors import EngineFailedError, EngineInterruptedError, PlanMismatchError
from alphaswarm_core.terraform.execution import Outcome, Supervisor
from alphaswarm_core.terraform.failures import failure_of
from alphaswarm_core.terraform.initialisation import ensure_initialised, forget, needs_init
from alphaswarm_core.terraform.plan import Plan, parse_plan
from alphaswarm_core.terraform.plan_file import SavedPlan, keep_plan
from alphaswarm_core.terraform.provider_process import reusable_package, running_provider
from alphaswarm_core.terraform.spec import StackSpec
from alphaswarm_core.terraform.stack_data import RunArtifacts, StackData

_CHANGES, _NO_CHANGES = 2, 0  # terraform plan -detailed-exitcode
_SHOW_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class PlanResult:
    """A plan, its file, the engine's exit code, and the whole document, which holds secrets and is never stored."""

    plan: Plan
    saved: SavedPlan
    exit_code: int
    document: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Planner:
    """Makes plans of one stack with one engine, for one run."""

    context: RuntimeContext
    spec: StackSpec
    engine: Engine
    run_id: str

    def make(self, mode: Sequence[str] = ()) -> PlanResult:
        """Plan.

        Args:
            mode: `-destroy`, `-refresh-only`, or nothing.

        Raises:
            AlphaSwarmError: see `failures.failure_of`.
        """
        artifacts = self.context.artifacts(self.run_id)
        data = self.context.stack_data(self.spec, self.engine)
        supervisor = self.context.supervisor(self.run_id)
        environment = self.context.environment_of(data)
        for attempt in ("first", "second"):
            self._initialise(data, environment, supervisor, artifacts)
            self.context.observer.step("Planning")
            outcome, document = self._plan_and_show(data, environment, supervisor, artifacts, mode)
            if attempt == "first" and needs_init(outcome.errors):
                forget(data)  # somebody removed what init had prepared
                continue
            break
        if document is None:
            raise failure_of(outcome, step="plan", log=artifacts.log)
        parsed = json.loads(document)
        return PlanResult(self._model(parsed), keep_plan(artifacts.plan), outcome.exit_code, parsed)

    def _initialise(
        self, data: StackData, environment: dict[str, str], supervisor: Supervisor, artifacts: RunArtifacts
    ) -> None:
        ensure_initialised(self.spec, data, self.engine, environment, supervisor, log=artifacts.log)

    def _plan_and_show(
        self,
        data: StackData,
        environment: dict[str, str],
        supervisor: Supervisor,
        artifacts: RunArtifacts,
        mode: Sequence[str],
    ) -> tuple[Outcome, str | None]:
        """The outcome of `plan`, and the output of `show -json`; no output where the plan failed."""
        with contextlib.ExitStack() as cleanup:
            reusable = reusable_package(self.spec, locked_providers(self.spec), data.terraform)
            if reusable:
                memory = self.context.settings.home_path / "terraform" / "checked-packages.json"
                attach = cleanup.enter_context(running_provider(*reusable, environment, memory=memory))
                environment = {**environment, "TF_REATTACH_PROVIDERS": attach} if attach else environment
            session = cleanup.enter_context(self.engine.open(self.spec.directory, environment))
            timeout = float(self.context.settings.terraform.plan_timeout_seconds)
            arguments = self._arguments(artifacts.plan, mode)
            outcome = supervisor.run(session, arguments, log=artifacts.log, timeout_seconds=timeout)
            if outcome.exit_code not in {_CHANGES, _NO_CHANGES}:
                return outcome, None
            if outcome.stopped:
                raise EngineInterruptedError("The plan was stopped", why="a person asked for it")
            return outcome, show_plan(session, supervisor, artifacts)

    def _arguments(self, plan: Path, mode: Sequence[str]) -> list[str]:
        """A plan takes no state lock: the plan role may not write, and `apply` notices a state that has moved on."""
        return [
            "plan",
            "-input=false",
            "-lock=false",
            "-json",
            "-detailed-exitcode",
            f"-parallelism={self.context.settings.terraform.parallelism}",
            f"-out={plan}",
            f"-var=run_id={self.run_id}",
            *(f"-var={name}={value}" for name, value in self.spec.inputs.items()),
            *mode,
        ]

    def _model(self, document: Mapping[str, Any]) -> Plan:
        plan = parse_plan(document)
        if plan.variables.get("run_id") != self.run_id:
            raise PlanMismatchError(
                "The plan does not carry the id of its run", why="run_id is not a plain variable of the root module"
            )
        return plan


def show_plan(session: EngineSession, supervisor: Supervisor, artifacts: RunArtifacts) -> str:
    """The plan as JSON. It holds secrets, so it is removed as soon as it was read.

    Raises:
        EngineFailedError: Terraform cannot show it.
    """
    try:
        outcome = supervisor.run(
            session, ["show", "-json", str(artifacts.plan)], log=artifacts.scratch, timeout_seconds=_SHOW_SECONDS
        )
        if outcome.exit_code != 0:
            raise failure_of(outcome, step="show", log=artifacts.log)
        return artifacts.scratch.read_text(encoding="utf-8")
    except OSError as error:
        raise EngineFailedError("The plan cannot be shown", why=error.strerror) from error
    finally:
        artifacts.scratch.unlink(missing_ok=True)
