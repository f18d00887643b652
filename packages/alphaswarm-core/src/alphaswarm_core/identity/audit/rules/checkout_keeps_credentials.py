"""W5 checkout-keeps-credentials: A checkout leaves its token in the working tree."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity
from alphaswarm_core.identity.audit.subjects.workflow import WorkflowFile


def detect(workflow: WorkflowFile) -> Iterator[Hit]:
    """Checkouts without the input."""
    for job in workflow.jobs:
        for step in job.steps:
            if step.action == "actions/checkout" and step.input("persist-credentials") != "false":
                yield Hit(step.line, f"The job {job.id!r} checks out and keeps the credentials")


RULE = Rule(
    id="checkout-keeps-credentials",
    reference="W5",
    severity=Severity.LOW,
    applies_to=AppliesTo.WORKFLOW,
    subject=WorkflowFile,
    title="A checkout leaves its token in the working tree",
    what="Every `actions/checkout` has `persist-credentials: false`.",
    why="The token stays in .git/config, where later steps, dependencies and uploaded artifacts find it.",
    source="Unit 42, ArtiPACKED: GitHub repository artifacts leak tokens",
    fix="Add persist-credentials: false; a job that pushes authenticates where it pushes.",
    detect=detect,
)
