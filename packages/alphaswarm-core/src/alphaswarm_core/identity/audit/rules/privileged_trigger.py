"""W13 privileged-trigger: A workflow that changes things is started by an event that nobody meant."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Purpose, Rule, Severity
from alphaswarm_core.identity.audit.nodes import Node, listed, table, text_of
from alphaswarm_core.identity.audit.subjects.workflow import WorkflowFile

_ALLOWED = ("push", "workflow_dispatch", "repository_dispatch", "workflow_call")


def detect(workflow: WorkflowFile) -> Iterator[Hit]:
    """Events outside the list, pushes to any branch, dispatches of any type."""
    if workflow.is_action or not _reaches_privilege(workflow):
        return
    for event, filters in workflow.triggers.items():
        line = workflow.trigger_line(event)
        if event not in _ALLOWED:
            severity = Severity.MEDIUM if event == "schedule" else Severity.HIGH
            yield Hit(line, f"{event} starts a workflow that assumes a privileged role", severity)
        elif event == "push" and not _only_default_branches(workflow, filters):
            yield Hit(line, "A push to other branches or tags starts a workflow that assumes a privileged role")
        elif event == "repository_dispatch" and not listed(table(filters).get("types")):
            message = "A repository_dispatch of any type starts a workflow that assumes a privileged role"
            yield Hit(line, message, Severity.MEDIUM)


def _reaches_privilege(workflow: WorkflowFile) -> bool:
    return any(job.purpose is Purpose.PRIVILEGED for each in workflow.reached() for job in each.jobs)


def _only_default_branches(workflow: WorkflowFile, filters: Node | None) -> bool:
    branches = [text_of(each) for each in listed(table(filters).get("branches"))]
    tags = table(filters).get("tags") is not None or table(filters).get("tags-ignore") is not None
    return bool(branches) and not tags and all(each in workflow.expectations.default_branches for each in branches)


RULE = Rule(
    id="privileged-trigger",
    reference="W13",
    severity=Severity.HIGH,
    applies_to=AppliesTo.WORKFLOW,
    subject=WorkflowFile,
    title="A workflow that changes things is started by an event that nobody meant",
    what=(
        "A file that reaches a job with a privileged role starts on a push to the default branch, on "
        "workflow_dispatch, or on repository_dispatch with types, and on nothing else."
    ),
    why=(
        "AWS cannot see the event. pull_request_target, a merged pull request's `closed`, and a schedule all "
        "carry the default branch's ref."
    ),
    source="docs.github.com, Events that trigger workflows: GITHUB_REF of each event",
    fix="Put the privileged job into a file of its own with these triggers.",
    detect=detect,
)
