"""Runs: listed, looked at, cancelled, run again, removed."""

from collections.abc import Callable, Mapping
from http import HTTPStatus

from alphaswarm_local.github.authority.permissions import read, write
from alphaswarm_local.github.rest.answers import Answer, Refusal, created, no_content, not_found, page
from alphaswarm_local.github.rest.downloads import redirect
from alphaswarm_local.github.rest.routing import Call, endpoint
from alphaswarm_local.github.state.runs import Run
from alphaswarm_local.github.views.runs import run_document

_RUNS = "/repos/{owner}/{repo}/actions/runs"
_RUN = _RUNS + "/{run_id}"
_ACCEPTED = Answer(HTTPStatus.ACCEPTED, {})


@endpoint("GET", _RUNS, read("actions"), "Runs")
def runs(call: Call) -> Answer:
    """The newest first; by `actor`, `branch`, `event`, `status`, `head_sha`."""
    return listed_runs(call, lambda _: True)


@endpoint("GET", _RUN, read("actions"), "A run")
def run(call: Call) -> Answer:
    """In its latest attempt."""
    return Answer(document=run_document(call.hub, call.repository, run_of(call)))


@endpoint("GET", _RUN + "/attempts/{attempt}", read("actions"), "An attempt of a run")
def attempt(call: Call) -> Answer:
    """As it ended; the latest as it is."""
    found, number = run_of(call), call.number("attempt")
    if number == found.attempt:
        return run(call)
    if not 0 < number < found.attempt:
        raise not_found()
    return Answer(document=found.attempts[number - 1])


@endpoint("DELETE", _RUN, write("actions"), "Remove a run")
def remove(call: Call) -> Answer:
    """One that is over."""
    found = run_of(call)
    if found.status != "completed":
        raise Refusal(HTTPStatus.FORBIDDEN, "Could not delete the workflow run")
    with call.hub.store as records:
        del records.runs[found.id]
    return no_content()


@endpoint("POST", _RUN + "/cancel", write("actions"), "Cancel a run")
def cancel(call: Call) -> Answer:
    """Its steps are interrupted; `always()` still runs."""
    call.hub.launcher.cancel(run_of(call), call.account)
    return _ACCEPTED


@endpoint("POST", _RUN + "/rerun", write("actions"), "Run all jobs again")
def rerun(call: Call) -> Answer:
    """With the same commit and the first actor."""
    call.hub.launcher.rerun(run_of(call), call.account, keep=frozenset())
    return created({})


@endpoint("POST", _RUN + "/rerun-failed-jobs", write("actions"), "Run failed jobs again")
def rerun_failed(call: Call) -> Answer:
    """And those that need them."""
    found = run_of(call)
    keep = frozenset(key for key, (result, _) in found.finished.items() if result == "success")
    call.hub.launcher.rerun(found, call.account, keep=keep)
    return created({})


@endpoint("GET", _RUN + "/logs", read("actions"), "The logs of a run")
def logs(call: Call) -> Answer:
    """A redirect to a zip archive, whose address is good for a minute."""
    return redirect(call, f"runs/{run_of(call).id}")


@endpoint("GET", _RUN + "/timing", read("actions"), "How long a run took")
def timing(call: Call) -> Answer:
    """In milliseconds."""
    found = run_of(call)
    return Answer(
        document={
            "billable": {},
            "run_duration_ms": int((found.updated_at - found.attempt_started_at).total_seconds() * 1000),
        }
    )


def run_of(call: Call) -> Run:
    """The run that the path names.

    Raises:
        Refusal: 404: there is none in this repository.
    """
    found = call.hub.store.records.runs.get(call.number("run_id"))
    if found is None or found.repository != call.repository.id:
        raise not_found()
    return found


def listed_runs(call: Call, wanted: Callable[[Run], bool]) -> Answer:
    """A page of runs, by the query and by `wanted`."""
    query = call.query
    found = [each for each in call.hub.store.runs_of(call.repository) if wanted(each) and _fits(each, query)]
    answer = page(found, query, call.url, key="workflow_runs")
    shown = [run_document(call.hub, call.repository, each) for each in answer.document["workflow_runs"]]
    return Answer(answer.status, {**answer.document, "workflow_runs": shown}, answer.headers)


def _fits(run: Run, asked: Mapping[str, str]) -> bool:
    facts = {
        "actor": run.actor.login,
        "branch": run.head_branch,
        "event": run.event,
        "head_sha": run.head_sha,
    }
    same = all(facts[name] == value for name, value in asked.items() if name in facts)
    return same and asked.get("status") in (None, "", run.status, run.conclusion)
