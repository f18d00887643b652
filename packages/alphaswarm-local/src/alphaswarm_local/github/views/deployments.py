"""Environments and deployments as documents."""

from typing import Any

from alphaswarm_local.github.hub import Hub
from alphaswarm_local.github.state.accounts import Account
from alphaswarm_local.github.state.repositories import BranchPolicy, CustomRule, Environment, Repository
from alphaswarm_local.github.state.runs import Deployment, DeploymentStatus
from alphaswarm_local.github.views.accounts import moment, node_id, reviewers_of, user


def short_environment(hub: Hub, repository: Repository, environment: Environment) -> dict[str, Any]:
    """An environment as reviews name it."""
    return {
        "id": environment.id,
        "node_id": node_id("Environment", environment.id),
        "name": environment.name,
        "url": f"{hub.addresses.repository(repository)}/environments/{environment.name}",
        "html_url": f"{hub.addresses.page(repository)}/deployments/activity_log?environments_filter={environment.name}",
        "created_at": moment(environment.created_at),
        "updated_at": moment(environment.updated_at),
    }


def environment_document(hub: Hub, repository: Repository, environment: Environment) -> dict[str, Any]:
    """An environment with its rules. One without rules is open to every job."""
    policy = None
    if environment.protected_branches or environment.custom_branches:
        policy = {
            "protected_branches": environment.protected_branches,
            "custom_branch_policies": environment.custom_branches,
        }
    return {
        **short_environment(hub, repository, environment),
        "can_admins_bypass": environment.can_admins_bypass,
        "protection_rules": _rules(hub, repository.owner, environment),
        "deployment_branch_policy": policy,
    }


def _rules(hub: Hub, owner: Account, environment: Environment) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = []
    number = environment.id * 10
    if environment.wait_timer:
        rules.append({"id": number, "node_id": node_id("Gate", number), "type": "wait_timer",
                      "wait_timer": environment.wait_timer})  # fmt: skip
    if environment.reviewers or environment.reviewer_teams:
        rules.append(
            {
                "id": number + 1,
                "node_id": node_id("Gate", number + 1),
                "type": "required_reviewers",
                "prevent_self_review": environment.prevent_self_review,
                "reviewers": reviewers_of(hub, owner, environment),
            }
        )
    if environment.protected_branches or environment.custom_branches:
        rules.append({"id": number + 2, "node_id": node_id("Gate", number + 2), "type": "branch_policy"})
    return rules


def policy_document(policy: BranchPolicy) -> dict[str, Any]:
    """A pattern of refs that may deploy."""
    return {"id": policy.id, "node_id": node_id("BranchPolicy", policy.id), "name": policy.name, "type": policy.type}


def rule_document(hub: Hub, rule: CustomRule) -> dict[str, Any]:
    """A custom protection rule."""
    app = hub.store.records.apps[rule.app_id]
    return {
        "id": rule.id,
        "node_id": node_id("GateRule", rule.id),
        "enabled": rule.enabled,
        "app": {
            "id": app.id,
            "node_id": node_id("App", app.id),
            "slug": app.slug,
            "integration_url": f"{hub.addresses.api}/apps/{app.slug}",
        },
    }


def deployment_document(hub: Hub, repository: Repository, deployment: Deployment) -> dict[str, Any]:
    """A deployment."""
    url = f"{hub.addresses.repository(repository)}/deployments/{deployment.id}"
    return {
        "url": url,
        "id": deployment.id,
        "node_id": node_id("Deployment", deployment.id),
        "task": deployment.task,
        "original_environment": deployment.environment,
        "environment": deployment.environment,
        "description": deployment.description or None,
        "created_at": moment(deployment.created_at),
        "updated_at": moment(deployment.updated_at),
        "statuses_url": f"{url}/statuses",
        "repository_url": hub.addresses.repository(repository),
        "creator": user(hub, deployment.creator),
        "sha": deployment.sha,
        "ref": deployment.ref,
        "payload": deployment.payload,
        "transient_environment": False,
        "production_environment": deployment.environment == "production",
        "performed_via_github_app": None,
    }


def status_document(
    hub: Hub, repository: Repository, deployment: Deployment, status: DeploymentStatus
) -> dict[str, Any]:
    """One word on a deployment."""
    url = f"{hub.addresses.repository(repository)}/deployments/{deployment.id}"
    return {
        "url": f"{url}/statuses/{status.id}",
        "id": status.id,
        "node_id": node_id("DeploymentStatus", status.id),
        "state": status.state,
        "creator": user(hub, status.creator),
        "description": status.description,
        "environment": status.environment,
        "target_url": status.log_url,
        "log_url": status.log_url,
        "environment_url": status.environment_url,
        "created_at": moment(status.created_at),
        "updated_at": moment(status.created_at),
        "deployment_url": url,
        "repository_url": hub.addresses.repository(repository),
    }
