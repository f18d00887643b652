"""Jobs of runs, and their logs."""

from alphaswarm_local.github.authority.permissions import read, write
from alphaswarm_local.github.rest.answers import Answer, created, not_found, page
from alphaswarm_local.github.rest.downloads import redirect
from alphaswarm_local.github.rest.endpoints.runs import run_of
from alphaswarm_local.github.rest.routing import Call, endpoint
from alphaswarm_local.github.state.runs import Job, Run
from alphaswarm_local.github.views.runs import job_document

_RUN = "/repos/{owner}/{repo}/actions/runs/{run_id}"
_JOB = "/repos/{owner}/{repo}/actions/jobs/{job_id}"


@endpoint("GET", _RUN + "/jobs", read("actions"), "Jobs of a run")
def jobs(call: Call) -> Answer:
    """Of the latest attempt, or `filter=all`. Jobs that need others are told once those are done."""
    run = run_of(call)
    with call.hub.store:
        found = list(run.jobs.values()) if call.query.get("filter") == "all" else run.latest_jobs()
    return page(
        [job_document(call.hub, call.repository, run, each) for each in found], call.query, call.url, key="jobs"
    )


@endpoint("GET", _RUN + "/attempts/{attempt}/jobs", read("actions"), "Jobs of an attempt")
def attempt_jobs(call: Call) -> Answer:
    """Of that attempt."""
    run, number = run_of(call), call.number("attempt")
    with call.hub.store:
        found = [each for each in run.jobs.values() if each.attempt == number]
    if not 0 < number <= run.attempt:
        raise not_found()
    return page(
        [job_document(call.hub, call.repository, run, each) for each in found], call.query, call.url, key="jobs"
    )


@endpoint("GET", _JOB, read("actions"), "A job")
def job(call: Call) -> Answer:
    """With its steps."""
    run, found = _job(call)
    return Answer(document=job_document(call.hub, call.repository, run, found))


@endpoint("GET", _JOB + "/logs", read("actions"), "The log of a job")
def logs(call: Call) -> Answer:
    """A redirect to a text, whose address is good for a minute."""
    return redirect(call, f"jobs/{_job(call)[1].id}")


@endpoint("POST", _JOB + "/rerun", write("actions"), "Run a job again")
def rerun(call: Call) -> Answer:
    """And those that need it: whatever did not succeed is run again with it."""
    run, found = _job(call)
    keep = frozenset(key for key, (result, _) in run.finished.items() if result == "success" and key != found.key)
    call.hub.launcher.rerun(run, call.account, keep=keep)
    return created({})


def _job(call: Call) -> tuple[Run, Job]:
    with call.hub.store:
        found = call.hub.store.job(call.repository, call.number("job_id"))
    if found is None:
        raise not_found()
    return found
