"""`alphaswarm plan-comment`: a plan as one comment on its pull request, and as the job's summary."""

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from alphaswarm.commands.policy import read_plan_document
from alphaswarm.composition import Session, options, session
from alphaswarm_core.errors import UsageError

if TYPE_CHECKING:
    from alphaswarm_core.delivery.plan_comment import PlanNews

_REPOSITORY = re.compile(r"^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$")


@click.command(name="plan-comment")
@click.argument("plan", metavar="PLAN.json", type=click.Path(path_type=Path))
@click.option("--env", "environment", required=True, metavar="ENV", help="Where it would be applied.")
@click.option("--tree", metavar="TREE", help="Which tree the plan is of (default: the app tier).")
@click.option("--pr", "number", type=click.IntRange(min=1), help="The pull request to comment on (needs GITHUB_TOKEN).")
@click.option(
    "--redacted",
    type=click.Path(path_type=Path),
    help="Also write what is shown, without any sensitive value, as PLAN.json for another job.",
)
@click.option("--summary", is_flag=True, help="Append it to the job's summary ($GITHUB_STEP_SUMMARY).")
@options()
def plan_comment(
    plan: Path, environment: str, tree: str | None, number: int | None, redacted: Path | None, **rest: Any
) -> None:
    """Render a plan for people: counts first, losses loudest, no sensitive value, never longer than GitHub takes.

    PLAN.json is what `terraform show -json` or `alphaswarm deploy plan --json` printed. Without --pr the comment goes
    to standard output. The comment of the same stack is written over in place.
    """
    from alphaswarm_core.delivery.plan_comment import render_comment, render_summary

    summary = rest.pop("summary")
    here = session(**rest)
    here.settings.environment(environment)
    tree = tree or here.settings.runtime_tree()
    if tree not in here.settings.trees:
        raise UsageError(f"There is no tree '{tree}'", fix=f"One of: {', '.join(here.settings.trees)}")
    news = _news(here, read_plan_document(plan), tree, environment)
    if redacted:
        _write_redacted(redacted, news)
    if summary:
        _append_summary(render_summary(news))
    place = _comment(number, news) if number else None
    text = render_comment(news)
    here.output.result("plan-comment/v1", {"comment": place, "body": text}, f"Comment: {place}" if place else text)


def _news(here: Session, document: dict[str, Any], tree: str, environment: str) -> "PlanNews":
    from alphaswarm_core.delivery.plan_comment import PlanNews
    from alphaswarm_core.terraform.plan import parse_plan
    from alphaswarm_core.terraform.policing import judge

    if document.get("schema") == "alphaswarm/plan/v1":
        _check_handed_on(document)
        run = document["run"] or {}
        return PlanNews(
            stack=f"{tree}/{environment}",
            summary=document["summary"],
            changes=document["changes"],
            policy=document["policy"],
            run_id=run.get("id"),
            run_url=_run_url(),
            commit=run.get("commit") or os.environ.get("GITHUB_SHA"),
        )
    plan = parse_plan(document)
    changes = [
        {
            "address": each.address,
            "action": each.action.value,
            "reason": each.reason,
            "before": each.before,
            "after": each.after,
        }
        for each in plan.changes
    ]
    verdict = judge(here.settings, tree, environment, document).as_document()
    return PlanNews(
        stack=f"{tree}/{environment}",
        summary=plan.summary(),
        changes=changes,
        policy=verdict,
        run_url=_run_url(),
        commit=os.environ.get("GITHUB_SHA"),
    )


def _check_handed_on(document: dict[str, Any]) -> None:
    """What another job handed on: a pull request's own code wrote it.

    Raises:
        UsageError: it is not what `--redacted` or `deploy plan --json` writes.
    """
    forms = {"run": dict | None, "summary": dict, "changes": list, "policy": dict | None}
    wrong = [name for name, form in forms.items() if name not in document or not isinstance(document[name], form)]
    if not wrong and not all(_is_change(each) for each in document["changes"]):
        wrong = ["changes"]
    if wrong:
        raise UsageError(
            f"The plan's {', '.join(wrong)} cannot be read", fix="alphaswarm deploy plan --json > PLAN.json"
        )


def _is_change(each: object) -> bool:
    return isinstance(each, dict) and all(isinstance(each.get(name), str) for name in ("address", "action"))


def _write_redacted(path: Path, news: "PlanNews") -> None:
    document = {
        "schema": "alphaswarm/plan/v1",
        "run": None,
        "summary": news.summary,
        "changes": list(news.changes),
        "policy": news.policy,
    }
    path.write_text(json.dumps(document, default=str), encoding="utf-8")


def _comment(number: int, news: "PlanNews") -> str:
    from alphaswarm_core.adapters.github import GithubClient, api_url, environment_token
    from alphaswarm_core.delivery.commenting import comment_on

    repository = os.environ.get("GITHUB_REPOSITORY", "")
    if not _REPOSITORY.match(repository):
        raise UsageError("GITHUB_REPOSITORY does not name a repository", fix="Comments are written by workflow jobs")
    with GithubClient(environment_token(os.environ), api_url=api_url(os.environ)) as client:
        return comment_on(client, repository, number, news)


def _append_summary(text: str) -> None:
    place = os.environ.get("GITHUB_STEP_SUMMARY")
    if not place:
        raise UsageError("There is no job summary", why="GITHUB_STEP_SUMMARY is not set", fix="Leave --summary out")
    with Path(place).open("a", encoding="utf-8") as file:
        file.write(text + "\n")


def _run_url() -> str | None:
    """The workflow run's page, from the variables of the job."""
    parts = [os.environ.get(name) for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")]
    return f"{parts[0]}/{parts[1]}/actions/runs/{parts[2]}" if all(parts) else None
