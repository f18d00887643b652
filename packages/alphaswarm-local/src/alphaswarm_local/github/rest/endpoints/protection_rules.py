"""Custom deployment protection rules of environments, and their answers."""

from http import HTTPStatus

from alphaswarm_local.github.authority.permissions import read, write
from alphaswarm_local.github.protection import EVENT, answer
from alphaswarm_local.github.rest.answers import Answer, Refusal, created, invalid, no_content, not_found
from alphaswarm_local.github.rest.endpoints.environments import named
from alphaswarm_local.github.rest.endpoints.runs import run_of
from alphaswarm_local.github.rest.routing import Call, endpoint
from alphaswarm_local.github.state.accounts import App, Role
from alphaswarm_local.github.state.repositories import CustomRule
from alphaswarm_local.github.views.deployments import rule_document

MOST_RULES = 6
LONGEST_COMMENT = 1024
_PATH = "/repos/{owner}/{repo}/environments/{environment}/deployment_protection_rules"


@endpoint("GET", _PATH, read("actions"), "Custom rules of an environment")
def rules(call: Call) -> Answer:
    """All of them, whether on or off."""
    found = [rule_document(call.hub, each) for each in named(call).custom_rules]
    return Answer(document={"total_count": len(found), "custom_deployment_protection_rules": found})


@endpoint("GET", _PATH + "/apps", read("actions"), "Apps that could guard an environment")
def candidates(call: Call) -> Answer:
    """Apps of the owner that listen to the event."""
    found = [
        {"id": each.id, "slug": each.slug, "integration_url": f"{call.hub.addresses.api}/apps/{each.slug}"}
        for each in _apps(call)
    ]
    document = {"total_count": len(found), "available_custom_deployment_protection_rule_integrations": found}
    return Answer(document=document)


@endpoint("POST", _PATH, write("administration", role=Role.ADMIN), "Add a custom rule")
def add_rule(call: Call) -> Answer:
    """By the app's id."""
    environment, number = named(call), call.body.integer("integration_id")
    if number not in {each.id for each in _apps(call)}:
        raise invalid(integration_id="no such app, or it does not listen to deployment_protection_rule")
    if any(each.app_id == number for each in environment.custom_rules):
        raise invalid(integration_id="the rule is there already")
    if len(environment.custom_rules) >= MOST_RULES:
        raise invalid(integration_id=f"at most {MOST_RULES} rules")
    rule = CustomRule(call.hub.store.new_id("custom_rule"), number)
    with call.hub.store:
        environment.custom_rules.append(rule)
    return created(rule_document(call.hub, rule))


@endpoint("GET", _PATH + "/{rule_id}", read("actions"), "A custom rule")
def rule(call: Call) -> Answer:
    """By id."""
    return Answer(document=rule_document(call.hub, _rule(call)))


@endpoint("DELETE", _PATH + "/{rule_id}", write("administration", role=Role.ADMIN), "Remove a custom rule")
def remove_rule(call: Call) -> Answer:
    """By id. A job that waits for its answer does so no more."""
    environment, gone = named(call), _rule(call)
    with call.hub.store as records:
        environment.custom_rules = [each for each in environment.custom_rules if each.id != gone.id]
        for run in records.runs.values():
            for pending in run.pending.values():
                pending.awaited_rules.discard(gone.id)
    return no_content()


@endpoint("POST", "/repos/{owner}/{repo}/actions/runs/{run_id}/" + EVENT, write("deployments"), "Answer for a rule")
def answer_rule(call: Call) -> Answer:
    """An app approves, rejects, or reports (without `state`); only for its own rule."""
    if call.by.app is None:
        raise Refusal(HTTPStatus.FORBIDDEN, "Resource not accessible by personal access token")
    state = call.body.one_of("state", "approved", "rejected") if call.body.has("state") else None
    comment = call.body.text("comment", "" if state else None, longest=LONGEST_COMMENT)
    answer(
        call.hub,
        call.repository,
        run_of(call),
        call.by,
        name=call.body.text("environment_name"),
        state=state,
        comment=comment,
    )
    return no_content()


def _apps(call: Call) -> list[App]:
    every = call.hub.store.records.apps.values()
    return [each for each in every if each.owner.id == call.repository.owner.id and EVENT in each.events]


def _rule(call: Call) -> CustomRule:
    number = call.number("rule_id")
    found = next((each for each in named(call).custom_rules if each.id == number), None)
    if found is None:
        raise not_found()
    return found
