"""Reviews of deployments: what waits, who says yes or no, and who said what."""

from http import HTTPStatus

from alphaswarm_local.github.authority.permissions import read
from alphaswarm_local.github.authority.principals import Kind
from alphaswarm_local.github.people import is_reviewer
from alphaswarm_local.github.rest.answers import Answer, Refusal, invalid
from alphaswarm_local.github.rest.endpoints.runs import run_of
from alphaswarm_local.github.rest.routing import Call, endpoint
from alphaswarm_local.github.state.repositories import Environment
from alphaswarm_local.github.state.runs import PendingDeployment, Review, Run
from alphaswarm_local.github.views.deployments import deployment_document
from alphaswarm_local.github.views.runs import approval_document, pending_document

_RUN = "/repos/{owner}/{repo}/actions/runs/{run_id}"


@endpoint("GET", _RUN + "/pending_deployments", read("actions"), "Environments that a run waits for")
def pending_deployments(call: Call) -> Answer:
    """One entry an environment, whatever number of jobs waits for it."""
    run = run_of(call)
    found = {}
    with call.hub.store:
        for pending in run.pending.values():
            environment = call.hub.store.environment_by_id(call.repository, pending.environment_id)
            if environment is not None:
                can = _may_review(call, run, environment) is None
                found[environment.id] = pending_document(
                    call.hub, call.repository, environment, pending, can_approve=can
                )
    return Answer(document=list(found.values()))


@endpoint("POST", _RUN + "/pending_deployments", read("actions"), "Approve or reject deployments")
def review(call: Call) -> Answer:
    """A required reviewer's word, once. One opens that rule; others may add theirs while another rule holds the job."""
    run, state = run_of(call), call.body.one_of("state", "approved", "rejected")
    comment = call.body.text("comment")
    numbers = call.body.items("environment_ids")
    if not numbers or not all(isinstance(each, int) and not isinstance(each, bool) for each in numbers):
        raise invalid(environment_ids="a list of the ids of environments")
    with call.hub.store as records:
        waiting = [_waiting(call, run, number) for number in dict.fromkeys(numbers)]
        for environment, _ in waiting:
            refused = _may_review(call, run, environment)
            if refused is not None:
                raise refused
        for environment, all_pending in waiting:
            for pending in all_pending:
                _take(
                    pending,
                    call.account.id,
                    state,
                    f"{call.account.login} rejected the deployment to {environment.name}",
                )
        ids = tuple(environment.id for environment, _ in waiting)
        run.reviews.append(Review(ids, state, comment, call.account, call.hub.store.now()))
        deployments = [records.deployments[each.deployment_id] for _, all_pending in waiting for each in all_pending]
    return Answer(document=[deployment_document(call.hub, call.repository, each) for each in deployments])


@endpoint("GET", _RUN + "/approvals", read("actions"), "Who approved and rejected")
def approvals(call: Call) -> Answer:
    """People's reviews, the newest last; what apps answered for their rules is not among them."""
    return Answer(document=[approval_document(call.hub, call.repository, each) for each in run_of(call).reviews])


def _waiting(call: Call, run: Run, number: int) -> tuple[Environment, list[PendingDeployment]]:
    environment = call.hub.store.environment_by_id(call.repository, number)
    found = [
        each
        for each in run.pending.values()
        if each.environment_id == number
        and each.needs_review
        and each.rejected is None
        and call.account.id not in each.approved_by
    ]
    if environment is None or not found:
        raise invalid("No pending deployment requests to approve or reject")
    return environment, found


def _may_review(call: Call, run: Run, environment: Environment) -> Refusal | None:
    """Why the caller may not review; None if it may. Whose run it is counts, not who wrote the commit."""
    account = call.by.account
    if account is None or call.by.kind is not Kind.PERSON or not is_reviewer(environment, account.id):
        return Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "You are not a required reviewer of this environment.")
    if environment.prevent_self_review and account.id == run.triggering_actor.id:
        message = "You cannot review your own deployment: self-review is not allowed."
        return Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, message)
    return None


def _take(pending: PendingDeployment, who: int, state: str, why: str) -> None:
    if state == "approved":
        pending.approved_by.add(who)
    else:
        pending.rejected = why
