"""W2 pull-request-checkout: A privileged workflow checks out the code of a pull request."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity
from alphaswarm_core.identity.audit.nodes import Scalar, text_of
from alphaswarm_core.identity.audit.subjects.expressions import contexts_of, expressions_in
from alphaswarm_core.identity.audit.subjects.workflow import Job, Step, WorkflowFile

_PRIVILEGED = ("pull_request_target", "workflow_run", "issue_comment", "issues", "discussion_comment")
_HEADS = ("github.head_ref", "github.event.pull_request.head", "github.event.workflow_run.head")
_COMMANDS = ("gh pr checkout", "refs/pull/", "git fetch origin pull/")


def detect(workflow: WorkflowFile) -> Iterator[Hit]:
    """Steps that bring in the head of a pull request."""
    privileged = [event for event in workflow.triggers if event in _PRIVILEGED]
    for job in workflow.jobs:
        for step in job.steps:
            if step.input("allow-unsafe-pr-checkout") == "true":
                yield Hit(step.line, f"The job {job.id!r} allows an unsafe checkout of a pull request")
            if privileged:
                yield from _checkout(job, step, privileged[0])


def _checkout(job: Job, step: Step, event: str) -> Iterator[Hit]:
    for name in ("ref", "repository"):
        value = step.inputs.get(name)
        text = text_of(value)
        heads = isinstance(value, Scalar) and any(
            context.startswith(_HEADS) for _, expression in expressions_in(value) for context in contexts_of(expression)
        )
        if step.action == "actions/checkout" and (heads or "refs/pull/" in text):
            yield Hit(step.line, f"The job {job.id!r} checks out the head of a pull request on {event}")
    for line, row in step.script_lines():
        command = next((each for each in _COMMANDS if each in " ".join(row.split())), None)
        if command:
            yield Hit(line, f"The job {job.id!r} brings in a pull request on {event} ({command})")


RULE = Rule(
    id="pull-request-checkout",
    reference="W2",
    severity=Severity.CRITICAL,
    applies_to=AppliesTo.WORKFLOW,
    subject=WorkflowFile,
    title="A privileged workflow checks out the code of a pull request",
    what=(
        "In workflows on `pull_request_target`, `workflow_run` or `issue_comment`: no checkout of the head, "
        "no `gh pr checkout`, no fetch of `refs/pull`. Nowhere `allow-unsafe-pr-checkout`."
    ),
    why=(
        "The fork's code then runs, by a build script or a hook, with the base repository's token, secrets and caches."
    ),
    source="docs.github.com, Securely using pull_request_target; securitylab.github.com, Preventing pwn requests",
    fix="Check pull requests in a workflow on pull_request, which has neither token nor secrets.",
    detect=detect,
)
