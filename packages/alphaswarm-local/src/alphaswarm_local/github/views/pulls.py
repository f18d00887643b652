"""Pull requests and comments as documents."""

from typing import Any

from alphaswarm_local.github.hub import Hub
from alphaswarm_local.github.state.accounts import Account, Role
from alphaswarm_local.github.state.repositories import Comment, PullRequest, PullReview, Repository
from alphaswarm_local.github.views.accounts import moment, node_id, user
from alphaswarm_local.github.views.repositories import repository_document


def association(repository: Repository, account: Account) -> str:
    """How somebody stands to a repository, in GitHub's words."""
    if account.id == repository.owner.id:
        return "OWNER"
    role = repository.roles.get(account.id, Role.NONE)
    return "NONE" if role is Role.NONE else "COLLABORATOR"


def pull_document(hub: Hub, repository: Repository, pull: PullRequest) -> dict[str, Any]:
    """A pull request."""
    url = f"{hub.addresses.repository(repository)}/pulls/{pull.number}"
    issue = f"{hub.addresses.repository(repository)}/issues/{pull.number}"
    return {
        "url": url,
        "id": pull.id,
        "node_id": node_id("PullRequest", pull.id),
        "html_url": f"{hub.addresses.page(repository)}/pull/{pull.number}",
        "issue_url": issue,
        "comments_url": f"{issue}/comments",
        "statuses_url": f"{hub.addresses.repository(repository)}/statuses/{pull.head_sha}",
        "number": pull.number,
        "state": pull.state,
        "locked": False,
        "title": pull.title,
        "user": user(hub, pull.author),
        "body": pull.body or None,
        "labels": [],
        "assignees": [],
        "requested_reviewers": [],
        "created_at": moment(pull.created_at),
        "updated_at": moment(pull.updated_at),
        "closed_at": moment(pull.closed_at),
        "merged_at": moment(pull.merged_at),
        "merge_commit_sha": pull.merge_commit_sha or pull.merge_sha,
        "draft": pull.draft,
        "head": _side(hub, pull.head_repository, pull.head_ref, pull.head_sha),
        "base": _side(hub, repository.id, pull.base_ref, pull.base_sha),
        "author_association": association(repository, pull.author),
        "merged": pull.merged_at is not None,
        "mergeable": None if pull.state != "open" else pull.merge_sha is not None,
        "mergeable_state": "clean" if pull.merge_sha else "dirty",
        "merged_by": user(hub, pull.merged_by) if pull.merged_by else None,
        "comments": sum(each.number == pull.number for each in repository.comments.values()),
        "maintainer_can_modify": False,
    }


def short_pull(hub: Hub, repository: Repository, pull: PullRequest) -> dict[str, Any]:
    """A pull request as runs and checks name it."""

    def side(number: int, ref: str, sha: str) -> dict[str, Any]:
        found = hub.by_id(number)
        about = {"id": found.id, "url": hub.addresses.repository(found), "name": found.name}
        return {"ref": ref, "sha": sha, "repo": about}

    return {
        "id": pull.id,
        "number": pull.number,
        "url": f"{hub.addresses.repository(repository)}/pulls/{pull.number}",
        "head": side(pull.head_repository, pull.head_ref, pull.head_sha),
        "base": side(repository.id, pull.base_ref, pull.base_sha),
    }


def issue_document(hub: Hub, repository: Repository, pull: PullRequest) -> dict[str, Any]:
    """The issue that every pull request also is."""
    url = f"{hub.addresses.repository(repository)}/issues/{pull.number}"
    return {
        "url": url,
        "comments_url": f"{url}/comments",
        "html_url": f"{hub.addresses.page(repository)}/pull/{pull.number}",
        "id": pull.id,
        "node_id": node_id("Issue", pull.id),
        "number": pull.number,
        "title": pull.title,
        "user": user(hub, pull.author),
        "labels": [],
        "state": pull.state,
        "body": pull.body or None,
        "created_at": moment(pull.created_at),
        "updated_at": moment(pull.updated_at),
        "closed_at": moment(pull.closed_at),
        "author_association": association(repository, pull.author),
        "pull_request": {"url": f"{hub.addresses.repository(repository)}/pulls/{pull.number}"},
    }


def comment_document(hub: Hub, repository: Repository, comment: Comment) -> dict[str, Any]:
    """A comment."""
    url = f"{hub.addresses.repository(repository)}/issues"
    return {
        "id": comment.id,
        "node_id": node_id("IssueComment", comment.id),
        "url": f"{url}/comments/{comment.id}",
        "issue_url": f"{url}/{comment.number}",
        "html_url": f"{hub.addresses.page(repository)}/pull/{comment.number}#issuecomment-{comment.id}",
        "body": comment.body,
        "user": user(hub, comment.author),
        "created_at": moment(comment.created_at),
        "updated_at": moment(comment.updated_at),
        "author_association": association(repository, comment.author),
        "performed_via_github_app": {"id": comment.app_id} if comment.app_id else None,
    }


def review_document(hub: Hub, repository: Repository, pull: PullRequest, review: PullReview) -> dict[str, Any]:
    """A review of a pull request."""
    return {
        "id": review.id,
        "node_id": node_id("PullRequestReview", review.id),
        "user": user(hub, review.author),
        "body": review.body,
        "state": review.state,
        "html_url": f"{hub.addresses.page(repository)}/pull/{pull.number}#pullrequestreview-{review.id}",
        "pull_request_url": f"{hub.addresses.repository(repository)}/pulls/{pull.number}",
        "submitted_at": moment(review.submitted_at),
        "commit_id": review.commit_id,
        "author_association": association(repository, review.author),
    }


def _side(hub: Hub, number: int, ref: str, sha: str) -> dict[str, Any]:
    repository = hub.by_id(number)
    return {
        "label": f"{repository.owner.login}:{ref}",
        "ref": ref,
        "sha": sha,
        "user": user(hub, repository.owner),
        "repo": repository_document(hub, repository),
    }
