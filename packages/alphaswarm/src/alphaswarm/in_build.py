"""Inside the deploy build: an order is read, checked, and carried out by the runtime; its result is exported."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from alphaswarm.composition import ActingAs, Session
from alphaswarm.plan_text import headline, plan_text
from alphaswarm_core.delivery import results
from alphaswarm_core.delivery.executor_errors import BuildIdentityError, EvidenceRefusedError, OrderRefusedError
from alphaswarm_core.delivery.orders import LEDGER_URL, Action, Order, environment_of, read_order
from alphaswarm_core.errors import AlphaSwarmError, ExitCode
from alphaswarm_core.target import Target, is_build, is_local_build, local_build_environment

if TYPE_CHECKING:
    from alphaswarm_core.identity.actor import Initiator
    from alphaswarm_core.identity.tokens.verified import VerifiedClaims
    from alphaswarm_core.ledger.records import Run
    from alphaswarm_core.ledger.store import Ledger
    from alphaswarm_core.terraform.runtime import Planned, TerraformRuntime


class BuildSession(Session):
    """The session of a build: its target, credentials and actor are what AWS says of it.

    Raises:
        BuildIdentityError: this is no build.
        OrderRefusedError: the order, or what the project has to set, is not in its form.
    """

    def __init__(self, *, as_json: bool, config: str | None) -> None:
        if not is_build(os.environ):
            raise BuildIdentityError(
                "This is no build", why="CODEBUILD_BUILD_ID is not set", fix="alphaswarm deploy --executor codebuild"
            )
        target = Target.LOCAL if is_local_build(os.environ) else Target.AWS
        super().__init__(as_json=as_json, config=config, overrides={("target",): target, ("executor",): "local"})
        self.order = read_order(os.environ)
        self.environment = environment_of(os.environ)
        self.settings.environment(self.environment)
        if not os.environ.get(LEDGER_URL, "").startswith(("postgresql://", "postgresql+psycopg://")):
            raise OrderRefusedError(
                f"{LEDGER_URL} is not the address of a PostgreSQL database",
                why="a build's own files are gone with it: a ledger among them would remember nothing",
                fix="Put the address into the ledger's secret: alphaswarm ledger provision",
            )

    def cloud_environment(self, environment: str) -> dict[str, str]:
        """See `Session.cloud_environment`. In a build of the local cloud: its own credentials, never bootstrap keys."""
        if self.settings.target is Target.LOCAL:
            self.settings.environment(environment)
            return local_build_environment(os.environ, self.settings.region)
        return super().cloud_environment(environment)

    def acting(self, environment: str, *, known: bool) -> ActingAs:  # noqa: ARG002 - in a build it is always known
        """See `Session.acting`. AWS has to say whose the credentials are, also in the local cloud."""
        return self._acting(environment)

    def _acting(self, environment: str) -> ActingAs:
        from alphaswarm_core.adapters.caller_identity import assumed_role

        cloud = self.cloud_environment(environment)
        return ActingAs(cloud, assumed_role(cloud, self.settings.environment(environment).account_id))

    def initiator(self) -> "Initiator":
        """See `Session.initiator`. Who started the build, as AWS and the verified token say."""
        return self._initiator

    @cached_property
    def _initiator(self) -> "Initiator":
        from alphaswarm_core.adapters.codebuild import AwsBuilds
        from alphaswarm_core.delivery.build_identity import actor_of, require_own_build
        from alphaswarm_core.delivery.deploy_project import project_name

        acting = self._acting(self.environment)
        build = AwsBuilds(acting.cloud).get(os.environ["CODEBUILD_BUILD_ID"])
        assert acting.role is not None  # noqa: S101 - `_acting` always names one
        require_own_build(
            build,
            service_role=acting.role.arn,
            session_name=acting.role.session_name,
            project=project_name(self.settings, self.environment),
        )
        claims = self._claims(acting.cloud, build.started_at)
        if claims is None and self.settings.environment(self.environment).approvals:
            raise EvidenceRefusedError(
                f"Nothing says which person started this build, and {self.environment} asks for approvals",
                why="who starts a run cannot approve it, so the gate has to know who that is",
                fix="Start the build from a workflow job with id-token: write",
            )
        return actor_of(build, claims)

    def _claims(self, cloud: Mapping[str, str], at: float) -> "VerifiedClaims | None":
        """The claims of the order's token, held against the issuer's keys at the moment when the build was started."""
        if self.order.evidence is None:
            return None
        from alphaswarm_core.adapters.job_token import AUDIENCE, verify_token
        from alphaswarm_core.identity.github.issuers import GITHUB_COM
        from alphaswarm_core.local_address import GITHUB_PATH

        local = self.settings.target is Target.LOCAL
        keys = f"{cloud['AWS_ENDPOINT_URL']}{GITHUB_PATH}/.well-known/jwks" if local else GITHUB_COM.jwks_url
        return verify_token(self.order.evidence, GITHUB_COM, keys, AUDIENCE, at=at)


@dataclass(slots=True)
class Told:
    """What the build will tell its caller."""

    run_id: str | None = None
    run_status: str | None = None
    plan_digest: str | None = None
    plan_summary: str | None = None
    exit_code: int = ExitCode.FAILED
    error_code: str | None = None

    def take(self, run: "Run") -> None:
        """Remember what the run's row says."""
        self.run_id, self.run_status, self.plan_digest = run.id, str(run.status), run.plan_digest
        if isinstance(run.plan_summary, dict):
            self.plan_summary = headline(run.plan_summary)

    def write(self, place: Path) -> None:
        """Write the lines that the buildspec takes in."""
        values = {
            results.RUN_ID: self.run_id,
            results.RUN_STATUS: self.run_status,
            results.PLAN_DIGEST: self.plan_digest,
            results.PLAN_SUMMARY: self.plan_summary,
            results.EXIT_CODE: str(int(self.exit_code)),
            results.ERROR_CODE: self.error_code,
        }
        place.touch(mode=0o600)
        place.write_text(results.exports(values))


def carry_out(as_json: bool, config: str | None, exports: Path) -> int:  # noqa: FBT001
    """Carry out the order of this build; what came of it is in `exports`, whatever comes."""
    told = Told()
    try:
        here = BuildSession(as_json=as_json, config=config)
        told.exit_code = _within_runtime(here, told)
    except AlphaSwarmError as error:
        told.exit_code, told.error_code = error.exit_code, error.code
        raise
    except KeyboardInterrupt:
        told.exit_code = ExitCode.INTERRUPTED
        raise
    finally:
        told.write(exports)
    return told.exit_code


def _within_runtime(here: BuildSession, told: Told) -> int:
    from alphaswarm.deploying import runtime

    with runtime(here, here.environment) as run:
        try:
            _do(here, run, told)
        finally:
            _note_row(run.context.ledger, told)
    return ExitCode.DONE


def _note_row(ledger: "Ledger", told: Told) -> None:
    """The row that this build wrote last: after a failure too, if the ledger still answers."""
    from alphaswarm_core.ledger.errors import LedgerError

    try:
        mine = [each for each in ledger.runs(limit=20) if each.build_arn == os.environ.get("CODEBUILD_BUILD_ARN")]
    except LedgerError:
        return
    if mine:
        told.take(mine[0])


def _do(here: BuildSession, run: "TerraformRuntime", told: Told) -> None:
    order, environment = here.order, here.environment
    match order.action:
        case Action.PLAN | Action.PLAN_DESTROY:
            planned = run.plan(environment, destroys=order.action is Action.PLAN_DESTROY, inputs=order.inputs)
            here.output.narrate(plan_text(planned.plan))
            _keep(run, planned)
        case Action.PROMOTE | Action.ROLLBACK:
            planned = _derived(run, environment, order)
            here.output.narrate(plan_text(planned.plan))
            _keep(run, planned)
        case Action.UP | Action.DESTROY:
            _at_once(here, run, order)
        case Action.APPLY:
            _apply(here, run, str(order.plan_run))
        case Action.DRIFT:
            found = run.refresh(environment)
            told.plan_summary = headline(found.plan.summary())
            here.output.narrate(f"{len(found.plan.drift)} changed outside Terraform")


def _derived(run: "TerraformRuntime", environment: str, order: Order) -> "Planned":
    """Plan from an earlier apply. The build was started for the commit of that apply, or it is refused."""
    from alphaswarm_core.ledger.records import Purpose
    from alphaswarm_core.terraform.deriving import Derivations, plan_from

    purpose = Purpose.promotion if order.action is Action.PROMOTE else Purpose.rollback
    derivations = Derivations(run.context.ledger, run.context.settings, run.context.actor)
    source = derivations.of_order(purpose, environment=environment, run_id=str(order.plan_run))
    return plan_from(run, environment, source, order.inputs)


def _at_once(here: BuildSession, run: "TerraformRuntime", order: Order) -> None:
    destroys = order.action is Action.DESTROY
    run.require_at_once(here.environment, action=str(order.action))
    planned = run.plan(here.environment, destroys=destroys, inputs=order.inputs, exclusive=True)
    here.output.narrate(plan_text(planned.plan))
    if planned.plan.is_empty:
        return
    run.context.observer.planned(planned.plan)
    run.context.observer.step("Applying")
    run.apply(planned.run.id)


def _keep(run: "TerraformRuntime", planned: "Planned") -> None:
    """Keep the plan's file for the build that will apply it: this one's files are gone when it ends."""
    if planned.plan.is_empty:
        return
    from alphaswarm_core.adapters.plan_store import PlanStore

    try:
        bucket = _bucket(run, planned.run.environment)
        PlanStore(run.context.cloud, bucket).keep(planned.run.id, run.context.artifacts(planned.run.id).plan)
    except AlphaSwarmError as error:
        run.cancel(planned.run, f"its file could not be kept: {error.what}")  # nobody could ever apply it
        raise


def _apply(here: BuildSession, run: "TerraformRuntime", plan_run: str) -> None:
    """Apply a plan of an earlier build, in the tree that it was made in if it goes back or was brought here."""
    from alphaswarm.deploying import runtime
    from alphaswarm.earlier_source import session_of

    planned = run.context.ledger.run(plan_run)
    if planned.environment != here.environment:
        raise OrderRefusedError(
            f"The plan {plan_run} is one of {planned.environment}", why=f"this is {here.environment}"
        )
    if planned.commit == run.context.revision.commit:
        _apply_here(run, plan_run)
        return
    with session_of(here, planned) as there, runtime(there, here.environment) as moved:
        _apply_here(moved, plan_run)


def _apply_here(run: "TerraformRuntime", plan_run: str) -> None:
    """The runtime holds the plan's bytes against the digest in the ledger."""
    from alphaswarm_core.adapters.plan_store import PlanStore

    environment = run.context.ledger.run(plan_run).environment
    store = PlanStore(run.context.cloud, _bucket(run, environment))
    artifacts = run.context.artifacts(plan_run)
    artifacts.create()
    artifacts.plan.touch(mode=0o600)
    artifacts.plan.write_bytes(store.fetch(plan_run))
    run.apply(plan_run)
    store.remove(plan_run)


def _bucket(run: "TerraformRuntime", environment: str) -> str:
    from alphaswarm_core.adapters.plan_store import state_bucket

    settings = run.context.settings
    return state_bucket(settings.stack_path(settings.runtime_tree(), environment))
