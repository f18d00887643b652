"""`alphaswarm pipeline`: the delivery's workflows, drawn and rehearsed on the local cloud's GitHub."""

import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alphaswarm.composition import Session, is_terminal, options, session
from alphaswarm.output import table
from alphaswarm_core.errors import AlphaSwarmError, ExitCode, UsageError

if TYPE_CHECKING:
    from alphaswarm.hosted_github import HostedGithub, RunState

FILE = click.Path(path_type=Path)
EVENTS = ("push", "pull_request", "workflow_dispatch", "repository_dispatch", "schedule")
AUTHOR, REVIEWER, OUTSIDER = "ada-author", "rita-reviewer", "olga-outside"
_POLL_SECONDS = 0.3
_REPOSITORY = click.option(
    "--repo", "repository", default="platform", show_default=True, metavar="NAME",
    help="Which repository of alphaswarm.toml, by its short name.",
)  # fmt: skip
_RUN = click.argument("run_id", metavar="RUN", type=click.IntRange(1))


class NothingStartedError(AlphaSwarmError):
    """The event happened, and no workflow listens to it."""

    code = "AS-PIP-001"
    summary = "The event started no workflow"


@click.group()
def pipeline() -> None:
    """Draw and rehearse the workflows of this repository."""


@pipeline.command()
@click.argument("file", type=FILE)
@options()
def graph(file: Path, **common: Any) -> None:
    """Draw a workflow file as a Mermaid flowchart: jobs, permissions, environments, called workflows."""
    from alphaswarm_local.actions.drawing.mermaid import described, mermaid
    from alphaswarm_local.actions.drawing.reading import read_drawable

    here = session(**common)
    drawable = read_drawable(file)
    picture = mermaid(drawable)
    document = {"file": str(file), "name": drawable.workflow.name, "jobs": described(drawable), "mermaid": picture}
    here.output.result("pipeline-graph/v1", document, picture.rstrip("\n"))


@pipeline.command()
@click.argument("event", type=click.Choice(EVENTS))
@click.option("--ref", metavar="REF", help="The branch or tag, of the checkout (default: the one that it is on).")
@click.option("--workflow", metavar="FILE", help="workflow_dispatch: the file (default: terraform-pipeline.yml).")
@click.option("--input", "inputs", multiple=True, metavar="KEY=VALUE", help="workflow_dispatch: an input.")
@click.option("--type", "kind", metavar="TYPE", help="repository_dispatch: its type, such as admin-image-published.")
@click.option("--payload", metavar="JSON", help="repository_dispatch: its client payload, or @FILE.")
@click.option("--pr", "number", type=click.IntRange(1), metavar="N", help="push: merge this pull request.")
@click.option("--base", metavar="BRANCH", help="pull_request: where it goes to (default: the default branch).")
@click.option("--fork", is_flag=True, help="pull_request: from a fork, by somebody without a role.")
@click.option("--as", "person", metavar="PERSON", help="Who does it (default: ada-author; from a fork olga-outside).")
@click.option("--wait/--no-wait", default=True, help="Follow the runs to their end (default), or only start them.")
@_REPOSITORY
@options()
def run(event: str, person: str | None, repository: str, *, fork: bool, wait: bool, **rest: Any) -> int:
    """Let an event happen at the local GitHub, and follow the runs that it starts.

    push and pull_request bring the commits of the checkout's branch there. Exits with 0 when all runs succeeded, 1
    when one did not, 4 when they wait for a reviewer.
    """
    said = {name: rest.pop(name) for name in ("ref", "workflow", "inputs", "kind", "payload", "number", "base")}
    _check(event, {**said, "fork": fork})
    here = session(**rest)
    github = _github(here, repository, person or (OUTSIDER if fork else AUTHOR))
    before = github.newest_run()
    _fire(github, event, said, fork=fork)
    started = github.runs_after(before)
    if not started:
        raise NothingStartedError(
            f"No workflow of {github.repository} listens to this {event}",
            why="no file there has the event in `on:` with filters that fit",
            fix="alphaswarm pipeline graph FILE shows a workflow; alphaswarm pipeline list shows what ran",
        )
    return _followed(here, github, started, wait=wait)


@pipeline.command(name="list")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 100), help="How many at the most.")
@_REPOSITORY
@options()
def list_runs(limit: int, repository: str, **common: Any) -> None:
    """List the runs of the local GitHub, the newest first."""
    from alphaswarm.pipeline_text import RUN_HEADERS, run_row

    here = session(**common)
    found = _github(here, repository, AUTHOR).runs(limit)
    text = table(RUN_HEADERS, [run_row(each) for each in found]) or "No runs."
    here.output.result("pipeline-runs/v1", {"runs": found}, text)


@pipeline.command()
@_RUN
@click.option("--wait/--no-wait", default=True, help="Follow it to its end (default), or show it as it is.")
@_REPOSITORY
@options()
def watch(run_id: int, repository: str, *, wait: bool, **common: Any) -> int:
    """Follow a run; exits like `run`."""
    here = session(**common)
    return _followed(here, _github(here, repository, AUTHOR), [run_id], wait=wait)


@pipeline.command()
@_RUN
@click.option("--job", metavar="NAME", help="Of one job.")
@_REPOSITORY
@options()
def logs(run_id: int, job: str | None, repository: str, **common: Any) -> None:
    """Print what the jobs of a run wrote."""
    from alphaswarm.pipeline_text import shown

    here = session(**common)
    github = _github(here, repository, AUTHOR)
    jobs = [each for each in github.state(run_id).jobs if job in (None, each["name"])]
    if not jobs:
        raise UsageError(f"Run {run_id} has no job {job!r}" if job else f"Run {run_id} has no jobs yet")
    told = [{"job": each["name"], "lines": github.log(each["id"]).splitlines()} for each in jobs]
    text = "\n".join(f"{shown(each['job'])} | {shown(line)}" for each in told for line in each["lines"])
    here.output.result("pipeline-log/v1", {"run": run_id, "jobs": told}, text)


@pipeline.command()
@_RUN
@click.option("--env", "environment", metavar="ENV", help="Only this environment (default: all that wait).")
@click.option("--as", "person", default=REVIEWER, show_default=True, metavar="PERSON", help="Who says it.")
@click.option("--reject", is_flag=True, help="Say no: the jobs that wait fail.")
@click.option("--comment", default="", help="Why.")
@_REPOSITORY
@options()
def approve(
    run_id: int, environment: str | None, person: str, repository: str, *, reject: bool, comment: str, **common: Any
) -> None:
    """Let in, as a reviewer, what waits for an environment of the local GitHub.

    GitHub asks one reviewer; two pairs of eyes are the gate's to count: alphaswarm gate.
    """
    here = session(**common)
    state = "rejected" if reject else "approved"
    names = _github(here, repository, person).review(run_id, state, comment, environment)
    document = {"run": run_id, "state": state, "environments": names, "by": person}
    here.output.result("pipeline-review/v1", document, f"{person} {state} {', '.join(names)} for run {run_id}")


def _github(here: Session, repository: str, person: str) -> "HostedGithub":
    from alphaswarm.hosted_github import HostedGithub
    from alphaswarm_core.local_address import read_local_address

    declared = here.settings.github.repositories
    if repository not in declared:
        raise UsageError(f"There is no repository {repository!r}", fix=f"One of: {', '.join(declared)}")
    return HostedGithub(read_local_address(here.settings.home_path), declared[repository].name, person)


_TAKES = {
    "push": {"ref", "number"},
    "pull_request": {"ref", "base", "fork"},
    "workflow_dispatch": {"ref", "workflow", "inputs"},
    "repository_dispatch": {"kind", "payload"},
    "schedule": set[str](),
}
_SPELLED = {"inputs": "--input", "kind": "--type", "number": "--pr"}


def _check(event: str, said: Mapping[str, object]) -> None:
    """Refuse what the event does not take: an option that does nothing would be a surprise."""
    for name, value in said.items():
        if value and name not in _TAKES[event]:
            raise UsageError(f"{event} does not take {_SPELLED.get(name, f'--{name}')}")
    if event == "repository_dispatch" and not said["kind"]:
        raise UsageError("A repository_dispatch has a type", fix="Give it: --type admin-image-published")


def _fire(github: "HostedGithub", event: str, said: Mapping[str, Any], *, fork: bool) -> None:
    match event:
        case "push" if said["number"]:
            github.merge(said["number"])
        case "push":
            github.push(said["ref"])
        case "pull_request":
            github.pull_request(said["ref"], said["base"], fork=fork)
        case "workflow_dispatch":
            workflow = said["workflow"] or "terraform-pipeline.yml"
            github.dispatch_workflow(workflow, said["ref"], _pairs(said["inputs"]))
        case "repository_dispatch":
            github.dispatch_repository(said["kind"], _payload(said["payload"]))
        case _:
            github.schedule()


def _pairs(given: Sequence[str]) -> dict[str, str]:
    pairs = [each.partition("=") for each in given]
    if wrong := [name for name, equals, _ in pairs if not name or not equals]:
        raise UsageError(f"{wrong[0]!r} is no input", fix="Write --input KEY=VALUE")
    return {name: value for name, _, value in pairs}


def _payload(given: str | None) -> Mapping[str, Any]:
    if not given:
        return {}
    try:
        text = Path(given[1:]).read_text("utf-8") if given.startswith("@") else given
        document = json.loads(text)
    except (OSError, ValueError) as problem:
        raise UsageError("The payload is no JSON", why=str(problem)) from problem
    if not isinstance(document, dict):
        raise UsageError("The payload has to be a JSON object")
    return document


def _followed(here: Session, github: "HostedGithub", numbers: Sequence[int], *, wait: bool) -> int:
    """Show runs until they are over or wait for people; the exit code."""
    from alphaswarm.pipeline_text import ChangeLines, LiveTree, tree

    live = is_terminal() and not here.output.as_json
    view = LiveTree() if live else ChangeLines()
    while True:
        states = [github.state(number) for number in numbers]
        view.show(states)
        open_ = [each for each in states if not each.ended]
        if not wait or not open_ or all(each.waiting for each in open_):
            break
        time.sleep(_POLL_SECONDS)
    document = {"runs": [{**each.run, "jobs": list(each.jobs), "waiting_for": list(each.waiting)} for each in states]}
    here.output.result("pipeline-run/v1", document, "" if live else "\n".join(tree(states)))
    for each in states:
        for name in each.waiting:
            here.output.narrate(f"To let it in: alphaswarm pipeline approve {each.id} --env {name} --as {REVIEWER}")
    return _exit_code(states) if wait else ExitCode.DONE


def _exit_code(states: "Sequence[RunState]") -> int:
    if any(each.ended and not each.succeeded for each in states):
        return ExitCode.FAILED
    return ExitCode.DONE if all(each.ended for each in states) else ExitCode.APPROVAL_MISSING
