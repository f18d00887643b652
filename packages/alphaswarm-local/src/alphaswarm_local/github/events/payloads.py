"""What an event carries: `github.event`, as GitHub's webhooks have it. Source: docs.github.com, "Webhook events"."""

from typing import Any

from alphaswarm_local.github.git import ZERO, Commit
from alphaswarm_local.github.hub import Hub
from alphaswarm_local.github.state.accounts import Account
from alphaswarm_local.github.state.repositories import Comment, PullRequest, Repository
from alphaswarm_local.github.views.accounts import user
from alphaswarm_local.github.views.pulls import comment_document, issue_document, pull_document
from alphaswarm_local.github.views.repositories import repository_document

_MOST_COMMITS = 20


def common(hub: Hub, repository: Repository, sender: Account) -> dict[str, Any]:
    """What every event has."""
    return {
        "repository": repository_document(hub, repository),
        "organization": {"login": repository.owner.login, "id": repository.owner.id},
        "sender": user(hub, sender),
    }


def push(hub: Hub, repository: Repository, sender: Account, ref: str, change: tuple[str, str]) -> dict[str, Any]:
    """A ref was moved, made or removed: `change` is its commit before and after."""
    before, after = change
    git = hub.git(repository)
    history = [] if after == ZERO else git.commits(after, limit=_MOST_COMMITS, without=_known(before))
    head = git.commit(after) if after != ZERO else None
    forced = ZERO not in change and not git.is_ancestor(before, after)
    return {
        "ref": ref,
        "before": before,
        "after": after,
        "created": before == ZERO,
        "deleted": after == ZERO,
        "forced": forced,
        "base_ref": None,
        "compare": f"{hub.addresses.page(repository)}/compare/{before[:12]}...{after[:12]}",
        "commits": [_commit(hub, repository, each) for each in reversed(history)],
        "head_commit": _commit(hub, repository, head) if head else None,
        "pusher": {"name": sender.login, "email": sender.email},
        **common(hub, repository, sender),
    }


def pull_request(
    hub: Hub, repository: Repository, pull: PullRequest, action: str, sender: Account, **more: Any
) -> dict[str, Any]:
    """Something happened to a pull request."""
    return {
        "action": action,
        "number": pull.number,
        "pull_request": pull_document(hub, repository, pull),
        **more,
        **common(hub, repository, sender),
    }


def issue_comment(
    hub: Hub, repository: Repository, pull: PullRequest, comment: Comment, *, action: str, sender: Account
) -> dict[str, Any]:
    """Something happened to a comment."""
    return {
        "action": action,
        "issue": issue_document(hub, repository, pull),
        "comment": comment_document(hub, repository, comment),
        **common(hub, repository, sender),
    }


def _known(before: str) -> str:
    return "" if before == ZERO else before


def _commit(hub: Hub, repository: Repository, commit: Commit) -> dict[str, Any]:
    return {
        "id": commit.sha,
        "tree_id": commit.tree,
        "distinct": True,
        "message": commit.message,
        "timestamp": commit.committed_at,
        "url": f"{hub.addresses.page(repository)}/commit/{commit.sha}",
        "author": _person(hub, commit.author, commit.author_email),
        "committer": _person(hub, commit.committer, commit.committer_email),
    }


def _person(hub: Hub, name: str, email: str) -> dict[str, str]:
    known = next((each for each in hub.store.records.accounts.values() if email and each.email == email), None)
    return {"name": name, "email": email} | ({"username": known.login} if known else {})
