"""`alphaswarm rehearse`: the whole way of a delivery on the local cloud, as it goes on AWS, act by act.

A story is a list of acts. What a new story needs is appended as an act of its own; each says what came out, or fails.
"""

from typing import Any

import click

from alphaswarm import acts
from alphaswarm.composition import Session, options, session
from alphaswarm.output import table
from alphaswarm.story import Act, StoryError, tell
from alphaswarm_core.ledger.records import Run, RunKind, RunStatus
from alphaswarm_core.target import Target

ENVIRONMENT = "dev"
_HEADERS = ("RUN", "KIND", "STATUS", "EXECUTOR", "ROLE", "SESSION", "WHO")
_SHOWN_RUNS = 6
_SHOWN_SESSION = 21


@click.command()
@options()
def rehearse(**common: Any) -> None:
    """Rehearse a delivery to dev as it goes on AWS, on the local cloud, from nothing. Leaves everything running.

    The account's bootstrap and the landing zone by native Terraform, the wheels of this commit in the private index,
    the app tier deployed by a build that installed them, its rows on PostgreSQL, and second plans of both trees without
    a change. Takes a few minutes.
    """
    here = session(**common, target=Target.LOCAL, executor="codebuild")
    story = tell(here, ACTS)
    _show(here, story.seconds)


def _start_cloud(here: Session) -> str:
    return acts.start_cloud(here)


def _bootstrap(here: Session) -> str:
    return acts.bootstrap_account(here, ENVIRONMENT)


def _landing_zone(here: Session) -> str:
    return acts.apply_landing_zone(here, ENVIRONMENT)


def _ledger(here: Session) -> str:
    from alphaswarm.commands.ledger import provisioned

    return f"roles {', '.join(provisioned(here, ENVIRONMENT)['roles'])}"


def _publish(here: Session) -> str:
    from alphaswarm.codebuild_executor import commit_to_build
    from alphaswarm.commands.index import published

    wheels = published(here, ENVIRONMENT, commit=commit_to_build(here, None))
    return ", ".join(f"{each['package']} {each['version']}" for each in wheels)


def _deploy(here: Session) -> str:
    result = _in_build(here, "up")
    return f"{result['plan_summary']}; run {result['run_id']} {result['run_status']} in {result['build_id']}"


def _plan_again(here: Session) -> str:
    """Both trees, each by who applies it."""
    from alphaswarm.commands.bootstrap import pending

    found = {"bootstrap": pending(here, ENVIRONMENT), **acts.landing_zone_changes(here, ENVIRONMENT)}
    for name, changes in found.items():
        if changes:
            raise StoryError(f"The second plan of infrastructure, {name}, is not empty", why=changes)
    result = _in_build(here, "plan")
    if result["run_status"] != str(RunStatus.completed):
        raise StoryError("The second plan of the app tier is not empty", why=str(result["plan_summary"]))
    return f"no changes in {', '.join(found)} and the app tier"


def _overrides(here: Session) -> str:
    """What a leaked session of the apply role could try: its own commands in the build, and its own index."""
    from alphaswarm.attempts import try_overrides

    return f"AWS refuses {', '.join(try_overrides(here, ENVIRONMENT))}"


def _verify(here: Session) -> str:
    runs, report = _read_ledger(here)
    applied = next((each for each in runs if each.run_kind is RunKind.apply), None)
    if applied is None:
        raise StoryError("There is no row of the apply on PostgreSQL")
    missing = [
        name for name in ("build_arn", "role", "session_name", "commit", "plan_digest") if not getattr(applied, name)
    ]
    if applied.executor != "codebuild" or missing:
        raise StoryError(f"The row {applied.id} does not say which build wrote it", why=f"without {missing}")
    if not report.ok:
        raise StoryError("The ledger does not verify", why=report.problems[0].what)
    return f"{report.entries} entries and {report.runs} runs are whole"


ACTS: tuple[Act, ...] = (
    Act("Local cloud, an AWS account for each environment", _start_cloud),
    Act("Account of dev, alphaswarm bootstrap: states and trust", _bootstrap),
    Act("Landing zone of dev, native Terraform as AqpTerraformExecutionRole", _landing_zone),
    Act("Ledger on PostgreSQL, alphaswarm ledger provision", _ledger),
    Act("Private package index, alphaswarm index publish", _publish),
    Act("App tier, alphaswarm deploy up --executor codebuild", _deploy),
    Act("Builds with other commands, variables or sources", _overrides),
    Act("Both trees, planned again", _plan_again),
    Act("Rows that the builds wrote, alphaswarm ledger verify", _verify),
)


def _in_build(here: Session, action: str) -> dict[str, object]:
    from alphaswarm.codebuild_executor import Asked, execute
    from alphaswarm_core.delivery.orders import Action

    return execute(here, Asked(ENVIRONMENT, Action(action))).document()


def _read_ledger(here: Session) -> tuple[list[Run], Any]:
    """The rows and the verification, read as the database's owner: the runtime's password is the build's alone."""
    from alphaswarm.ledger_database import owner_address
    from alphaswarm_core.ledger.store import Ledger

    with Ledger.open(owner_address(here, ENVIRONMENT), create=False) as ledger:
        return ledger.runs(limit=_SHOWN_RUNS), ledger.verify()


def _show(here: Session, seconds: float) -> None:
    runs, report = _read_ledger(here)
    head = f"{report.head_sequence}:{report.head_hash}"
    rows = [_row(each) for each in runs]
    document = {
        "seconds": round(seconds, 1),
        "entries": report.entries,
        "head": head,
        "runs": [dict(zip(map(str.lower, _HEADERS), row, strict=True)) for row in rows],
    }
    text = f"\n{table(_HEADERS, rows)}\n\nRehearsed in {seconds:.0f} s; everything is still running. Head {head[:24]}"
    here.output.result("rehearsal/v1", document, text)


def _row(run: Run) -> tuple[str, ...]:
    role, session_name = (run.role or "").rpartition("/")[2], (run.session_name or "")[:_SHOWN_SESSION]
    done_by = (run.executor, role, session_name, run.actor.display_name)
    return (run.id[:13], str(run.run_kind), run.status.replace("_", " "), *done_by)
