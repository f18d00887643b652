"""Accounts as documents."""

import base64
from datetime import datetime
from typing import Any

from alphaswarm_local.github.hub import Hub
from alphaswarm_local.github.people import TEAMS, Team
from alphaswarm_local.github.state.accounts import Account, AccountType, App
from alphaswarm_local.github.state.repositories import Environment


def moment(at: datetime | None) -> str | None:
    """A time as GitHub writes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def node_id(kind: str, number: int | str) -> str:
    """An opaque global id."""
    return base64.b64encode(f"{kind}:{number}".encode()).decode()


def user(hub: Hub, account: Account) -> dict[str, Any]:
    """Somebody, short."""
    url = f"{hub.addresses.api}/users/{account.login}"
    return {
        "login": account.login,
        "id": account.id,
        "node_id": node_id(account.type, account.id),
        "avatar_url": "",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{hub.addresses.root}/{account.login}",
        "repos_url": f"{url}/repos",
        "type": account.type.value,
        "user_view_type": "public",
        "site_admin": False,
    }


def user_document(hub: Hub, account: Account) -> dict[str, Any]:
    """Somebody, whole."""
    return {**user(hub, account), "name": account.name or None, "email": account.email or None, "company": None}


def app_document(hub: Hub, app: App) -> dict[str, Any]:
    """A GitHub App."""
    return {
        "id": app.id,
        "slug": app.slug,
        "client_id": f"Iv1.{app.id:016x}",
        "node_id": node_id("App", app.id),
        "owner": user(hub, app.owner),
        "name": app.name,
        "description": "",
        "external_url": "",
        "html_url": f"{hub.addresses.root}/apps/{app.slug}",
        "permissions": dict(app.permissions),
        "events": list(app.events),
    }


def team_document(hub: Hub, owner: Account, team: Team) -> dict[str, Any]:
    """A team of an organisation."""
    url = f"{hub.addresses.api}/orgs/{owner.login}/teams/{team.slug}"
    return {
        "id": team.id,
        "node_id": node_id("Team", team.id),
        "url": url,
        "html_url": f"{hub.addresses.root}/orgs/{owner.login}/teams/{team.slug}",
        "name": team.name,
        "slug": team.slug,
        "description": None,
        "privacy": "closed",
        "permission": "push",
        "members_url": f"{url}/members{{/member}}",
        "repositories_url": f"{url}/repos",
        "parent": None,
    }


def reviewers_of(hub: Hub, owner: Account, environment: Environment) -> list[dict[str, Any]]:
    """Who may let jobs into an environment."""
    people = [hub.store.account_by_id(each) for each in environment.reviewers]
    return [
        *({"type": "User", "reviewer": user(hub, each)} for each in people if each is not None),
        *({"type": "Team", "reviewer": team_document(hub, owner, TEAMS[each])} for each in environment.reviewer_teams),
    ]


def owner_key(account: Account) -> str:
    """`orgs` or `users`: where its resources lie."""
    return "orgs" if account.type is AccountType.ORGANIZATION else "users"
