"""Workflows, and the two dispatches that start them. Both take data from outside: every field is checked."""

import json
from collections.abc import Mapping
from http import HTTPStatus

from alphaswarm_local.actions.errors import InputRefusedError
from alphaswarm_local.actions.workflow.inputs import MOST_DISPATCH_INPUTS, dispatch_inputs
from alphaswarm_local.github.authority.permissions import read, write
from alphaswarm_local.github.events import firing
from alphaswarm_local.github.events.starting import read_workflow, workflow_files
from alphaswarm_local.github.rest.answers import Answer, Refusal, invalid, no_content, not_found, page
from alphaswarm_local.github.rest.endpoints.runs import listed_runs
from alphaswarm_local.github.rest.routing import Call, endpoint
from alphaswarm_local.github.views.runs import workflow_document, workflow_id

LONGEST_EVENT_TYPE = 100
MOST_PAYLOAD_KEYS = 10
LONGEST_PAYLOAD = 65_535
_WORKFLOWS = "/repos/{owner}/{repo}/actions/workflows"


@endpoint("POST", "/repos/{owner}/{repo}/dispatches", write("contents"), "Send a repository_dispatch")
def repository_dispatch(call: Call) -> Answer:
    """At most ten keys and 65,535 characters; runs on the default branch."""
    event_type = call.body.text("event_type", longest=LONGEST_EVENT_TYPE)
    payload = call.body.table("client_payload")
    if not event_type:
        raise invalid(event_type="event_type is empty")
    if len(payload) > MOST_PAYLOAD_KEYS:
        raise invalid(_too_many(MOST_PAYLOAD_KEYS, payload))
    if len(json.dumps(payload)) > LONGEST_PAYLOAD:
        raise invalid(client_payload="client_payload is too large.")
    firing.repository_dispatch(call.hub, call.repository, call.by, event_type, payload)
    return no_content()


@endpoint("GET", _WORKFLOWS, read("actions"), "Workflows")
def workflows(call: Call) -> Answer:
    """Those of the default branch."""
    found = [workflow_document(call.hub, call.repository, path, _name(call, path)) for path in _paths(call)]
    return page(found, call.query, call.url, key="workflows")


@endpoint("GET", _WORKFLOWS + "/{workflow}", read("actions"), "A workflow")
def workflow(call: Call) -> Answer:
    """By number or file name."""
    path = _path(call)
    return Answer(document=workflow_document(call.hub, call.repository, path, _name(call, path)))


@endpoint("GET", _WORKFLOWS + "/{workflow}/runs", read("actions"), "Runs of a workflow")
def workflow_runs(call: Call) -> Answer:
    """As the list of all runs."""
    path = _path(call)
    return listed_runs(call, lambda run: run.workflow_path == path)


@endpoint("POST", _WORKFLOWS + "/{workflow}/dispatches", write("actions"), "Start a workflow by hand")
def workflow_dispatch(call: Call) -> Answer:
    """On a branch or tag; the inputs are held to what the workflow there declares."""
    path, wanted = _path(call), call.body.text("ref")
    inputs = call.body.table("inputs")
    git = call.hub.git(call.repository)
    full = (
        [wanted]
        if wanted.startswith(("refs/heads/", "refs/tags/"))
        else [f"refs/heads/{wanted}", f"refs/tags/{wanted}"]
    )
    ref = next((each for each in full if git.resolve(each)), None)
    sha = git.resolve(ref) if ref else None
    if ref is None or sha is None:
        raise invalid(f"No ref found for: {wanted[:80]}")
    if len(inputs) > MOST_DISPATCH_INPUTS:
        raise invalid(_too_many(MOST_DISPATCH_INPUTS, inputs))
    found = read_workflow(call.hub, call.repository, sha, path)
    if found is None or "workflow_dispatch" not in found.triggers.events:
        raise invalid("Workflow does not have 'workflow_dispatch' trigger")
    try:
        typed = dispatch_inputs(found.triggers.dispatch_inputs, inputs)
    except InputRefusedError as problem:
        raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, problem.what) from problem
    runs = firing.workflow_dispatch(call.hub, call.repository, call.by, path, on=(ref, sha), inputs=typed)
    if not call.body.flag("return_run_details") or not runs:
        return no_content()
    run = runs[0]
    document = {
        "workflow_run_id": run.id,
        "run_url": f"{call.hub.addresses.repository(call.repository)}/actions/runs/{run.id}",
        "html_url": call.hub.addresses.run(call.repository, run),
    }
    return Answer(document=document)


def _too_many(most: int, given: Mapping[str, object]) -> str:
    return f"Invalid request.\n\nNo more than {most} properties are allowed; {len(given)} were supplied."


def _paths(call: Call) -> list[str]:
    """Of the default branch, and of runs: a workflow that ran once stays known."""
    sha = call.hub.git(call.repository).resolve(f"refs/heads/{call.repository.default_branch}")
    files = workflow_files(call.hub, call.repository, sha) if sha else []
    ran = [run.workflow_path for run in call.hub.store.runs_of(call.repository)]
    return list(dict.fromkeys([*files, *sorted(ran)]))


def _path(call: Call) -> str:
    named = call.path["workflow"]
    for path in _paths(call):
        if named in {path.rpartition("/")[2], str(workflow_id(call.repository, path)), path}:
            return path
    raise not_found()


def _name(call: Call, path: str) -> str:
    sha = call.hub.git(call.repository).resolve(f"refs/heads/{call.repository.default_branch}")
    found = read_workflow(call.hub, call.repository, sha, path) if sha else None
    return found.name if found else path
