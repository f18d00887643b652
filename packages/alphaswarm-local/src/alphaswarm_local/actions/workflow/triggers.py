"""`on:`: the events that start a workflow, with their filters and inputs."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from alphaswarm_local.actions.workflow.inputs import Input

_PULL_REQUEST = (
    "assigned unassigned labeled unlabeled opened edited closed reopened synchronize converted_to_draft locked "
    "unlocked enqueued dequeued milestoned demilestoned ready_for_review review_requested review_request_removed "
    "auto_merge_enabled auto_merge_disabled"
)
_BRANCHES = "branches branches-ignore"
_PATHS = "paths paths-ignore"


@dataclass(frozen=True, slots=True)
class EventKind:
    """What an event may be filtered by: activity types (empty: none) and filter keys."""

    types: frozenset[str] = frozenset()
    filters: frozenset[str] = frozenset()
    any_type: bool = False


def _kind(types: str = "", filters: str = "", *, any_type: bool = False) -> EventKind:
    return EventKind(frozenset(types.split()), frozenset(filters.split()), any_type)


EVENTS: Mapping[str, EventKind] = {
    "branch_protection_rule": _kind("created edited deleted"),
    "check_run": _kind("completed created rerequested requested_action"),
    "check_suite": _kind("completed"),
    "create": _kind(),
    "delete": _kind(),
    "deployment": _kind(),
    "deployment_status": _kind(),
    "discussion": _kind(
        "created edited deleted transferred pinned unpinned labeled unlabeled locked unlocked category_changed "
        "answered unanswered"
    ),
    "discussion_comment": _kind("created edited deleted"),
    "fork": _kind(),
    "gollum": _kind(),
    "issue_comment": _kind("created edited deleted"),
    "issues": _kind(
        "opened edited deleted transferred pinned unpinned closed reopened assigned unassigned labeled unlabeled "
        "locked unlocked milestoned demilestoned typed untyped"
    ),
    "label": _kind("created edited deleted"),
    "merge_group": _kind("checks_requested", _BRANCHES),
    "milestone": _kind("created closed opened edited deleted"),
    "page_build": _kind(),
    "public": _kind(),
    "pull_request": _kind(_PULL_REQUEST, f"{_BRANCHES} {_PATHS}"),
    "pull_request_review": _kind("submitted edited dismissed"),
    "pull_request_review_comment": _kind("created edited deleted"),
    "pull_request_target": _kind(_PULL_REQUEST, f"{_BRANCHES} {_PATHS}"),
    "push": _kind("", f"{_BRANCHES} tags tags-ignore {_PATHS}"),
    "registry_package": _kind("published updated"),
    "release": _kind("published unpublished created edited deleted prereleased released"),
    "repository_dispatch": _kind(any_type=True),
    "schedule": _kind(),
    "status": _kind(),
    "watch": _kind("started"),
    "workflow_call": _kind(),
    "workflow_dispatch": _kind(),
    "workflow_run": _kind("requested completed in_progress", f"workflows {_BRANCHES}"),
}
"""Every event. Source: docs.github.com, "Events that trigger workflows", and the schema of actions/languageservices."""

DEFAULT_TYPES: Mapping[str, frozenset[str]] = {
    "pull_request": frozenset({"opened", "synchronize", "reopened"}),
    "pull_request_target": frozenset({"opened", "synchronize", "reopened"}),
}
"""Activity types that count where a workflow names none; of all other events, every type does."""


@dataclass(frozen=True, slots=True)
class EventFilter:
    """The filters of one event; None where a key is not there, because an empty one lets nothing through."""

    types: tuple[str, ...] | None = None
    branches: tuple[str, ...] | None = None
    branches_ignore: tuple[str, ...] | None = None
    tags: tuple[str, ...] | None = None
    tags_ignore: tuple[str, ...] | None = None
    paths: tuple[str, ...] | None = None
    paths_ignore: tuple[str, ...] | None = None
    workflows: tuple[str, ...] | None = None
    crons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Triggers:
    """`on:`.

    Attributes:
        events: Event → its filters.
        dispatch_inputs: Of `workflow_dispatch`.
        call_inputs: Of `workflow_call`.
        call_secrets: Name → whether a caller must give it.
    """

    events: Mapping[str, EventFilter]
    dispatch_inputs: Mapping[str, Input] = field(default_factory=dict)
    call_inputs: Mapping[str, Input] = field(default_factory=dict)
    call_secrets: Mapping[str, bool] = field(default_factory=dict)
