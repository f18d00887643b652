"""Plans that are made from an earlier apply: brought to the next environment, or gone back to.

Both come from the commit of that apply, checked out as it was; what is different is what has to be equal. A promotion
takes commit, modules and images over into another root module. A rollback is the very spec of that run, to the byte.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from alphaswarm_core.canonical import Json
from alphaswarm_core.errors import UsageError
from alphaswarm_core.gates.asking import precedent
from alphaswarm_core.gates.errors import NotPromotedError, RollbackRefusedError
from alphaswarm_core.gates.promotion import is_promotable
from alphaswarm_core.ledger.records import Actor, Purpose, Run, RunKind, RunStatus, stack_name
from alphaswarm_core.ledger.store import Ledger
from alphaswarm_core.settings import Settings
from alphaswarm_core.terraform.context import RuntimeContext
from alphaswarm_core.terraform.gating import Derivation
from alphaswarm_core.terraform.recording import refusals_noted
from alphaswarm_core.terraform.rows import inputs_of, spec_record
from alphaswarm_core.terraform.runtime import Planned, TerraformRuntime


@dataclass(frozen=True, slots=True)
class Source:
    """The apply that a plan is made from.

    Attributes:
        run: The apply.
        purpose: What for.
        inputs: The inputs that the plan gets from it.
    """

    run: Run
    purpose: Purpose
    inputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def commit(self) -> str:
        """The commit to check out."""
        return str(self.run.commit)


@dataclass(frozen=True, slots=True)
class Derivations:
    """Finds the apply that a plan is to be made from; every refusal is an entry of the ledger.

    Attributes:
        ledger: What is known of earlier runs.
        settings: What may be brought where.
        actor: Who asks.
    """

    ledger: Ledger
    settings: Settings
    actor: Actor

    def promotion(self, *, origin: str, environment: str) -> Source:
        """What runs in `origin`, to be planned for `environment`.

        Raises:
            UsageError: `environment` is not promoted from `origin`.
            NotPromotedError: nothing that was verified runs there.
        """
        with self._noted(Purpose.promotion, environment, origin):
            _require_declared(self.settings, origin, environment)
            applied = self.ledger.latest_applied(self.settings.runtime_tree(), origin)
            return Source(_verified(applied, self.ledger, origin, environment), Purpose.promotion, _images_of(applied))

    def rollback(self, *, environment: str, run_id: str) -> Source:
        """The apply that `environment` goes back to.

        Raises:
            RollbackRefusedError: the run is no completed apply of that stack, or nobody knows its commit or spec.
        """
        with self._noted(Purpose.rollback, environment, run_id):
            self.settings.environment(environment)
            run = self.ledger.run(run_id)
            why = _why_no_way_back(run, stack_name(self.settings.runtime_tree(), environment))
            if why:
                raise RollbackRefusedError(
                    f"There is no way back to run {run.id}",
                    why=why,
                    fix=f"Name a completed apply: alphaswarm runs list --env {environment} --kind apply "
                    "--status completed",
                )
            return Source(run, Purpose.rollback, inputs_of(self.ledger, run))

    def of_order(self, purpose: Purpose, *, environment: str, run_id: str) -> Source:
        """The same, where only the run is named: its environment says where a promotion comes from.

        Raises:
            RefusedError: see above; or what is to be promoted has been replaced meanwhile.
        """
        if purpose is Purpose.rollback:
            return self.rollback(environment=environment, run_id=run_id)
        run = self.ledger.run(run_id)
        source = self.promotion(origin=run.environment, environment=environment)
        with self._noted(purpose, environment, run_id):
            if source.run.id != run.id:
                raise NotPromotedError(
                    f"Run {run.id} is not what runs in {run.environment} any more",
                    why=f"run {source.run.id} came after it",
                    fix=f"alphaswarm promote --from {run.environment} --to {environment}",
                )
        return source

    @contextmanager
    def _noted(self, purpose: Purpose, environment: str, wanted: str) -> Iterator[None]:
        stack = stack_name(self.settings.runtime_tree(), environment)
        with refusals_noted(self.ledger, str(purpose), stack, self.actor, {"stack": stack, "from": wanted}):
            yield


def _require_declared(settings: Settings, origin: str, environment: str) -> None:
    declared = settings.environment(environment).promoted_from
    settings.environment(origin)
    if declared == origin:
        return
    raise UsageError(
        f"{environment} is not promoted from {origin}",
        why=f"alphaswarm.toml says {'nothing of a promotion' if declared is None else f'from {declared}'}",
        fix=f"Set promoted_from in [environments.{environment}]" if declared is None else f"--from {declared}",
    )


def _verified(applied: Run | None, ledger: Ledger, origin: str, environment: str) -> Run:
    """What was applied in `origin` last, which has to be an apply of a commit that was found in order afterwards."""
    if applied is None or applied.run_kind is not RunKind.apply or not is_promotable(applied.promotable):
        raise NotPromotedError(
            f"Nothing in {origin} can be brought to {environment}",
            why="nothing was applied there" if applied is None else f"run {applied.id} does not say what it applied",
            fix=f"Apply it in {origin} from a commit first: alphaswarm deploy up --env {origin}",
        )
    if precedent(applied, ledger).verified_by is None:
        raise NotPromotedError(
            f"What runs in {origin} was not verified, so it is not brought to {environment}",
            why=f"no run after {applied.id} looked and found everything in order",
            fix=f"alphaswarm deploy drift --env {origin}",
        )
    return applied


def _images_of(applied: Run | None) -> dict[str, str]:
    document = applied.promotable if applied else None
    images = document.get("images") if isinstance(document, Mapping) else None
    return {name: str(digest) for name, digest in images.items()} if isinstance(images, Mapping) else {}


def _why_no_way_back(run: Run, stack: str) -> str | None:
    if (run.stack, run.run_kind) != (stack, RunKind.apply):
        return f"it is a run of {run.stack} ({run.run_kind}), not an apply of {stack}"
    if run.status is not RunStatus.completed:
        return f"it is {run.status}: what it left behind is not known to work"
    return "its commit is not recorded" if run.commit is None or run.spec_version_id is None else None


def plan_from(
    runtime: TerraformRuntime, environment: str, source: Source, inputs: Mapping[str, str] | None = None
) -> Planned:
    """Plan `environment` from `source`; the runtime's checkout has to be the source's commit.

    Args:
        runtime: A runtime whose project stands at that commit.
        environment: What to plan.
        source: What to plan it from.
        inputs: For a promotion: the environment's own inputs.

    Raises:
        RollbackRefusedError: the checkout is not what that run was made from.
        StatefulLossError: going back would lose data.
    """
    context = runtime.context
    stack = stack_name(context.settings.runtime_tree(), environment)
    about: dict[str, Json] = {"stack": stack, "from": source.run.id}
    with refusals_noted(context.ledger, str(source.purpose), stack, context.actor, about):
        _require_same_source(context, environment, source)
    return runtime.plan(
        environment,
        inputs={**source.inputs, **(inputs or {})},
        note=f"{source.purpose} of run {source.run.id}",
        derived=Derivation(source.purpose, source.run.id),
    )


def _require_same_source(context: RuntimeContext, environment: str, source: Source) -> None:
    if context.revision.commit != source.commit:
        raise RollbackRefusedError(
            f"This is commit {context.revision.commit}, and run {source.run.id} was made from {source.commit}",
            fix=f"Check out {source.commit}",
        )
    if source.purpose is Purpose.rollback:
        _require_same_spec(context, environment, source)


def _require_same_spec(context: RuntimeContext, environment: str, source: Source) -> None:
    """History can be rewritten, and a run can have been made from files that were not committed."""
    version = context.ledger.register_spec(spec_record(context.spec(environment, source.inputs)))
    if version.id != source.run.spec_version_id:
        recorded = json.loads(context.ledger.spec_document(str(source.run.spec_version_id)) or "{}").get("files", {})
        now = context.spec(environment, source.inputs).files
        differing = sorted(path for path in recorded.keys() | now.keys() if recorded.get(path) != now.get(path))
        raise RollbackRefusedError(
            f"Commit {source.commit} is not what run {source.run.id} was made from",
            why=f"these files differ: {', '.join(differing[:10])}" if differing else "its inputs differ",
            fix="Go forward instead: change the configuration to what it should be, and plan",
        )
