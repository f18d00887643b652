"""`alphaswarm deploy`: plan, apply, destroy and watch the app tier. Every run is a row in the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alphaswarm.commands.promote import rollback
from alphaswarm.composition import Session, options, session
from alphaswarm.consent import agreed, asked, declined, require_consent_is_possible
from alphaswarm.deploying import applying, in_build_of, inputs_given, runtime, say_next, show_applied, show_plan
from alphaswarm.earlier_source import session_of
from alphaswarm.output import details, paint
from alphaswarm.plan_text import drift_text, headline, plan_text
from alphaswarm.run_text import run_document
from alphaswarm_core.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from alphaswarm.rehearsed_sessions import Authority

ENVIRONMENT = click.option(
    "--env", "environment", required=True, metavar="ENV", help="The environment: dev, staging, prod."
)
INPUTS = click.option(
    "--var", "inputs", multiple=True, metavar="NAME=VALUE", help="An input variable; part of the spec."
)
YES = click.option("--yes", is_flag=True, help="Apply without asking; needed where there is no terminal.")
BREAK_GLASS = click.option(
    "--break-glass", metavar="REASON", help="Deploy a shared environment from a workstation; the reason is recorded."
)

ASSUME_PLAN = click.option(
    "--assume",
    type=click.Choice(["plan"]),
    help="Act in a session of the plan role, got over web identity (local cloud only).",
)
ASSUME_APPLY = click.option(
    "--assume",
    type=click.Choice(["apply"]),
    help="Plan as the plan role and apply as the deploy build's role, both got over web identity (local cloud only).",
)

EXECUTOR = click.option(
    "--executor",
    type=click.Choice(["local", "codebuild"]),
    help="Where it runs: on this machine, or in the environment's deploy build (default: from the settings).",
)
COMMIT = click.option("--commit", metavar="SHA", help="With --executor codebuild: the commit to build (default: HEAD).")


@click.group()
def deploy() -> None:
    """Plan and apply the app tier. Every plan and apply is a row in the ledger, written before anything happens."""


deploy.add_command(rollback)


@deploy.command()
@ENVIRONMENT
@INPUTS
@click.option("--destroy", "destroys", is_flag=True, help="Plan to destroy everything.")
@ASSUME_PLAN
@EXECUTOR
@COMMIT
@click.option(
    "--outputs",
    is_flag=True,
    help="With --executor codebuild: write the run's id to the job's outputs ($GITHUB_OUTPUT).",
)
@options(target=True)
def plan(
    environment: str,
    *,
    inputs: Sequence[str],
    destroys: bool,
    assume: str | None,
    commit: str | None,
    outputs: bool,
    **common: Any,
) -> int:
    """Say what would change, and keep the plan for `deploy apply`."""
    here = session(**common)
    if _by_build(here, commit, assume=assume):
        action = "plan-destroy" if destroys else "plan"
        return in_build_of(here, environment, action, outputs=outputs, inputs=inputs_given(inputs), commit=commit)
    if outputs:
        raise UsageError("--outputs goes with --executor codebuild", why="a plan of this machine is applied here")
    with runtime(here, environment, _planner(assume)) as run:
        planned = run.plan(environment, destroys=destroys, inputs=inputs_given(inputs))
    show_plan(here, planned)
    say_next(here, planned)
    return ExitCode.DONE


@deploy.command()
@ENVIRONMENT
@INPUTS
@YES
@BREAK_GLASS
@ASSUME_APPLY
@EXECUTOR
@COMMIT
@options(target=True)
def up(
    environment: str,
    *,
    inputs: Sequence[str],
    yes: bool,
    break_glass: str | None,
    assume: str | None,
    commit: str | None,
    **common: Any,
) -> int:
    """Plan, then apply exactly that plan."""
    call = _Call(session(**common), environment, yes, break_glass, assume)
    if _by_build(call.here, commit, assume=assume, break_glass=break_glass):
        return _agreed_in_build(call, "up", inputs=inputs_given(inputs), commit=commit)
    return _plan_and_apply(call, inputs_given(inputs), destroys=False)


@deploy.command()
@ENVIRONMENT
@YES
@BREAK_GLASS
@ASSUME_APPLY
@EXECUTOR
@COMMIT
@options(target=True)
def destroy(
    environment: str,
    *,
    yes: bool,
    break_glass: str | None,
    assume: str | None,
    commit: str | None,
    **common: Any,
) -> int:
    """Plan to destroy the app tier of an environment, then do it."""
    call = _Call(session(**common), environment, yes, break_glass, assume)
    if _by_build(call.here, commit, assume=assume, break_glass=break_glass):
        return _agreed_in_build(call, "destroy", commit=commit)
    return _plan_and_apply(call, {}, destroys=True)


@deploy.command()
@click.argument("plan_run", metavar="PLAN_RUN")
@YES
@BREAK_GLASS
@ASSUME_APPLY
@EXECUTOR
@COMMIT
@click.option("--env", "environment", metavar="ENV", help="With --executor codebuild: whose plan it is.")
@options(target=True)
def apply(
    plan_run: str,
    *,
    yes: bool,
    break_glass: str | None,
    assume: str | None,
    commit: str | None,
    environment: str | None,
    **common: Any,
) -> int:
    """Apply the plan of an earlier `deploy plan`, once."""
    here = session(**common)
    if _by_build(here, commit, assume=assume, break_glass=break_glass):
        if environment is None:
            raise UsageError("--env is missing", why="the ledger that knows the plan is reached from the build alone")
        call = _Call(here, environment, yes, break_glass, assume)
        return _agreed_in_build(call, "apply", plan_run=plan_run, commit=commit)
    require_consent_is_possible(here, yes)
    with here.ledger() as ledger:
        planned = ledger.run(plan_run)
    with session_of(here, planned) as there, runtime(there, planned.environment, _applier(assume)) as run:
        if isinstance(planned.plan_summary, dict):
            here.output.narrate(f"Plan {planned.id}: {headline(planned.plan_summary)}")
        if not yes and not asked(planned.environment, destroys=planned.destroys):
            return declined(here)
        applied = run.apply(planned.id, break_glass=break_glass)
    show_applied(here, applied)
    return ExitCode.DONE


@deploy.command()
@ENVIRONMENT
@click.option("--fail-on-drift", is_flag=True, help="Exit with 1 when something has drifted.")
@ASSUME_PLAN
@EXECUTOR
@COMMIT
@options(target=True)
def drift(
    environment: str,
    *,
    fail_on_drift: bool,
    assume: str | None,
    commit: str | None,
    **common: Any,
) -> int:
    """Look for changes that were made outside Terraform. Changes nothing."""
    here = session(**common)
    if _by_build(here, commit, assume=assume, fail_on_drift=fail_on_drift):
        return in_build_of(here, environment, "drift", commit=commit)
    with runtime(here, environment, _planner(assume)) as run:
        found = run.refresh(environment)
    document = {"run": run_document(found.run), "drifted": [each.address for each in found.plan.drift]}
    here.output.result("drift/v1", document, drift_text(found.plan))
    return ExitCode.FAILED if fail_on_drift and found.plan.drift else ExitCode.DONE


@deploy.command(name="in-build", hidden=True)
@click.option("--exports", required=True, type=click.Path(path_type=Path, dir_okay=False), help="Where results go.")
@options()
def in_build(exports: Path, **common: Any) -> int:
    """Inside CodeBuild: carry out the order that the build's variables are, and write its results as shell lines."""
    from alphaswarm.in_build import carry_out

    return carry_out(common["as_json"], common["config"], exports)


@deploy.command()
@click.option("--env", "environment", metavar="ENV", help="One environment only.")
@options(target=True)
def status(environment: str | None, **common: Any) -> None:
    """Say what runs where, since when and by whom, whether it has drifted, and what could be promoted."""
    from alphaswarm.deploy_status import standing_document, standing_facts
    from alphaswarm_core.gates.standing import standing

    here = session(**common)
    names = [environment] if environment else list(here.settings.environments)
    for name in names:
        here.settings.environment(name)
    with here.runs() as ledger:
        found = {name: standing(ledger, here.settings, name) for name in names}
        halt = ledger.halt()
    document = {"halted": halt.on, "environments": {name: standing_document(each) for name, each in found.items()}}
    blocks = [details(standing_facts(each)) for each in found.values()]
    if halt.on:
        blocks.insert(0, paint(f"Applies and destroys are halted: {halt.reason}", "red"))
    here.output.result("deploy-status/v1", document, "\n\n".join(blocks))


def _by_build(here: Session, commit: str | None, **not_with_a_build: object) -> bool:
    """Whether the settings say that a build does it; options that do not go with that are refused."""
    if here.settings.executor == "codebuild":
        from alphaswarm.codebuild_executor import refuse_with_build

        refuse_with_build(**not_with_a_build)
        return True
    if commit:
        raise UsageError(
            "--commit goes with --executor codebuild", why="on this machine the files are deployed as they are"
        )
    return False


def _agreed_in_build(call: "_Call", action: str, **more: Any) -> int:
    """The same for what changes something: asked before the build is started, since nobody can answer inside."""
    require_consent_is_possible(call.here, call.yes)
    if not call.yes and not asked(call.environment, destroys=action == "destroy"):
        return declined(call.here)
    return in_build_of(call.here, call.environment, action, **more)


def _planner(assume: str | None) -> "Authority | None":
    from alphaswarm.rehearsed_sessions import Authority

    return Authority.PLAN if assume else None


def _applier(assume: str | None) -> "Authority | None":
    from alphaswarm.rehearsed_sessions import Authority

    return Authority.DEPLOY if assume else None


@dataclass(frozen=True, slots=True)
class _Call:
    """How an environment is to be changed."""

    here: Session
    environment: str
    yes: bool
    break_glass: str | None
    assume: str | None


def _plan_and_apply(call: _Call, inputs: dict[str, str], *, destroys: bool) -> int:
    here = call.here
    require_consent_is_possible(here, call.yes)
    with runtime(here, call.environment, _planner(call.assume)) as run:
        action = "destroy" if destroys else "up"
        run.require_at_once(call.environment, action=action, break_glass=call.break_glass)
        planned = run.plan(call.environment, destroys=destroys, inputs=inputs, exclusive=True, note=call.break_glass)
        if planned.plan.is_empty:
            show_plan(here, planned)
            return ExitCode.DONE
        if not here.output.as_json:
            here.output.narrate(plan_text(planned.plan))
        if not call.yes and not agreed(run, planned.run):
            return declined(here)
        run.context.observer.planned(planned.plan)
        run.context.observer.step("Applying")
        applied = applying(run, here, call.environment, _applier(call.assume)).apply(
            planned.run.id, break_glass=call.break_glass
        )
    show_applied(here, applied)
    return ExitCode.DONE
