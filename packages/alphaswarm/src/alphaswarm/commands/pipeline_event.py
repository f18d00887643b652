"""`alphaswarm pipeline-event`: what the event that started a workflow asks for, checked, as outputs of the job."""

import json
import os
from pathlib import Path
from typing import Any

import click

from alphaswarm.composition import options, session
from alphaswarm.job_outputs import write_outputs
from alphaswarm.output import details
from alphaswarm_core.errors import UsageError

_LARGEST_EVENT = 4_000_000


@click.command(name="pipeline-event")
@click.option("--outputs", is_flag=True, help="Write the answer to the job's outputs ($GITHUB_OUTPUT).")
@options()
def pipeline_event(outputs: bool, **common: Any) -> None:  # noqa: FBT001
    """Say which stack the workflow's event is about. Refuses (exit 3) other branches, events and malformed values."""
    from alphaswarm_core.delivery.pipeline_event import pipeline_order
    from alphaswarm_core.identity.trust import Role, role_arn

    here = session(**common)
    name, ref = os.environ.get("GITHUB_EVENT_NAME", ""), os.environ.get("GITHUB_REF", "")
    order = pipeline_order(here.settings, name, ref, _event())
    environment = here.settings.environment(order.environment)
    answer = {
        "tree": order.tree,
        "env": order.environment,
        "action": order.action,
        "runs": str(here.settings.trees[order.tree].applied_by == "runtime").lower(),
        "gated": str(environment.approvals > 0).lower(),
        "trees": json.dumps([order.tree] if order.named else list(here.settings.trees)),
        "runtime_tree": here.settings.runtime_tree(),
        "plan_run": order.plan_run,
        "inputs": " ".join(f"--var={key}={value}" for key, value in sorted(order.inputs.items())),
        "plan_role": role_arn(here.settings, order.environment, Role.PLAN),
        "execution_role": f"arn:aws:iam::{environment.account_id}:role/AqpTerraformExecutionRole",
        "external_id": f"{here.settings.project}-{order.environment}",
        "region": here.settings.region,
    }
    if outputs:
        write_outputs(answer)
    here.output.result("pipeline-event/v1", answer, details(answer))


def _event() -> dict[str, Any]:
    place = os.environ.get("GITHUB_EVENT_PATH")
    if not place:
        raise UsageError("There is no event", why="GITHUB_EVENT_PATH is not set", fix="This runs in a workflow's job")
    try:
        with Path(place).open("rb") as file:
            document = json.loads(file.read(_LARGEST_EVENT + 1)[:_LARGEST_EVENT])
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError("The event cannot be read", why=str(error)) from error
    return document if isinstance(document, dict) else {}
