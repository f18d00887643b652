"""W1 dangerous-trigger: A workflow that outsiders can start gets an identity token."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity
from alphaswarm_core.identity.audit.subjects.workflow import WorkflowFile, grants_token

DANGEROUS = (
    "pull_request_target",
    "workflow_run",
    "issue_comment",
    "issues",
    "discussion",
    "discussion_comment",
    "fork",
    "watch",
    "pull_request_review",
    "pull_request_review_comment",
)
"""Events that people without write access cause, and that run with the default branch's trust or near it."""


def detect(workflow: WorkflowFile) -> Iterator[Hit]:
    """Dangerous events of files that reach a job with a token."""
    events = [event for event in workflow.triggers if event in DANGEROUS]
    if not events or not any(any(each.token_jobs()) or _passes_token(each) for each in workflow.reached()):
        return
    for event in events:
        yield Hit(workflow.trigger_line(event), f"{event} starts a workflow that can get an identity token")


def _passes_token(workflow: WorkflowFile) -> bool:
    """Whether the file itself grants the token to all of its jobs."""
    return grants_token(workflow.permissions)


RULE = Rule(
    id="dangerous-trigger",
    reference="W1",
    severity=Severity.CRITICAL,
    applies_to=AppliesTo.WORKFLOW,
    subject=WorkflowFile,
    title="A workflow that outsiders can start gets an identity token",
    what=(
        "No `pull_request_target`, `workflow_run`, `issue_comment` or other event of outsiders in a file that "
        "has `id-token: write`, or that calls one that has."
    ),
    why=(
        "These events run in the context of the default branch for people who have no right to push. One "
        "mistake in the file and their code gets the role."
    ),
    source="docs.github.com, Securely using pull_request_target; securitylab.github.com, Preventing pwn requests",
    fix="Split the workflow: what reacts to outsiders has no token.",
    detect=detect,
)
