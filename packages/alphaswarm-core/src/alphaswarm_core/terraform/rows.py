"""What the runtime writes into the rows of the ledger, and what it reads back from them."""

import json
from collections.abc import Mapping

from alphaswarm_core.canonical import Json
from alphaswarm_core.ledger.records import ActorKind, NewRun, Purpose, Run, RunKind, SpecRecord
from alphaswarm_core.ledger.store import Ledger
from alphaswarm_core.terraform.applying import as_document
from alphaswarm_core.terraform.comparing import change_digest, image_digests, promotable
from alphaswarm_core.terraform.context import RuntimeContext
from alphaswarm_core.terraform.engines.base import EngineIdentity, EngineKind
from alphaswarm_core.terraform.planning import PlanResult
from alphaswarm_core.terraform.spec import StackSpec

_COUNTED = ("add", "change", "destroy", "import", "forget", "outputs")


def new_run(
    context: RuntimeContext,
    kind: RunKind,
    spec: StackSpec,
    engine: EngineIdentity,
    *,
    version: str | None,
    parent: str | None = None,
    destroys: bool = False,
    note: str | None = None,
    purpose: Purpose | None = None,
) -> NewRun:
    """A run of `spec` as it is known before it starts: who, what, from which commit, with which engine."""
    actor = context.actor
    return NewRun(
        tree=spec.tree,
        environment=spec.environment,
        run_kind=kind,
        actor=actor,
        spec_version_id=version,
        parent_run_id=parent,
        commit=context.revision.commit,
        ref=context.revision.ref,
        engine=engine.name,
        engine_version=engine.version,
        provider_lock_hash=spec.lock_hash,
        executor="codebuild" if actor.kind is ActorKind.codebuild else "local",
        build_arn=context.ambient.get("CODEBUILD_BUILD_ARN"),
        role=context.assumed.arn if context.assumed else None,
        session_name=context.assumed.session_name if context.assumed else None,
        note=note,
        target=str(context.target),
        destroys=destroys or kind is RunKind.destroy,
        claims_digest=context.claims_digest,
        purpose=purpose,
    )


def spec_record(spec: StackSpec) -> SpecRecord:
    """The spec as the ledger registers it."""
    return SpecRecord(spec.tree, spec.environment, spec.digest, spec.document())


def plan_columns(made: PlanResult, spec: StackSpec, commit: str | None, summary: Mapping[str, Json]) -> dict[str, Json]:
    """What a finished plan adds to its row."""
    return {
        "change_digest": change_digest(made.plan),
        "promotable": promotable(spec, made.plan, commit),
        "plan_digest": made.saved.digest,
        "plan_place": str(made.saved.path),
        "plan_summary": summary,
        "state_before": as_document(made.saved.state),
        "exit_code": made.exit_code,
    }


def columns_of_plan(planned: Run) -> dict[str, Json]:
    """What an apply's row repeats of its plan's, so that each row can be read alone."""
    return {
        "plan_digest": planned.plan_digest,
        "plan_place": planned.plan_place,
        "plan_summary": planned.plan_summary,
        "change_digest": planned.change_digest,
        "promotable": planned.promotable,
        "images": planned.images,
    }


def changes_something(planned: Run) -> bool:
    """Whether the plan in this row would change anything."""
    summary = planned.plan_summary
    return isinstance(summary, Mapping) and any(summary.get(key) for key in _COUNTED)


def engine_identity(run: Run) -> EngineIdentity:
    """The engine that a row names, for example `terraform (embedded)`."""
    product, _, kind = (run.engine or "").partition(" ")
    return EngineIdentity(EngineKind(kind.strip("()") or EngineKind.BINARY), product, str(run.engine_version))


def running_images(ledger: Ledger, tree: str, environment: str) -> dict[str, str]:
    """The inputs of a stack's last apply that name images by digest.

    An image that was given once stays until another one is: a plan that says nothing of it must not take it away.
    """
    applied = ledger.latest_applied(tree, environment)
    if applied is None or applied.run_kind is not RunKind.apply:
        return {}
    return {name: str(value) for name, value in image_digests(inputs_of(ledger, applied)).items()}


def inputs_of(ledger: Ledger, planned: Run) -> dict[str, str]:
    """The inputs that a plan run was made with, from the spec version that it names."""
    document = ledger.spec_document(planned.spec_version_id) if planned.spec_version_id else None
    inputs = json.loads(document).get("inputs", {}) if document else {}
    return {str(name): str(value) for name, value in inputs.items()}
