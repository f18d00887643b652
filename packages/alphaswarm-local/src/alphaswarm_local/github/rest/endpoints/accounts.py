"""People, organisations, apps and their installations."""

from typing import Any

from alphaswarm_local.github.authority.permissions import granted, read
from alphaswarm_local.github.authority.principals import Kind
from alphaswarm_local.github.hub import Hub
from alphaswarm_local.github.people import TEAMS
from alphaswarm_local.github.rest.answers import Answer, Refusal, created, not_found, page
from alphaswarm_local.github.rest.routing import Call, endpoint
from alphaswarm_local.github.state.accounts import App
from alphaswarm_local.github.views.accounts import app_document, moment, node_id, team_document, user, user_document
from alphaswarm_local.github.views.repositories import repository_document

_LIMIT = {"limit": 5000, "used": 0, "remaining": 5000, "reset": 0}


@endpoint("GET", "/", None, "The root")
def root(call: Call) -> Answer:
    """Where things are."""
    api = call.hub.addresses.api
    return Answer(document={"current_user_url": f"{api}/user", "rate_limit_url": f"{api}/rate_limit"})


@endpoint("GET", "/rate_limit", None, "Rate limits, which are never reached")
def rate_limit(call: Call) -> Answer:
    """There is no limit here; faults can pretend one."""
    reset = int(call.hub.store.now().timestamp()) + 3600
    limit = {**_LIMIT, "reset": reset}
    return Answer(document={"resources": {"core": limit, "search": limit, "graphql": limit}, "rate": limit})


@endpoint("GET", "/user", None, "Who the token belongs to")
def me(call: Call) -> Answer:
    """The caller; a job's or an app's token is nobody's."""
    account = call.account
    if call.by.kind is not Kind.PERSON:
        raise Refusal(403, "Resource not accessible by integration")
    return Answer(document=user_document(call.hub, account))


@endpoint("GET", "/users/{login}", None, "Somebody")
def somebody(call: Call) -> Answer:
    """By login."""
    account = call.hub.store.account(call.path["login"])
    if account is None:
        raise not_found()
    return Answer(document=user_document(call.hub, account))


@endpoint("GET", "/orgs/{org}", None, "An organisation")
def organisation(call: Call) -> Answer:
    """By login."""
    account = call.hub.store.account(call.path["org"])
    if account is None or account.type.value != "Organization":
        raise not_found()
    return Answer(document={**user(call.hub, account), "description": None})


@endpoint("GET", "/orgs/{org}/teams/{slug}", None, "A team of an organisation")
def team(call: Call) -> Answer:
    """By its slug; the same teams are in every organisation here. The token of a job or an app sees none."""
    if call.by.kind is not Kind.PERSON:
        raise not_found()
    account = call.hub.store.account(call.path["org"])
    found = next((each for each in TEAMS.values() if each.slug == call.path["slug"]), None)
    if account is None or account.type.value != "Organization" or found is None:
        raise not_found()
    return Answer(document=team_document(call.hub, account, found))


@endpoint("GET", "/user/repos", None, "Repositories that the caller sees")
def my_repositories(call: Call) -> Answer:
    """Those in which the caller has a role."""
    account = call.account
    found = [
        each
        for each in call.hub.store.records.repositories.values()
        if account.id == each.owner.id or account.id in each.roles
    ]
    return page([repository_document(call.hub, each, call.by) for each in found], call.query, call.url)


@endpoint("GET", "/orgs/{org}/repos", None, "Repositories of an organisation")
def organisation_repositories(call: Call) -> Answer:
    """Those that the caller sees."""
    wanted = call.path["org"].lower()
    found = [
        each
        for each in call.hub.store.records.repositories.values()
        if each.owner.login.lower() == wanted and call.by.sees(each)
    ]
    return page([repository_document(call.hub, each, call.by) for each in found], call.query, call.url)


@endpoint("GET", "/app", None, "The app whose JWT is shown")
def app(call: Call) -> Answer:
    """The app."""
    return Answer(document=app_document(call.hub, _app(call)))


@endpoint("GET", "/app/installations", None, "The app's installations")
def installations(call: Call) -> Answer:
    """There is one, on all repositories of its owner."""
    return page([_installation(call.hub, _app(call))], call.query, call.url)


@endpoint("GET", "/app/installations/{installation_id}", None, "An installation of the app")
def installation(call: Call) -> Answer:
    """By id."""
    own = _app(call)
    if call.number("installation_id") != own.installation_id:
        raise not_found()
    return Answer(document=_installation(call.hub, own))


@endpoint("POST", "/app/installations/{installation_id}/access_tokens", None, "A token of an installation, for an hour")
def installation_token(call: Call) -> Answer:
    """With the app's permissions, or fewer if the body says so."""
    own = _app(call)
    if call.number("installation_id") != own.installation_id:
        raise not_found()
    wanted = call.body.table("permissions") or dict(own.permissions)
    has, asked = granted(own.permissions), granted({name: str(level) for name, level in wanted.items()})
    if any(level > has.get(name, 0) for name, level in asked.items()):
        raise Refusal(422, "The permissions requested are not granted to this installation.")
    token, ends = call.hub.tokens.add_installation(own, call.hub.store.now(), asked)
    return created({"token": token, "expires_at": moment(ends), "permissions": wanted, "repository_selection": "all"})


@endpoint("GET", "/repos/{owner}/{repo}/installation", None, "The app's installation that reaches a repository")
def repository_installation(call: Call) -> Answer:
    """Of an app of the repository's owner."""
    own = _app(call)
    if call.repository.owner.id != own.owner.id:
        raise not_found()
    return Answer(document=_installation(call.hub, own))


@endpoint("GET", "/installation/repositories", None, "Repositories that an installation's token reaches")
def installation_repositories(call: Call) -> Answer:
    """All of the app's owner."""
    own = call.by.app
    if own is None:
        raise Refusal(403, "Resource not accessible by personal access token")
    found = [each for each in call.hub.store.records.repositories.values() if each.owner.id == own.owner.id]
    return page([repository_document(call.hub, each) for each in found], call.query, call.url, key="repositories")


@endpoint("GET", "/repos/{owner}/{repo}/collaborators/{login}/permission", read("metadata"), "Somebody's role")
def collaborator_permission(call: Call) -> Answer:
    """In GitHub's two words for it: the coarse permission and the role."""
    account = call.hub.store.account(call.path["login"])
    if account is None:
        raise not_found()
    role = "admin" if account.id == call.repository.owner.id else call.repository.roles.get(account.id)
    name = str(role) if role else ("none" if call.repository.private else "read")
    coarse = {"maintain": "write", "triage": "read"}.get(name, name)
    return Answer(document={"permission": coarse, "role_name": name, "user": user(call.hub, account)})


def _app(call: Call) -> App:
    if call.by.kind is not Kind.APP or call.by.app is None:
        raise Refusal(401, "A JSON web token could not be decoded")
    return call.by.app


def _installation(hub: Hub, app: App) -> dict[str, Any]:
    return {
        "id": app.installation_id,
        "node_id": node_id("Installation", app.installation_id),
        "account": user(hub, app.owner),
        "repository_selection": "all",
        "access_tokens_url": f"{hub.addresses.api}/app/installations/{app.installation_id}/access_tokens",
        "app_id": app.id,
        "app_slug": app.slug,
        "target_id": app.owner.id,
        "target_type": app.owner.type.value,
        "permissions": dict(app.permissions),
        "events": list(app.events),
        "suspended_at": None,
    }
