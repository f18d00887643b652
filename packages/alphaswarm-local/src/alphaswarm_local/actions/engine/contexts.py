"""The contexts `github` and `runner`, and the variables that steps are told from them."""

import platform
from collections.abc import Mapping
from typing import Any

from alphaswarm_local.actions.engine.layout import Layout
from alphaswarm_local.actions.engine.settings import RunnerSettings
from alphaswarm_local.actions.expressions.values import Value
from alphaswarm_local.actions.seam.requests import RunRequest

RUNNER_NAME = "AlphaSwarm local runner"
_ARCHITECTURES = {"x86_64": "X64", "AMD64": "X64", "aarch64": "ARM64", "arm64": "ARM64"}
_SYSTEMS = {"Linux": "Linux", "Darwin": "macOS"}
_TOLD = (
    "action", "action_path", "action_ref", "action_repository", "actor", "actor_id", "api_url", "base_ref",
    "event_name", "event_path", "graphql_url", "head_ref", "job", "ref", "ref_name", "ref_protected", "ref_type",
    "repository", "repository_id", "repository_owner", "repository_owner_id", "retention_days", "run_attempt", "run_id",
    "run_number",
    "server_url", "sha", "triggering_actor", "workflow", "workflow_ref", "workflow_sha", "workspace",
)  # fmt: skip
"""What of `github` becomes a variable `GITHUB_…`. The token and the event do not."""


def github_context(run: RunRequest, settings: RunnerSettings, workflow: str) -> dict[str, Value]:
    """`github` as far as the run determines it. Ids and numbers of runs are texts, as on GitHub."""
    event: Any = run.event
    repository = run.repository
    return {
        "actor": run.actor,
        "actor_id": str(run.actor_id),
        "api_url": settings.api_url,
        "base_ref": run.base_ref,
        "event": event,
        "event_name": run.event_name,
        "graphql_url": settings.graphql_url,
        "head_ref": run.head_ref,
        "ref": run.ref,
        "ref_name": run.ref_name,
        "ref_protected": run.ref_protected,
        "ref_type": run.ref_type,
        "repository": repository.name,
        "repository_id": str(repository.id),
        "repository_owner": repository.owner,
        "repository_owner_id": str(repository.owner_id),
        "repositoryUrl": f"git://github.com/{repository.name}.git",
        "retention_days": "90",
        "run_attempt": str(run.run_attempt),
        "run_id": str(run.run_id),
        "run_number": str(run.run_number),
        "secret_source": "None" if run.from_fork else "Actions",
        "server_url": settings.server_url,
        "sha": run.sha,
        "triggering_actor": run.triggering_actor or run.actor,
        "workflow": workflow,
        "workflow_ref": run.workflow_ref,
        "workflow_sha": run.workflow_sha,
    }


def runner_context(layout: Layout, settings: RunnerSettings) -> dict[str, Value]:
    """`runner`."""
    return {
        "arch": _ARCHITECTURES.get(platform.machine(), platform.machine()),
        "debug": "1" if settings.debug else "",
        "environment": "github-hosted",
        "name": RUNNER_NAME,
        "os": _SYSTEMS.get(platform.system(), platform.system()),
        "temp": str(layout.temp),
        "tool_cache": str(layout.tools),
        "workspace": str(layout.workspace.parent),
    }


def told_variables(github: Mapping[str, Value], runner: Mapping[str, Value]) -> dict[str, str]:
    """`GITHUB_…` and `RUNNER_…`."""
    told = {f"GITHUB_{name.upper()}": _text(github.get(name)) for name in _TOLD if github.get(name) is not None}
    told |= {f"RUNNER_{name.upper()}": _text(value) for name, value in runner.items() if value}
    return {"CI": "true", "GITHUB_ACTIONS": "true", **told}


def _text(value: Value) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
