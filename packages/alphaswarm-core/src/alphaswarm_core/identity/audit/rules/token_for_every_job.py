"""W10 token-for-every-job: Every job of a workflow may get an identity token."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity
from alphaswarm_core.identity.audit.nodes import text_of
from alphaswarm_core.identity.audit.subjects.workflow import WorkflowFile, grants_token


def detect(workflow: WorkflowFile) -> Iterator[Hit]:
    """The token at the top, and `write-all` anywhere."""
    if grants_token(workflow.permissions):
        yield Hit(workflow.root.key_line("permissions"), "id-token: write is granted to every job of the workflow")
    for job in workflow.jobs:
        if text_of(job.node.get("permissions")) == "write-all":
            yield Hit(job.node.key_line("permissions"), f"The job {job.id!r} is granted every permission")


RULE = Rule(
    id="token-for-every-job",
    reference="W10",
    severity=Severity.HIGH,
    applies_to=AppliesTo.WORKFLOW,
    subject=WorkflowFile,
    title="Every job of a workflow may get an identity token",
    what="`id-token: write` stands at the one job that needs it; nowhere `write-all`.",
    why="Each job that may get the token is one more place where an action or a dependency can take it.",
    source="docs.zizmor.sh, excessive-permissions; docs.github.com, OpenID Connect reference",
    fix="Move id-token: write to the job, and write permissions: {} at the top.",
    detect=detect,
)
