"""TerraformRuntime: the only way to plan, apply, destroy or refresh the app tier.

    spec ─▶ run row ─▶ engine ─▶ plan ─▶ policy ─▶ images verified ─▶ gate ─▶ images verified again
        ─▶ apply of exactly that plan ─▶ state snapshot ─▶ row finished

The row is committed before the engine starts; without a ledger there is no run. Refusals and failures are rows and
entries too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from alphaswarm_core.canonical import Json
from alphaswarm_core.errors import UsageError
from alphaswarm_core.gates.gate import decide_at_once, decide_start
from alphaswarm_core.ledger.errors import PlanAlreadyUsedError
from alphaswarm_core.ledger.records import Run, RunKind, RunStatus
from alphaswarm_core.policy import PolicyResult
from alphaswarm_core.terraform.applying import Applier, as_document
from alphaswarm_core.terraform.context import RuntimeContext
from alphaswarm_core.terraform.engines.base import Engine
from alphaswarm_core.terraform.engines.selection import select_engine, select_same
from alphaswarm_core.terraform.errors import PlanMismatchError
from alphaswarm_core.terraform.gating import Derivation, prepare_for_approval, refuse_losses, require_gate
from alphaswarm_core.terraform.images import images_of_plan, planned_images, require_expected
from alphaswarm_core.terraform.kept_changes import keep_changes
from alphaswarm_core.terraform.plan import Plan
from alphaswarm_core.terraform.plan_file import read_checked
from alphaswarm_core.terraform.planning import Planner
from alphaswarm_core.terraform.policing import judge, require_judged
from alphaswarm_core.terraform.recording import recorded, refusals_noted
from alphaswarm_core.terraform.recovery import recover
from alphaswarm_core.terraform.rows import (
    changes_something,
    columns_of_plan,
    engine_identity,
    inputs_of,
    new_run,
    plan_columns,
    running_images,
    spec_record,
)
from alphaswarm_core.terraform.spec import StackSpec


@dataclass(frozen=True, slots=True)
class Planned:
    """A finished plan run, what it would do, and what the policy says to it; a drift check is not judged."""

    run: Run
    plan: Plan
    policy: PolicyResult | None = None


@dataclass(frozen=True, slots=True)
class TerraformRuntime:
    """Runs the app tier's Terraform under the eyes of the ledger."""

    context: RuntimeContext

    def plan(
        self,
        environment: str,
        *,
        destroys: bool = False,
        inputs: Mapping[str, str] | None = None,
        exclusive: bool = False,
        note: str | None = None,
        derived: Derivation | None = None,
    ) -> Planned:
        """Plan the app tier of `environment` and keep the plan.

        Args:
            environment: The environment's name.
            destroys: Plan to destroy everything.
            inputs: Input variables on top of the stack's files.
            exclusive: Hold the stack against other runs meanwhile; for a plan that is applied at once.
            note: Goes into the row.
            derived: The earlier run that it brings here or goes back to.

        Raises:
            StackBusyError: `exclusive`, and another run holds the stack.
            StatefulLossError: a rollback would destroy or replace what holds data.
            AlphaSwarmError: it failed; the row says so.
        """
        recover(self.context)
        spec = self.context.spec(environment, inputs if derived else self._inputs(environment, inputs))
        engine = select_engine(self.context.settings.terraform, self.context.ambient)
        with refusals_noted(self.context.ledger, "plan", spec.stack, self.context.actor, {"stack": spec.stack}):
            run = self._open(
                RunKind.plan, spec, engine, exclusive=exclusive, destroys=destroys, note=note, derived=derived
            )
        with recorded(self.context.ledger, run) as learned:
            self._start(run)
            made = Planner(self.context, spec, engine, run.id).make(("-destroy",) if destroys else ())
            summary = keep_changes(self.context.ledger, run.id, made.plan)
            learned.update(plan_columns(made, spec, self.context.revision.commit, summary))
            refuse_losses(made.plan, derived)
            self.context.observer.step("Asking the policy")
            policy = judge(self.context.settings, spec.tree, environment, made.document)
            learned["policy_result"] = policy.as_document()
            policy.require()
            images = planned_images(made.document)
            learned["images"] = list(images)
            self._require_images(environment, images)
            status = self._status_of_plan(environment, made.plan)
            run = self.context.ledger.transition(run.id, status, changes=learned)
        prepare_for_approval(self.context, run)
        return Planned(run, made.plan, policy)

    def apply(self, plan_run_id: str, *, break_glass: str | None = None) -> Run:
        """Apply the plan of the run `plan_run_id`: exactly its bytes, once.

        Args:
            plan_run_id: A plan run, by id or unique prefix.
            break_glass: Why a shared environment is deployed from a workstation; recorded.

        Raises:
            RefusedError: the gate, the plan file or the state says no; the ledger has an entry.
            ApprovalMissingError: people have to approve first.
            AlphaSwarmError: Terraform failed; the row says so.
        """
        recover(self.context)
        ledger = self.context.ledger
        planned = ledger.run(plan_run_id)
        body: Mapping[str, Json] = {"stack": planned.stack, "plan_digest": planned.plan_digest}
        with refusals_noted(ledger, "apply", planned.id, self.context.actor, body):
            self._require_applicable(planned)
            decided_on = require_gate(self.context, planned, break_glass)
            images = images_of_plan(planned)
            self._require_images(planned.environment, images)  # again: much may have come to light since the plan
            spec, engine = self._same_spec_and_engine(planned)
            content = read_checked(self.context.artifacts(planned.id).plan, str(planned.plan_digest))
            run = self._claim(planned, spec, engine, break_glass, decided_on)
        with recorded(ledger, run, planned) as learned:
            ledger.transition(run.id, RunStatus.applying, changes={**columns_of_plan(planned), **self._log_place(run)})
            applier = Applier(self.context, spec, engine, run.id)
            running = applier.apply(content, planned.state_before, learned, settles=not planned.destroys)
            require_expected(running, images)
            run = ledger.transition(run.id, RunStatus.completed, changes=learned)
            ledger.transition(planned.id, RunStatus.completed)
        self._outdate_other_plans(planned)
        return run

    def refresh(self, environment: str) -> Planned:
        """Look for drift: what changed outside Terraform. Changes nothing, not even the state."""
        recover(self.context)
        spec = self.context.spec(environment, self._inputs(environment, None))
        engine = select_engine(self.context.settings.terraform, self.context.ambient)
        run = self._open(RunKind.refresh, spec, engine, exclusive=False)
        with recorded(self.context.ledger, run) as learned:
            self._start(run)
            made = Planner(self.context, spec, engine, run.id).make(("-refresh-only",))
            learned["exit_code"] = made.exit_code
            made.saved.path.unlink(missing_ok=True)  # nobody applies it, and it holds the state's secrets
            summary = keep_changes(self.context.ledger, run.id, made.plan)
            columns = {"plan_summary": summary, "state_before": as_document(made.saved.state)}
            run = self.context.ledger.transition(run.id, RunStatus.completed, changes={**columns, **learned})
        return Planned(run, made.plan)

    def _inputs(self, environment: str, given: Mapping[str, str] | None) -> dict[str, str]:
        """The inputs, with the images that run where none are given."""
        return {
            **running_images(self.context.ledger, self.context.settings.runtime_tree(), environment),
            **(given or {}),
        }

    def _require_images(self, environment: str, images: Sequence[str]) -> None:
        """Refuse when an image may not run; asked each time: nothing about an image stays true by itself."""
        if images:
            self.context.observer.step("Verifying the images")
            self.context.images.require(environment, images)

    def _require_start(self, environment: str, break_glass: str | None) -> None:
        """Refuse when the environment may not be changed from here and now, whatever the plan says."""
        decide_start(
            environment=environment,
            settings=self.context.settings.environment(environment),
            target=self.context.target,
            actor=self.context.actor,
            halt=self.context.ledger.halt(),
            break_glass=break_glass,
        ).require()

    def cancel(self, planned: Run, why: str) -> Run:
        """Give up a plan that nobody wants to apply."""
        return self.context.ledger.transition(planned.id, RunStatus.cancelled, changes={"error": why})

    def _status_of_plan(self, environment: str, plan: Plan) -> RunStatus:
        if plan.is_empty:
            return RunStatus.completed
        required = self.context.settings.environment(environment).approvals
        return RunStatus.awaiting_approval if required else RunStatus.approved

    def _claim(
        self, planned: Run, spec: StackSpec, engine: Engine, break_glass: str | None, decided_on: frozenset[str]
    ) -> Run:
        """Take the plan, once, for a new run that applies it."""
        if planned.status is RunStatus.awaiting_approval:
            self.context.ledger.transition(planned.id, RunStatus.approved)
        if break_glass:
            body: dict[str, Json] = {"reason": break_glass, "actor": self.context.actor.subject, "stack": planned.stack}
            self.context.ledger.note("break_glass:deploy:used", planned.id, body)
        kind = RunKind.destroy if planned.destroys else RunKind.apply
        version, parent = planned.spec_version_id, planned.id
        new = new_run(self.context, kind, spec, engine.identity, version=version, parent=parent, note=break_glass)
        return self.context.ledger.claim_plan(planned.id, new, decided_on=decided_on)

    def require_at_once(self, environment: str, *, action: str, break_glass: str | None = None) -> None:
        """Refuse before anything is planned when `environment` cannot be changed in one go; the ledger has an entry."""
        required = self.context.settings.environment(environment).approvals
        stack = f"{self.context.settings.runtime_tree()}/{environment}"
        with refusals_noted(self.context.ledger, action, stack, self.context.actor, {"stack": stack}):
            self._require_start(environment, break_glass)
            decide_at_once(environment=environment, required=required).require()

    def _outdate_other_plans(self, applied: Run) -> None:
        """Plans of the stack that still wait were made from a state that is no more."""
        ledger = self.context.ledger
        for status in (RunStatus.approved, RunStatus.awaiting_approval):
            for waiting in ledger.runs(
                tree=applied.tree, environment=applied.environment, kind=RunKind.plan, status=status
            ):
                why = f"the plan {applied.id} was applied"
                ledger.transition(waiting.id, RunStatus.stale, changes={"error": why})

    def _require_applicable(self, planned: Run) -> None:
        if planned.run_kind is not RunKind.plan:
            raise UsageError(
                f"{planned.id} is a {planned.run_kind} run", fix="Name a plan: alphaswarm runs list --kind plan"
            )
        if planned.status is RunStatus.completed and not changes_something(planned):
            raise PlanMismatchError(f"The plan {planned.id} changes nothing", fix="There is nothing to apply")
        if planned.status in {RunStatus.applying, RunStatus.completed}:
            raise PlanAlreadyUsedError(
                f"The plan {planned.id} has been applied already", why="a plan is applied once", fix="Plan again"
            )
        if planned.status not in {RunStatus.approved, RunStatus.awaiting_approval}:
            raise PlanMismatchError(
                f"The plan {planned.id} is {planned.status}",
                why=planned.error,
                fix="Plan again: alphaswarm deploy plan",
            )
        if planned.target != self.context.target:
            raise PlanMismatchError(
                f"The plan {planned.id} was made for the target {planned.target}, not {self.context.target}",
                fix=f"Apply it with --target {planned.target}, or plan again",
            )
        require_judged(planned)

    def _same_spec_and_engine(self, planned: Run) -> tuple[StackSpec, Engine]:
        engine = select_same(engine_identity(planned), self.context.settings.terraform, self.context.ambient)
        spec = self.context.spec(planned.environment, inputs_of(self.context.ledger, planned))
        version = self.context.ledger.register_spec(spec_record(spec))
        if version.id != planned.spec_version_id:
            raise PlanMismatchError(
                f"{planned.stack} has changed since the plan {planned.id} was made",
                why=f"its spec is {spec.digest[:16]}… now (version {version.version})",
                fix="Plan again: alphaswarm deploy plan",
            )
        return spec, engine

    def _open(
        self,
        kind: RunKind,
        spec: StackSpec,
        engine: Engine,
        *,
        exclusive: bool,
        destroys: bool = False,
        note: str | None = None,
        derived: Derivation | None = None,
    ) -> Run:
        version = self.context.ledger.register_spec(spec_record(spec))
        new = new_run(
            self.context,
            kind,
            spec,
            engine.identity,
            version=version.id,
            parent=derived.run_id if derived else None,
            destroys=destroys,
            note=note,
            purpose=derived.purpose if derived else None,
        )
        return self.context.ledger.open_run(new, exclusive=exclusive)

    def _start(self, run: Run) -> None:
        self.context.artifacts(run.id).create()
        self.context.ledger.transition(run.id, RunStatus.running, changes=self._log_place(run))

    def _log_place(self, run: Run) -> dict[str, Json]:
        return {"log_place": str(self.context.artifacts(run.id).log)}
