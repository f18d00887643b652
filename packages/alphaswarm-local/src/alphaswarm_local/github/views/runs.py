"""Runs, jobs, artifacts and reviews as documents."""

from typing import Any

from alphaswarm_local.github.hub import Hub
from alphaswarm_local.github.state.repositories import Environment, Repository
from alphaswarm_local.github.state.runs import Artifact, Job, PendingDeployment, Review, Run, Step
from alphaswarm_local.github.views.accounts import moment, node_id, reviewers_of, user
from alphaswarm_local.github.views.deployments import short_environment
from alphaswarm_local.github.views.pulls import short_pull
from alphaswarm_local.github.views.repositories import repository_document


def workflow_id(repository: Repository, path: str) -> int:
    """A workflow's number: the same as long as its repository and its path are."""
    number = 0
    for letter in f"{repository.id}/{path}".encode():
        number = (number * 131 + letter) % 2_147_483_647
    return number or 1


def workflow_document(hub: Hub, repository: Repository, path: str, name: str) -> dict[str, Any]:
    """A workflow."""
    number = workflow_id(repository, path)
    return {
        "id": number,
        "node_id": node_id("Workflow", number),
        "name": name,
        "path": path,
        "state": "active",
        "created_at": moment(repository.created_at),
        "updated_at": moment(repository.created_at),
        "url": f"{hub.addresses.repository(repository)}/actions/workflows/{number}",
        "html_url": f"{hub.addresses.page(repository)}/blob/{repository.default_branch}/{path}",
        "badge_url": "",
    }


def run_document(hub: Hub, repository: Repository, run: Run) -> dict[str, Any]:
    """A run in its latest attempt."""
    url = f"{hub.addresses.repository(repository)}/actions/runs/{run.id}"
    pull = repository.pulls.get(run.pull_number or 0)
    number = workflow_id(repository, run.workflow_path)
    head = hub.git(repository).commit(run.head_sha) or hub.git(repository).commit(run.sha)
    return {
        "id": run.id,
        "name": run.workflow_name,
        "node_id": node_id("WorkflowRun", run.id),
        "head_branch": run.head_branch,
        "head_sha": run.head_sha,
        "path": run.workflow_path,
        "display_title": run.title,
        "run_number": run.number,
        "event": run.event,
        "status": run.status,
        "conclusion": run.conclusion,
        "workflow_id": number,
        "check_suite_id": run.id,
        "check_suite_node_id": node_id("CheckSuite", run.id),
        "url": url,
        "html_url": hub.addresses.run(repository, run),
        "pull_requests": [short_pull(hub, repository, pull)] if pull is not None and not run.from_fork else [],
        "created_at": moment(run.created_at),
        "updated_at": moment(run.updated_at),
        "actor": user(hub, run.actor),
        "run_attempt": run.attempt,
        "referenced_workflows": [],
        "run_started_at": moment(run.attempt_started_at),
        "triggering_actor": user(hub, run.triggering_actor),
        "jobs_url": f"{url}/jobs",
        "logs_url": f"{url}/logs",
        "check_suite_url": f"{hub.addresses.repository(repository)}/check-suites/{run.id}",
        "artifacts_url": f"{url}/artifacts",
        "cancel_url": f"{url}/cancel",
        "rerun_url": f"{url}/rerun",
        "previous_attempt_url": f"{url}/attempts/{run.attempt - 1}" if run.attempt > 1 else None,
        "workflow_url": f"{hub.addresses.repository(repository)}/actions/workflows/{number}",
        "head_commit": {
            "id": head.sha,
            "tree_id": head.tree,
            "message": head.message,
            "timestamp": head.committed_at,
            "author": {"name": head.author, "email": head.author_email},
            "committer": {"name": head.committer, "email": head.committer_email},
        }
        if head
        else None,
        "repository": repository_document(hub, repository),
        "head_repository": repository_document(hub, hub.by_id(run.head_repository)),
    }


def job_document(hub: Hub, repository: Repository, run: Run, job: Job) -> dict[str, Any]:
    """A job with its steps."""
    api = hub.addresses.repository(repository)
    return {
        "id": job.id,
        "run_id": job.run_id,
        "workflow_name": run.workflow_name,
        "head_branch": run.head_branch,
        "run_url": f"{api}/actions/runs/{run.id}",
        "run_attempt": job.attempt,
        "node_id": node_id("CheckRun", job.id),
        "head_sha": run.head_sha,
        "url": f"{api}/actions/jobs/{job.id}",
        "html_url": f"{hub.addresses.run(repository, run)}/job/{job.id}",
        "status": job.status,
        "conclusion": job.conclusion,
        "created_at": moment(job.created_at),
        "started_at": moment(job.started_at or job.created_at),
        "completed_at": moment(job.completed_at),
        "name": job.name,
        "steps": [_step(each) for _, each in sorted(job.steps.items())],
        "check_run_url": f"{api}/check-runs/{job.id}",
        "labels": list(job.labels),
        "runner_id": 1 if job.started_at else None,
        "runner_name": "AlphaSwarm local runner" if job.started_at else None,
        "runner_group_id": None,
        "runner_group_name": None,
    }


def artifact_document(hub: Hub, repository: Repository, run: Run, artifact: Artifact) -> dict[str, Any]:
    """An artifact."""
    url = f"{hub.addresses.repository(repository)}/actions/artifacts/{artifact.id}"
    return {
        "id": artifact.id,
        "node_id": node_id("Artifact", artifact.id),
        "name": artifact.name,
        "size_in_bytes": artifact.size,
        "url": url,
        "archive_download_url": f"{url}/zip",
        "expired": artifact.expires_at <= hub.store.now(),
        "digest": artifact.digest,
        "created_at": moment(artifact.created_at),
        "updated_at": moment(artifact.created_at),
        "expires_at": moment(artifact.expires_at),
        "workflow_run": {
            "id": run.id,
            "repository_id": repository.id,
            "head_repository_id": run.head_repository,
            "head_branch": run.head_branch,
            "head_sha": run.head_sha,
        },
    }


def pending_document(
    hub: Hub, repository: Repository, environment: Environment, pending: PendingDeployment, *, can_approve: bool
) -> dict[str, Any]:
    """A job's environment that has not let it in yet."""
    minutes = max(0, int((pending.timer_ends - pending.since).total_seconds() // 60))
    return {
        "environment": short_environment(hub, repository, environment),
        "wait_timer": minutes,
        "wait_timer_started_at": moment(pending.since) if minutes else None,
        "current_user_can_approve": can_approve,
        "reviewers": reviewers_of(hub, repository.owner, environment),
    }


def approval_document(hub: Hub, repository: Repository, review: Review) -> dict[str, Any]:
    """A review of deployments. Environments that were deleted since are not told any more."""
    found = [hub.store.environment_by_id(repository, each) for each in review.environment_ids]
    return {
        "state": review.state,
        "comment": review.comment,
        "environments": [short_environment(hub, repository, each) for each in found if each is not None],
        "user": user(hub, review.user),
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "name": step.name,
        "status": step.status,
        "conclusion": step.conclusion,
        "number": step.number,
        "started_at": moment(step.started_at),
        "completed_at": moment(step.completed_at),
    }
