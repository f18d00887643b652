"""W11 secrets-inherit: A called workflow gets every secret."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity
from alphaswarm_core.identity.audit.nodes import text_of
from alphaswarm_core.identity.audit.subjects.workflow import WorkflowFile


def detect(workflow: WorkflowFile) -> Iterator[Hit]:
    """Calls that inherit."""
    for job in workflow.jobs:
        if text_of(job.node.get("secrets")) == "inherit":
            yield Hit(job.node.key_line("secrets"), f"The job {job.id!r} hands every secret to {job.uses[:120]!r}")


RULE = Rule(
    id="secrets-inherit",
    reference="W11",
    severity=Severity.MEDIUM,
    applies_to=AppliesTo.WORKFLOW,
    subject=WorkflowFile,
    title="A called workflow gets every secret",
    what="No `secrets: inherit`.",
    why=(
        "The callee, and every action in it, then has all secrets of the repository and the organisation "
        "instead of the ones that it needs."
    ),
    source="docs.zizmor.sh, secrets-inherit",
    fix="Pass the secrets that are needed, by name.",
    detect=detect,
)
