"""Checks and statuses of commits."""

from datetime import datetime
from typing import Any

from alphaswarm_local.github.authority.permissions import read, write
from alphaswarm_local.github.rest.answers import Answer, Refusal, created, invalid, not_found, page
from alphaswarm_local.github.rest.routing import Call, endpoint
from alphaswarm_local.github.state.accounts import GITHUB_ACTIONS_APP_ID
from alphaswarm_local.github.state.repositories import CheckRun, CommitStatus
from alphaswarm_local.github.views.checks import check_document, status_document

_COMMIT = "/repos/{owner}/{repo}/commits/{ref}"
_STATES = ("queued", "in_progress", "completed")
_CONCLUSIONS = ("action_required", "cancelled", "failure", "neutral", "success", "skipped", "stale", "timed_out")
_LONGEST_DESCRIPTION = 140


@endpoint("GET", _COMMIT + "/check-runs", read("checks"), "Checks of a commit")
def commit_checks(call: Call) -> Answer:
    """Jobs' and apps'; by `check_name` and `status`."""
    sha = _sha(call, call.path["ref"])
    found = [
        check_document(call.hub, call.repository, each)
        for each in call.repository.check_runs.values()
        if each.head_sha == sha
        and call.query.get("check_name") in (None, each.name)
        and call.query.get("status") in (None, each.status)
    ]
    return page(found, call.query, call.url, key="check_runs")


@endpoint("POST", "/repos/{owner}/{repo}/check-runs", write("checks"), "Make a check")
def make_check(call: Call) -> Answer:
    """Apps and jobs only."""
    now = call.hub.store.now()
    check = CheckRun(
        id=call.hub.store.new_id("job"), name=call.body.text("name"), head_sha=_sha(call, call.body.text("head_sha")),
        app_id=_app(call), status="queued", started_at=now,
    )  # fmt: skip
    _change(call, check, now)
    with call.hub.store:
        call.repository.check_runs[check.id] = check
    return created(check_document(call.hub, call.repository, check))


@endpoint("GET", "/repos/{owner}/{repo}/check-runs/{check_id}", read("checks"), "A check")
def check(call: Call) -> Answer:
    """By id; a job's has the job's id."""
    return Answer(document=check_document(call.hub, call.repository, _check(call)))


@endpoint("PATCH", "/repos/{owner}/{repo}/check-runs/{check_id}", write("checks"), "Change a check")
def change_check(call: Call) -> Answer:
    """By the app that made it; the checks of jobs are the runner's alone."""
    found = _check(call)
    own = _app(call) == found.app_id and call.hub.store.job(call.repository, found.id) is None
    if not own:
        raise Refusal(403, "Invalid app_id `check_runs` can only be modified by the GitHub App that created them.")
    with call.hub.store:
        _change(call, found, call.hub.store.now())
    return Answer(document=check_document(call.hub, call.repository, found))


@endpoint("GET", "/repos/{owner}/{repo}/check-runs/{check_id}/annotations", read("checks"), "Annotations of a check")
def annotations(call: Call) -> Answer:
    """What steps and the runner noted."""
    found = _check(call)
    job = call.hub.store.job(call.repository, found.id)
    noted = job[1].annotations if job else found.output.get("annotations", [])
    return page(list(noted), call.query, call.url)


@endpoint("GET", _COMMIT + "/statuses", read("statuses"), "Statuses of a commit")
def statuses(call: Call) -> Answer:
    """The newest first."""
    return page([status_document(call.hub, call.repository, each) for each in _statuses(call)], call.query, call.url)


@endpoint("GET", _COMMIT + "/status", read("statuses"), "The combined status of a commit")
def combined(call: Call) -> Answer:
    """The worst of the latest of each context."""
    latest: dict[str, CommitStatus] = {}
    for each in _statuses(call):
        latest.setdefault(each.context, each)
    states = {each.state for each in latest.values()}
    bad = bool(states & {"failure", "error"})
    state = "failure" if bad else "success" if states == {"success"} else "pending"
    return Answer(
        document={
            "state": state,
            "sha": _sha(call, call.path["ref"]),
            "total_count": len(latest),
            "statuses": [status_document(call.hub, call.repository, each) for each in latest.values()],
        }
    )


@endpoint("POST", "/repos/{owner}/{repo}/statuses/{sha}", write("statuses"), "Set a status")
def set_status(call: Call) -> Answer:
    """Of a commit."""
    made = CommitStatus(
        id=call.hub.store.new_id("status"), sha=_sha(call, call.path["sha"]),
        state=call.body.one_of("state", "error", "failure", "pending", "success"),
        context=call.body.text("context", "default"),
        description=call.body.text("description", "", longest=_LONGEST_DESCRIPTION),
        target_url=call.body.text("target_url", ""), creator=call.account, created_at=call.hub.store.now(),
    )  # fmt: skip
    with call.hub.store:
        call.repository.statuses.append(made)
    return created(status_document(call.hub, call.repository, made))


def _statuses(call: Call) -> list[CommitStatus]:
    sha = _sha(call, call.path["ref"])
    return [each for each in reversed(call.repository.statuses) if each.sha == sha]


def _sha(call: Call, ref: str) -> str:
    found = call.hub.git(call.repository).resolve(ref)
    if found is None:
        raise invalid(f"No commit found for SHA: {ref[:80]}")
    return found


def _app(call: Call) -> int:
    if call.by.app is not None:
        return call.by.app.id
    if call.by.is_job:
        return GITHUB_ACTIONS_APP_ID
    raise Refusal(403, "You must authenticate via a GitHub App.")


def _check(call: Call) -> CheckRun:
    found = call.repository.check_runs.get(call.number("check_id"))
    if found is None:
        raise not_found()
    return found


def _change(call: Call, check: CheckRun, now: datetime) -> None:
    body = call.body
    if body.has("conclusion"):
        check.conclusion, check.status = body.one_of("conclusion", *_CONCLUSIONS), "completed"
        check.completed_at = now
    elif body.has("status"):
        check.status = body.one_of("status", *_STATES)
        if check.status == "completed":
            raise invalid(conclusion="a completed check has a conclusion")
    check.external_id = body.text("external_id", check.external_id)
    check.details_url = body.text("details_url", check.details_url)
    output: dict[str, Any] = body.table("output")
    check.output = output or check.output
