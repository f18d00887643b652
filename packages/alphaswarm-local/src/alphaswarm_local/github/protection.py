"""Custom deployment protection rules: apps are asked by a signed webhook, and answer through the API.

Source: docs.github.com, "Create custom deployment protection rules"; octokit/webhooks, `deployment_protection_rule`.
"""

from http import HTTPStatus

from alphaswarm_local.github.authority.principals import Principal
from alphaswarm_local.github.events import payloads
from alphaswarm_local.github.hub import Hub
from alphaswarm_local.github.rest.answers import Refusal, invalid
from alphaswarm_local.github.state.repositories import CustomRule, Environment, Repository
from alphaswarm_local.github.state.runs import PendingDeployment, Run
from alphaswarm_local.github.views.accounts import node_id, user
from alphaswarm_local.github.views.deployments import deployment_document
from alphaswarm_local.github.views.pulls import short_pull

MOST_REPORTS = 10
EVENT = "deployment_protection_rule"


def ask(hub: Hub, repository: Repository, run: Run, environment: Environment, pending: PendingDeployment) -> None:
    """Send the webhook to the app of each enabled rule. An app that is away leaves the job waiting."""
    for rule in environment.custom_rules:
        app = hub.store.records.apps.get(rule.app_id)
        if rule.enabled and app is not None and app.webhook_url:
            document = _requested(hub, repository, run, environment, pending)
            document["installation"] = {
                "id": app.installation_id,
                "node_id": node_id("Installation", app.installation_id),
            }
            hub.notify(app.webhook_url, app.webhook_secret, EVENT, document)


def answer(
    hub: Hub, repository: Repository, run: Run, by: Principal, *, name: str, state: str | None, comment: str
) -> None:
    """Take an app's answer, or its report on how far it is (`state` None).

    Raises:
        Refusal: it is no app, nothing waits for its rule, or it reported too often.
    """
    environment = repository.environment(name)
    rule = _rule_of(environment, by)
    waiting = [
        each
        for each in run.pending.values()
        if environment is not None and rule is not None and each.environment_id == environment.id
        and rule.id in each.awaited_rules
    ]  # fmt: skip
    if environment is None or rule is None or not waiting:
        raise invalid("No pending deployment requests to approve or reject")
    with hub.store:
        for each in waiting:
            _take(each, rule, state, comment)


def _take(pending: PendingDeployment, rule: CustomRule, state: str | None, comment: str) -> None:
    if state == "approved":
        pending.awaited_rules.discard(rule.id)
    elif state == "rejected":
        pending.rejected = (
            f"A deployment protection rule rejected it: {comment}"
            if comment
            else ("A deployment protection rule rejected it.")
        )
    else:
        pending.reports[rule.id] = pending.reports.get(rule.id, 0) + 1
        if pending.reports[rule.id] > MOST_REPORTS:
            raise Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "Maximum number of status reports reached")


def _rule_of(environment: Environment | None, by: Principal) -> CustomRule | None:
    if environment is None or by.app is None:
        return None
    return next((each for each in environment.custom_rules if each.enabled and each.app_id == by.app.id), None)


def _requested(
    hub: Hub, repository: Repository, run: Run, environment: Environment, pending: PendingDeployment
) -> dict[str, object]:
    deployment = hub.store.records.deployments[pending.deployment_id]
    pull = repository.pulls.get(run.pull_number or 0)
    return {
        "action": "requested",
        "environment": environment.name,
        "event": run.event,
        "sha": run.head_sha,
        "ref": run.ref,
        "deployment_callback_url": f"{hub.addresses.repository(repository)}/actions/runs/{run.id}/{EVENT}",
        "deployment": deployment_document(hub, repository, deployment),
        "pull_requests": [short_pull(hub, repository, pull)] if pull is not None else [],
        **payloads.common(hub, repository, run.triggering_actor),
        "workflow_run": {"id": run.id, "actor": user(hub, run.actor)},
    }
