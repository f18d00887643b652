"""Environments and the refs that may deploy to them."""

from alphaswarm_local.github.authority.permissions import at_least, read, write
from alphaswarm_local.github.people import TEAMS
from alphaswarm_local.github.rest.answers import Answer, invalid, no_content, not_found, page
from alphaswarm_local.github.rest.routing import Body, Call, endpoint
from alphaswarm_local.github.runs.gate import environment_named
from alphaswarm_local.github.state.accounts import Role
from alphaswarm_local.github.state.repositories import BranchPolicy, Environment
from alphaswarm_local.github.views.deployments import environment_document, policy_document

MOST_REVIEWERS = 6
LONGEST_TIMER = 43_200
_PATH = "/repos/{owner}/{repo}/environments"
_POLICIES = _PATH + "/{environment}/deployment-branch-policies"
_LONGEST_NAME = 255


@endpoint("GET", _PATH, read("actions"), "Environments")
def environments(call: Call) -> Answer:
    """With their rules."""
    found = [environment_document(call.hub, call.repository, each) for each in call.repository.environments.values()]
    return page(found, call.query, call.url, key="environments")


@endpoint("GET", _PATH + "/{environment}", read("actions"), "An environment")
def environment(call: Call) -> Answer:
    """By name, in any case."""
    return Answer(document=environment_document(call.hub, call.repository, named(call)))


@endpoint("PUT", _PATH + "/{environment}", write("administration", role=Role.ADMIN), "Make or change an environment")
def put_environment(call: Call) -> Answer:
    """What is left out is what it would be in a new environment: a PUT replaces all rules but the custom ones."""
    body = call.body
    policy, (protected, custom) = body.document.get("deployment_branch_policy"), _policy(body)
    reviewers = _reviewers(call)
    timer = body.integer("wait_timer", 0, most=LONGEST_TIMER)
    if not 0 < len(call.path["environment"]) <= _LONGEST_NAME:
        raise invalid(name="an environment has 1-255 characters")
    made = environment_named(call.hub, call.repository, call.path["environment"])
    with call.hub.store:
        made.wait_timer, (made.reviewers, made.reviewer_teams) = timer, reviewers
        made.prevent_self_review = body.flag("prevent_self_review")
        made.can_admins_bypass = body.flag("can_admins_bypass", default=made.can_admins_bypass)
        if policy is not None or "deployment_branch_policy" in body.document:
            made.protected_branches, made.custom_branches = protected, custom
        made.updated_at = call.hub.store.now()
    return Answer(document=environment_document(call.hub, call.repository, made))


@endpoint("DELETE", _PATH + "/{environment}", write("administration", role=Role.ADMIN), "Remove an environment")
def remove_environment(call: Call) -> Answer:
    """Its rules go with it, and jobs that wait for it fail."""
    found = named(call)
    with call.hub.store:
        del call.repository.environments[found.name.lower()]
    return no_content()


@endpoint("GET", _POLICIES, read("actions"), "Patterns of refs that may deploy")
def policies(call: Call) -> Answer:
    """Branches and tags."""
    found = [policy_document(each) for each in named(call).branch_policies]
    return page(found, call.query, call.url, key="branch_policies")


@endpoint("POST", _POLICIES, write("administration", role=Role.ADMIN), "Add a pattern")
def add_policy(call: Call) -> Answer:
    """Only where custom patterns are on."""
    found, name = named(call), call.body.text("name")
    kind = call.body.one_of("type", "branch", "tag", default="branch")
    if not found.custom_branches:
        raise not_found()
    with call.hub.store:
        known = next((each for each in found.branch_policies if (each.name, each.type) == (name, kind)), None)
        policy = known or BranchPolicy(call.hub.store.new_id("branch_policy"), name, kind)
        if known is None:
            found.branch_policies.append(policy)
    return Answer(document=policy_document(policy))


@endpoint("GET", _POLICIES + "/{policy_id}", read("actions"), "A pattern")
def policy(call: Call) -> Answer:
    """By id."""
    return Answer(document=policy_document(_one_policy(call)))


@endpoint("PUT", _POLICIES + "/{policy_id}", write("administration", role=Role.ADMIN), "Change a pattern")
def change_policy(call: Call) -> Answer:
    """Its text; the type stays."""
    found, old = named(call), _one_policy(call)
    new = BranchPolicy(old.id, call.body.text("name"), old.type)
    with call.hub.store:
        found.branch_policies = [new if each.id == old.id else each for each in found.branch_policies]
    return Answer(document=policy_document(new))


@endpoint("DELETE", _POLICIES + "/{policy_id}", write("administration", role=Role.ADMIN), "Remove a pattern")
def remove_policy(call: Call) -> Answer:
    """By id."""
    found, old = named(call), _one_policy(call)
    with call.hub.store:
        found.branch_policies = [each for each in found.branch_policies if each.id != old.id]
    return no_content()


def named(call: Call) -> Environment:
    """The environment that the path names.

    Raises:
        Refusal: 404.
    """
    found = call.repository.environment(call.path["environment"])
    if found is None:
        raise not_found()
    return found


def _one_policy(call: Call) -> BranchPolicy:
    number = call.number("policy_id")
    found = next((each for each in named(call).branch_policies if each.id == number), None)
    if found is None:
        raise not_found()
    return found


def _policy(body: Body) -> tuple[bool, bool]:
    """Exactly one of the two is true; null: all refs."""
    table = body.table("deployment_branch_policy")
    if not table:
        return False, False
    given = Body(table)
    protected, custom = given.flag("protected_branches"), given.flag("custom_branch_policies")
    if protected == custom:
        raise invalid(
            deployment_branch_policy="protected_branches and custom_branch_policies cannot have the same value"
        )
    return protected, custom


def _reviewers(call: Call) -> tuple[list[int], list[int]]:
    """Ids of people who may read the repository, and of teams; six at most, each once."""
    given = call.body.items("reviewers")
    if len(given) > MOST_REVIEWERS:
        raise invalid(reviewers=f"at most {MOST_REVIEWERS} reviewers")
    people: list[int] = []
    teams: list[int] = []
    for each in given:
        kind, number = (each.get("type"), each.get("id")) if isinstance(each, dict) else (None, None)
        if kind == "Team" and isinstance(number, int) and number in TEAMS:
            teams.append(number)
        elif kind == "User" and isinstance(number, int) and _reads(call, number):
            people.append(number)
        else:
            raise invalid(reviewers=f"{number} is nobody who can read the repository; each is {{type, id}}")
    return list(dict.fromkeys(people)), list(dict.fromkeys(teams))


def _reads(call: Call, number: int) -> bool:
    account = call.hub.store.account_by_id(number)
    role = call.repository.roles.get(account.id, Role.NONE) if account else Role.NONE
    return account is not None and account.type.value == "User" and at_least(role, Role.READ)
