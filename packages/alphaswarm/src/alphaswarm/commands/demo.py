"""`alphaswarm demo`: from nothing to a verified ledger on the local cloud, one line a step."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alphaswarm import acts
from alphaswarm.composition import Session, options, session
from alphaswarm.deploying import applying, runtime
from alphaswarm.output import table
from alphaswarm.plan_text import headline
from alphaswarm.rehearsed_sessions import Authority
from alphaswarm.run_text import RUN_HEADERS, run_row
from alphaswarm.story import Story, StoryError
from alphaswarm_core.target import Target
from alphaswarm_core.terraform.initialisation import INIT_ARGUMENTS

if TYPE_CHECKING:
    from alphaswarm_core.terraform.execution import Outcome
    from alphaswarm_core.terraform.native import NativeTerraform
    from alphaswarm_core.terraform.runtime import TerraformRuntime

ENVIRONMENT = "dev"
LANDING_ZONE = {
    "Landing zone of dev": Path("infrastructure/envs/dev"),
    "What the admin stands on": Path("infrastructure/envs/admin-dev"),
}
_NATIVE_SECONDS = 600.0
_STEPS = 10


@click.command()
@options()
def demo(**common: Any) -> None:
    """Deploy the app tier of dev on the local cloud, audited, from nothing. Leaves everything running.

    Starts the local cloud and bootstraps the account as its administrator. From then on every step acts in a session
    that a workflow job's token got: the landing zone under its execution role, plans under the plan role, the apply
    under the deploy build's role. Plans again, shows that a bare apply is refused, looks for drift, and verifies the
    ledger.
    """
    here = session(**common, target=Target.LOCAL)
    story = Story(here, _STEPS)
    _start_cloud(here, story)
    _bootstrap(here, story)
    with runtime(here, ENVIRONMENT, Authority.PLAN) as planner:
        _landing_zone(here, story, applying(planner, here, ENVIRONMENT, Authority.EXECUTION))
        deployer = applying(planner, here, ENVIRONMENT, Authority.DEPLOY)
        _app_tier(story, planner, deployer)
        _bare_apply(here, story, deployer)
        _drift(story, planner)
    _ledger(here, story)


def _start_cloud(here: Session, story: Story) -> None:
    with story.step("Local cloud, an AWS account for each environment") as outcome:
        outcome.append(acts.start_cloud(here))


def _bootstrap(here: Session, story: Story) -> None:
    with story.step(f"Bootstrap of {ENVIRONMENT}'s account: states and trust, alphaswarm bootstrap") as outcome:
        outcome.append(acts.bootstrap_account(here, ENVIRONMENT))


def _landing_zone(here: Session, story: Story, run: "TerraformRuntime") -> None:
    for title, root in LANDING_ZONE.items():
        directory = here.settings.root / root
        with story.step(f"{title}, native terraform apply as {_role(run)}") as outcome:
            terraform = _native(run)
            _require(_execute(terraform, here, directory, *INIT_ARGUMENTS), "init")
            done = _execute(terraform, here, directory, "apply", "-input=false", "-auto-approve", "-json")
            _require(done, "apply")
            outcome.append(_counts(here) or "applied")


def _role(run: "TerraformRuntime") -> str:
    return run.context.assumed.arn.rpartition("/")[2] if run.context.assumed else "the account's administrator"


def _app_tier(story: Story, planner: "TerraformRuntime", deployer: "TerraformRuntime") -> None:
    with story.step(f"App tier, alphaswarm deploy plan as {_role(planner)}") as outcome:
        outcome.append(headline(planner.plan(ENVIRONMENT).plan.summary()))
    with story.step(
        f"App tier, alphaswarm deploy up: plan, and apply of just that plan as {_role(deployer)}"
    ) as outcome:
        planned = planner.plan(ENVIRONMENT, exclusive=True)
        planner.context.observer.planned(planned.plan)
        if planned.plan.is_empty:
            outcome.append("it is up already")
        else:
            applied = deployer.apply(planned.run.id)
            outcome.append(f"run {applied.id} {applied.status}")
    with story.step("App tier, planned again") as outcome:
        again = planner.plan(ENVIRONMENT)
        if not again.plan.is_empty:
            raise StoryError("The second plan is not empty", why=headline(again.plan.summary()))
        outcome.append("no changes")


def _bare_apply(here: Session, story: Story, run: "TerraformRuntime") -> None:
    directory = here.settings.stack_path(here.settings.runtime_tree(), ENVIRONMENT)
    with story.step("A bare terraform apply of the app tier") as outcome:
        terraform = _native(run)
        _require(_execute(terraform, here, directory, *INIT_ARGUMENTS), "init")
        done = _execute(terraform, here, directory, "apply", "-input=false", "-auto-approve", "-json")
        if done.exit_code == 0 or not any(
            "run_id" in each.text or "alphaswarm deploy" in each.text for each in done.errors
        ):
            raise StoryError("The app tier let itself be applied without a run", fix="Look at the root module's run.tf")
        outcome.append("refused by the module itself")


def _drift(story: Story, run: "TerraformRuntime") -> None:
    with story.step("Drift, alphaswarm deploy drift") as outcome:
        found = run.refresh(ENVIRONMENT)
        outcome.append(f"{len(found.plan.drift)} changed outside Terraform")


def _ledger(here: Session, story: Story) -> None:
    with here.ledger() as ledger:
        with story.step("Ledger, alphaswarm ledger verify") as outcome:
            report = ledger.verify()
            if not report.ok:
                raise StoryError(
                    "The ledger does not verify", why=report.problems[0].what, fix="alphaswarm ledger verify"
                )
            outcome.append(f"{report.entries} entries and {report.runs} runs are whole")
        runs = ledger.runs(limit=10)
    head = f"{report.head_sequence}:{report.head_hash}"
    document = {"entries": report.entries, "runs": report.runs, "head": head}
    whole = f"The ledger of {report.runs} runs is verified; head {head[:24]}"
    text = "\n".join(["", table(RUN_HEADERS, [run_row(run) for run in runs]), "", _what_next(story), "", whole])
    here.output.result("demo/v1", document, text)


def _what_next(story: Story) -> str:
    return f"""Done in {story.seconds:.0f} s; everything is still running. To try next:
  source .venv/bin/activate
  alphaswarm deploy plan --env dev                     # nothing to do
  alphaswarm deploy up --env dev --var log_retention_days=14
  alphaswarm runs list                                 # and: runs show RUN, runs logs RUN
  alphaswarm deploy up --env staging --yes             # refused with exit 4: a person has to approve first
  alphaswarm halt on --reason drill                    # and: deploy up is refused until halt off
  alphaswarm ledger verify
  eval "$(alphaswarm local env --env dev --as deploy)" && terraform -chdir=terraform/environments/dev apply   # refused
  alphaswarm local down                                # ends it all"""


def _native(run: "TerraformRuntime") -> "NativeTerraform":
    from alphaswarm_core.terraform.engines.selection import select_engine
    from alphaswarm_core.terraform.execution import Supervisor
    from alphaswarm_core.terraform.native import NativeTerraform

    context = run.context
    return NativeTerraform(
        settings=context.settings,
        engine=select_engine(context.settings.terraform, os.environ),
        cloud=context.cloud,
        ambient=os.environ,
        supervisor=Supervisor(context.observer.event, lambda: None, context.stop),
    )


def _log(here: Session) -> Path:
    return here.settings.home_path / "runs" / "demo" / "native.log"


def _execute(terraform: "NativeTerraform", here: Session, directory: Path, *arguments: str) -> "Outcome":
    return terraform.run(directory, arguments, log=_log(here), timeout_seconds=_NATIVE_SECONDS)


def _require(outcome: "Outcome", step: str) -> None:
    from alphaswarm_core.terraform.failures import failure_of

    if outcome.exit_code != 0:
        raise failure_of(outcome, step=step, log=Path("native.log"))


def _counts(here: Session) -> str | None:
    """Terraform's own last sentence about what it did."""
    from alphaswarm_core.terraform.events import parse_event

    for line in reversed(_log(here).read_text("utf-8", "replace").splitlines()):
        event = parse_event(line)
        if event and event.kind == "change_summary" and event.message.startswith("Apply complete"):
            return event.message.removeprefix("Apply complete! ")
    return None
