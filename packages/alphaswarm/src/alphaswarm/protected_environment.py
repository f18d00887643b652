"""Before a workflow job changes a gated environment: whether GitHub really holds such jobs until people agreed.

A workflow that names a missing environment creates it, without any rule, and AWS sees nothing of it: the subject of the
token is the same. So the job looks, and what it cannot see counts as missing.
"""

import os
from typing import TYPE_CHECKING

from alphaswarm_core.errors import RefusedError

if TYPE_CHECKING:
    from alphaswarm.composition import Session


class EnvironmentUnprotectedError(RefusedError):
    """The GitHub environment of a gated environment does not hold its jobs."""

    code = "AS-GHS-001"
    summary = "The GitHub environment is missing, unprotected, or cannot be read"


def require_protected(here: "Session", environment: str) -> None:
    """Refuse to go on in a workflow job if the GitHub environment is not what it has to be.

    Outside workflow jobs, and where nobody's approval is asked for, there is nothing to look at.

    Raises:
        EnvironmentUnprotectedError: it is missing, an aspect of its protection is off, or cannot be read.
        GithubTokenError: the job has no token to look with.
    """
    from alphaswarm_core.identity.actor import is_workflow_job

    if not is_workflow_job(os.environ) or here.settings.environment(environment).approvals == 0:
        return
    from alphaswarm_core.adapters.github import GithubClient, api_url, environment_token
    from alphaswarm_core.adapters.github.settings_access import GithubSettings
    from alphaswarm_core.delivery.github_settings import Verdict, declared_environment, protection_of

    declared = declared_environment(here.settings, environment)
    with GithubClient(environment_token(os.environ), api_url=api_url(os.environ)) as client:
        live = GithubSettings(client, os.environ.get("GITHUB_REPOSITORY", "")).environment(declared, variables=False)
    # A job's token may not see teams. That somebody has to review is what matters here; who, `github check` compares.
    off = [
        each
        for each in protection_of(declared, live)
        if each.verdict is not Verdict.OK and not (each.aspect == "reviewers" and _somebody(live.document))
    ]
    if off:
        raise EnvironmentUnprotectedError(
            f"The GitHub environment {environment} does not hold its jobs as alphaswarm.toml says",
            why="; ".join(f"{each.aspect}: {each.live}, not {each.declared}" for each in off),
            fix=f"An administrator of the repository runs: alphaswarm github setup --env {environment}",
        )


def _somebody(document: object) -> bool:
    rules = document.get("protection_rules") if isinstance(document, dict) else None
    return any(each.get("type") == "required_reviewers" and each.get("reviewers") for each in rules or ())
