"""Repositories, commits and refs as documents."""

from typing import Any

from alphaswarm_local.github.authority.permissions import at_least
from alphaswarm_local.github.authority.principals import Principal
from alphaswarm_local.github.git import Commit
from alphaswarm_local.github.hub import Hub
from alphaswarm_local.github.rulesets import is_protected
from alphaswarm_local.github.state.accounts import Role
from alphaswarm_local.github.state.repositories import Repository
from alphaswarm_local.github.views.accounts import moment, node_id, user


def repository_document(hub: Hub, repository: Repository, by: Principal | None = None) -> dict[str, Any]:
    """A repository; with what the caller may there, if one is given."""
    url = hub.addresses.repository(repository)
    parent = hub.store.records.repositories.get(repository.parent or 0)
    document = {
        "id": repository.id,
        "node_id": node_id("Repository", repository.id),
        "name": repository.name,
        "full_name": repository.full_name,
        "private": repository.private,
        "owner": user(hub, repository.owner),
        "html_url": hub.addresses.page(repository),
        "description": repository.description or None,
        "fork": repository.parent is not None,
        "url": url,
        "clone_url": hub.addresses.clone(repository),
        "default_branch": repository.default_branch,
        "visibility": "private" if repository.private else "public",
        "created_at": moment(repository.created_at),
        "updated_at": moment(repository.created_at),
        "pushed_at": moment(repository.created_at),
        "archived": False,
        "disabled": False,
        "has_issues": True,
        "allow_merge_commit": True,
        "allow_squash_merge": False,
        "allow_rebase_merge": False,
        "topics": [],
    }
    if parent is not None:
        document["parent"] = document["source"] = repository_document(hub, parent)
    if by is not None:
        role = by.role_in(repository)
        document["permissions"] = {
            name: at_least(role, wanted) or (wanted is Role.READ and by.sees(repository))
            for name, wanted in (
                ("admin", Role.ADMIN), ("maintain", Role.MAINTAIN), ("push", Role.WRITE), ("triage", Role.TRIAGE),
                ("pull", Role.READ),
            )
        }  # fmt: skip
    return document


def commit_document(hub: Hub, repository: Repository, commit: Commit) -> dict[str, Any]:
    """A commit, with the accounts whose verified addresses its author and committer have."""
    url = f"{hub.addresses.repository(repository)}/commits/{commit.sha}"
    by_email = {each.email: each for each in hub.store.records.accounts.values() if each.email}
    author, committer = by_email.get(commit.author_email), by_email.get(commit.committer_email)
    return {
        "sha": commit.sha,
        "node_id": node_id("Commit", commit.sha),
        "commit": git_commit_document(hub, repository, commit),
        "url": url,
        "html_url": f"{hub.addresses.page(repository)}/commit/{commit.sha}",
        "author": user(hub, author) if author else None,
        "committer": user(hub, committer) if committer else None,
        "parents": _parents(hub, repository, commit),
    }


def git_commit_document(hub: Hub, repository: Repository, commit: Commit) -> dict[str, Any]:
    """A commit as git has it. Signatures are not looked at: never verified."""
    url = f"{hub.addresses.repository(repository)}/git"
    return {
        "sha": commit.sha,
        "url": f"{url}/commits/{commit.sha}",
        "author": {"name": commit.author, "email": commit.author_email, "date": commit.authored_at},
        "committer": {"name": commit.committer, "email": commit.committer_email, "date": commit.committed_at},
        "message": commit.message,
        "tree": {"sha": commit.tree, "url": f"{url}/trees/{commit.tree}"},
        "parents": _parents(hub, repository, commit),
        "verification": {"verified": False, "reason": "unsigned", "signature": None, "payload": None},
    }


def ref_document(hub: Hub, repository: Repository, ref: str, sha: str) -> dict[str, Any]:
    """A ref. It is always told as its commit: annotated tags are followed."""
    url = f"{hub.addresses.repository(repository)}/git"
    return {
        "ref": ref,
        "node_id": node_id("Ref", ref),
        "url": f"{url}/{ref}",
        "object": {"sha": sha, "type": "commit", "url": f"{url}/commits/{sha}"},
    }


def branch_document(hub: Hub, repository: Repository, name: str, sha: str) -> dict[str, Any]:
    """A branch, short."""
    return {
        "name": name,
        "commit": {"sha": sha, "url": f"{hub.addresses.repository(repository)}/commits/{sha}"},
        "protected": is_protected(repository, f"refs/heads/{name}"),
    }


def _parents(hub: Hub, repository: Repository, commit: Commit) -> list[dict[str, str]]:
    url = f"{hub.addresses.repository(repository)}/commits"
    return [{"sha": each, "url": f"{url}/{each}"} for each in commit.parents]
