"""Deployments and their statuses."""

from alphaswarm_local.github.authority.permissions import read, write
from alphaswarm_local.github.rest.answers import Answer, created, invalid, not_found, page
from alphaswarm_local.github.rest.routing import Call, endpoint
from alphaswarm_local.github.state.runs import Deployment, DeploymentStatus
from alphaswarm_local.github.views.deployments import deployment_document, status_document

_DEPLOYMENTS = "/repos/{owner}/{repo}/deployments"
_STATES = ("error", "failure", "inactive", "in_progress", "queued", "pending", "success")


@endpoint("GET", _DEPLOYMENTS, read("deployments"), "Deployments")
def deployments(call: Call) -> Answer:
    """The newest first; by `environment`, `ref`, `sha`, `task`."""
    with call.hub.store as records:
        every = [each for each in records.deployments.values() if each.repository == call.repository.id]
    facts = ("environment", "ref", "sha", "task")
    found = [
        each for each in reversed(every) if all(call.query.get(name) in (None, getattr(each, name)) for name in facts)
    ]
    return page([deployment_document(call.hub, call.repository, each) for each in found], call.query, call.url)


@endpoint("POST", _DEPLOYMENTS, write("deployments"), "Make a deployment")
def make_deployment(call: Call) -> Answer:
    """A record of one; it starts no workflow here."""
    ref, now = call.body.text("ref"), call.hub.store.now()
    sha = call.hub.git(call.repository).resolve(ref)
    if sha is None:
        raise invalid(f"No ref found for: {ref[:80]}")
    made = Deployment(
        id=call.hub.store.new_id("deployment"), repository=call.repository.id, sha=sha, ref=ref,
        task=call.body.text("task", "deploy"), environment=call.body.text("environment", "production"),
        creator=call.account, created_at=now, updated_at=now, description=call.body.text("description", ""),
        payload=call.body.document.get("payload") or {},
    )  # fmt: skip
    with call.hub.store as records:
        records.deployments[made.id] = made
    return created(deployment_document(call.hub, call.repository, made))


@endpoint("GET", _DEPLOYMENTS + "/{deployment_id}", read("deployments"), "A deployment")
def deployment(call: Call) -> Answer:
    """By id."""
    return Answer(document=deployment_document(call.hub, call.repository, _deployment(call)))


@endpoint("GET", _DEPLOYMENTS + "/{deployment_id}/statuses", read("deployments"), "Statuses of a deployment")
def statuses(call: Call) -> Answer:
    """The newest first."""
    found = _deployment(call)
    documents = [status_document(call.hub, call.repository, found, each) for each in reversed(found.statuses)]
    return page(documents, call.query, call.url)


@endpoint("POST", _DEPLOYMENTS + "/{deployment_id}/statuses", write("deployments"), "Say how a deployment is")
def set_status(call: Call) -> Answer:
    """By whoever may write deployments."""
    found, now = _deployment(call), call.hub.store.now()
    made = DeploymentStatus(
        id=call.hub.store.new_id("deployment_status"), state=call.body.one_of("state", *_STATES),
        description=call.body.text("description", "", longest=140), environment=found.environment,
        creator=call.account, created_at=now, environment_url=call.body.text("environment_url", ""),
        log_url=call.body.text("log_url", ""),
    )  # fmt: skip
    with call.hub.store:
        found.statuses.append(made)
        found.updated_at = now
    return created(status_document(call.hub, call.repository, found, made))


def _deployment(call: Call) -> Deployment:
    found = call.hub.store.records.deployments.get(call.number("deployment_id"))
    if found is None or found.repository != call.repository.id:
        raise not_found()
    return found
