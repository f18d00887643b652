"""Which stack a workflow's event is about, and what may be done to it. Events carry what their senders wrote.

| event | stack | action |
| --- | --- | --- |
| push to the default branch | all trees, the first environment | plan |
| workflow_dispatch | its inputs | its inputs |
| repository_dispatch `admin-image-published` | app tier, the first environment, with the images' digests | apply |
| pull_request | all trees, the first environment | plan |

A dispatch of a release never goes further than the first environment: promotion is a decision of people.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from alphaswarm_core.errors import RefusedError
from alphaswarm_core.settings import Settings

IMAGE_PUBLISHED = "admin-image-published"
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_RUN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_IMAGE_INPUTS = ("backend_image_digest", "frontend_image_digest")
_MAIN = "refs/heads/main"
_ACTIONS = ("plan", "apply")


class PipelineEventError(RefusedError):
    """The event is none that the pipeline knows, or says something that has no place in it."""

    code = "AS-EVT-001"
    summary = "The event that started the workflow is refused"


@dataclass(frozen=True, slots=True)
class PipelineOrder:
    """What the pipeline is asked for.

    Attributes:
        tree: Of `alphaswarm.toml`.
        environment: Where.
        action: `plan` or `apply`.
        plan_run: The approved plan that is to be applied; empty where none was named.
        inputs: Input variables of the stack.
        named: Whether the event is about that one tree; otherwise all are planned.
    """

    tree: str
    environment: str
    action: str
    plan_run: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    named: bool = True


def pipeline_order(settings: Settings, event: str, ref: str, document: Mapping[str, Any]) -> PipelineOrder:
    """The order in an event.

    Args:
        settings: The project's.
        event: `GITHUB_EVENT_NAME`.
        ref: `GITHUB_REF`.
        document: The event, as `GITHUB_EVENT_PATH` has it.

    Raises:
        PipelineEventError: unknown event, another branch, or a value out of its form.
    """
    first = next(iter(settings.environments))
    if event == "pull_request":
        return PipelineOrder(settings.runtime_tree(), first, "plan", named=False)
    if ref != _MAIN:
        raise PipelineEventError(f"{event} on {ref[:80]!r} is refused", why=f"the pipeline runs on {_MAIN} only")
    if event == "push":
        return PipelineOrder(settings.runtime_tree(), first, "plan", named=False)
    if event == "workflow_dispatch":
        return _dispatched(settings, _table(document.get("inputs")))
    if event == "repository_dispatch" and document.get("action") == IMAGE_PUBLISHED:
        return PipelineOrder(settings.runtime_tree(), first, "apply", inputs=_digests(document.get("client_payload")))
    raise PipelineEventError(f"The event {event[:80]!r} starts nothing here")


def _dispatched(settings: Settings, inputs: Mapping[str, Any]) -> PipelineOrder:
    tree = _one_of(inputs, "tree", tuple(settings.trees))
    environment = _one_of(inputs, "env", tuple(settings.environments))
    action = _one_of(inputs, "action", _ACTIONS)
    plan_run = str(inputs.get("plan_run") or "")
    if plan_run and not _RUN.fullmatch(plan_run):
        raise PipelineEventError("The input plan_run is not the whole id of a run", why=f"found {plan_run[:60]!r}")
    runs = settings.trees[tree].applied_by == "runtime"
    if plan_run and (not runs or action != "apply"):
        raise PipelineEventError("plan_run goes with an apply of the app tier only")
    return PipelineOrder(tree, environment, action, plan_run)


def _one_of(inputs: Mapping[str, Any], name: str, known: tuple[str, ...]) -> str:
    value = inputs.get(name)
    if value not in known:
        raise PipelineEventError(f"The input {name} is {str(value)[:60]!r}", fix=f"One of: {', '.join(known)}")
    return str(value)


def _digests(payload: object) -> dict[str, str]:
    """The images' digests, both or none; whatever else a sender put beside them is left alone."""
    given = {name: _table(payload).get(name) for name in _IMAGE_INPUTS}
    for name, value in given.items():
        if not isinstance(value, str) or not _DIGEST.fullmatch(value):
            raise PipelineEventError(
                f"{name} of {IMAGE_PUBLISHED} is not a digest", why=f"found {str(value)[:80]!r}", fix="sha256:…"
            )
    return {name: str(value) for name, value in given.items()}


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
