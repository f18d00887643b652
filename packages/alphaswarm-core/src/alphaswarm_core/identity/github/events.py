"""Events that start workflows, and what each means for the ref and the subject of a job.

Source: docs.github.com, "Events that trigger workflows" (the value of `GITHUB_REF` of each event).
"""

from collections.abc import Mapping
from enum import Enum, StrEnum


class Event(StrEnum):
    """The values of the claim `event_name`. A called workflow (`workflow_call`) has its caller's event."""

    BRANCH_PROTECTION_RULE = "branch_protection_rule"
    CHECK_RUN = "check_run"
    CHECK_SUITE = "check_suite"
    CREATE = "create"
    DELETE = "delete"
    DEPLOYMENT = "deployment"
    DEPLOYMENT_STATUS = "deployment_status"
    DISCUSSION = "discussion"
    DISCUSSION_COMMENT = "discussion_comment"
    FORK = "fork"
    GOLLUM = "gollum"
    ISSUE_COMMENT = "issue_comment"
    ISSUES = "issues"
    LABEL = "label"
    MERGE_GROUP = "merge_group"
    MILESTONE = "milestone"
    PAGE_BUILD = "page_build"
    PUBLIC = "public"
    PULL_REQUEST = "pull_request"
    PULL_REQUEST_REVIEW = "pull_request_review"
    PULL_REQUEST_REVIEW_COMMENT = "pull_request_review_comment"
    PULL_REQUEST_TARGET = "pull_request_target"
    PUSH = "push"
    REGISTRY_PACKAGE = "registry_package"
    RELEASE = "release"
    REPOSITORY_DISPATCH = "repository_dispatch"
    SCHEDULE = "schedule"
    STATUS = "status"
    WATCH = "watch"
    WORKFLOW_DISPATCH = "workflow_dispatch"
    WORKFLOW_RUN = "workflow_run"


class RefRule(Enum):
    """Which ref a job of an event runs on."""

    BRANCH_OR_TAG = "the branch or tag that was pushed, made or chosen"
    TAG = "the tag of the release"
    DEFAULT_BRANCH = "the default branch"
    MERGE_REF = "refs/pull/N/merge, or the base branch when the pull request was closed by merging"
    QUEUE = "the branch that the merge queue made"
    DEPLOYED = "the branch or tag of the deployment; empty when it was made from a commit"


_OTHER_RULES: Mapping[Event, RefRule] = {
    Event.CREATE: RefRule.BRANCH_OR_TAG,
    Event.DEPLOYMENT: RefRule.DEPLOYED,
    Event.DEPLOYMENT_STATUS: RefRule.DEPLOYED,
    Event.MERGE_GROUP: RefRule.QUEUE,
    Event.PULL_REQUEST: RefRule.MERGE_REF,
    Event.PULL_REQUEST_REVIEW: RefRule.MERGE_REF,
    Event.PULL_REQUEST_REVIEW_COMMENT: RefRule.MERGE_REF,
    Event.PUSH: RefRule.BRANCH_OR_TAG,
    Event.REGISTRY_PACKAGE: RefRule.BRANCH_OR_TAG,
    Event.RELEASE: RefRule.TAG,
    Event.WORKFLOW_DISPATCH: RefRule.BRANCH_OR_TAG,
}
REF_RULES: Mapping[Event, RefRule] = {event: _OTHER_RULES.get(event, RefRule.DEFAULT_BRANCH) for event in Event}
"""Every event. `pull_request_target` runs on the default branch since 2025-12-08, whatever the base is."""

PULL_REQUEST_EVENTS = frozenset({Event.PULL_REQUEST, Event.PULL_REQUEST_REVIEW, Event.PULL_REQUEST_REVIEW_COMMENT})
"""Their subject is `pull_request`; of a fork they get no token."""

EVENTS_WITH_BRANCHES = PULL_REQUEST_EVENTS | {Event.PULL_REQUEST_TARGET}
"""They may carry `base_ref` and `head_ref`."""
