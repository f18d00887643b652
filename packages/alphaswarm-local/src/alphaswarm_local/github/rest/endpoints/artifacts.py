"""Artifacts of runs."""

from http import HTTPStatus

from alphaswarm_local.github.authority.permissions import read, write
from alphaswarm_local.github.rest.answers import Answer, Refusal, no_content, not_found, page
from alphaswarm_local.github.rest.downloads import redirect
from alphaswarm_local.github.rest.endpoints.runs import run_of
from alphaswarm_local.github.rest.routing import Call, endpoint
from alphaswarm_local.github.state.runs import Artifact, Run
from alphaswarm_local.github.views.runs import artifact_document

_ARTIFACTS = "/repos/{owner}/{repo}/actions/artifacts"


@endpoint("GET", _ARTIFACTS, read("actions"), "Artifacts of a repository")
def artifacts(call: Call) -> Answer:
    """The newest first; by `name`."""
    return _listed(call, None)


@endpoint("GET", "/repos/{owner}/{repo}/actions/runs/{run_id}/artifacts", read("actions"), "Artifacts of a run")
def run_artifacts(call: Call) -> Answer:
    """The newest first; by `name`."""
    return _listed(call, run_of(call).id)


@endpoint("GET", _ARTIFACTS + "/{artifact_id}", read("actions"), "An artifact")
def artifact(call: Call) -> Answer:
    """With its digest."""
    run, found = _artifact(call)
    return Answer(document=artifact_document(call.hub, call.repository, run, found))


@endpoint("GET", _ARTIFACTS + "/{artifact_id}/zip", read("actions"), "The bytes of an artifact")
def download(call: Call) -> Answer:
    """A redirect, whose address is good for a minute; not for anonymous callers."""
    if call.by.account is None:
        raise Refusal(HTTPStatus.UNAUTHORIZED, "Requires authentication")
    _, found = _artifact(call)
    if found.expires_at <= call.hub.store.now():
        raise Refusal(HTTPStatus.GONE, "Artifact has expired")
    return redirect(call, f"artifacts/{found.id}")


@endpoint("DELETE", _ARTIFACTS + "/{artifact_id}", write("actions"), "Remove an artifact")
def remove(call: Call) -> Answer:
    """By id."""
    _, found = _artifact(call)
    with call.hub.store as records:
        del records.artifacts[found.id]
    return no_content()


def _listed(call: Call, run_id: int | None) -> Answer:
    with call.hub.store as records:
        found = [
            (records.runs[each.run_id], each)
            for each in sorted(records.artifacts.values(), key=lambda each: each.id, reverse=True)
            if run_id in (None, each.run_id)
            and each.run_id in records.runs
            and records.runs[each.run_id].repository == call.repository.id
            and call.query.get("name") in (None, each.name)
        ]
    documents = [artifact_document(call.hub, call.repository, run, each) for run, each in found]
    return page(documents, call.query, call.url, key="artifacts")


def _artifact(call: Call) -> tuple[Run, Artifact]:
    with call.hub.store as records:
        found = records.artifacts.get(call.number("artifact_id"))
        run = records.runs.get(found.run_id) if found else None
    if found is None or run is None or run.repository != call.repository.id:
        raise not_found()
    return run, found
