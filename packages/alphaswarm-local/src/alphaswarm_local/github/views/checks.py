"""Checks and statuses of commits as documents."""

from typing import Any

from alphaswarm_local.github.hub import Hub
from alphaswarm_local.github.state.accounts import GITHUB_ACTIONS_APP_ID
from alphaswarm_local.github.state.repositories import CheckRun, CommitStatus, Repository
from alphaswarm_local.github.views.accounts import moment, node_id, user


def check_document(hub: Hub, repository: Repository, check: CheckRun) -> dict[str, Any]:
    """A check."""
    app = hub.store.records.apps.get(check.app_id)
    slug = app.slug if app else ("github-actions" if check.app_id == GITHUB_ACTIONS_APP_ID else "")
    output = {"title": None, "summary": None, "text": None, "annotations_count": 0, **check.output}
    return {
        "id": check.id,
        "node_id": node_id("CheckRun", check.id),
        "name": check.name,
        "head_sha": check.head_sha,
        "external_id": check.external_id,
        "url": f"{hub.addresses.repository(repository)}/check-runs/{check.id}",
        "html_url": f"{hub.addresses.page(repository)}/runs/{check.id}",
        "details_url": check.details_url,
        "status": check.status,
        "conclusion": check.conclusion,
        "started_at": moment(check.started_at),
        "completed_at": moment(check.completed_at),
        "output": output,
        "app": {"id": check.app_id, "slug": slug},
        "pull_requests": [],
    }


def status_document(hub: Hub, repository: Repository, status: CommitStatus) -> dict[str, Any]:
    """A status."""
    return {
        "id": status.id,
        "node_id": node_id("StatusContext", status.id),
        "url": f"{hub.addresses.repository(repository)}/statuses/{status.sha}",
        "state": status.state,
        "context": status.context,
        "description": status.description or None,
        "target_url": status.target_url or None,
        "creator": user(hub, status.creator),
        "created_at": moment(status.created_at),
        "updated_at": moment(status.created_at),
    }
