"""W10 top-level-permissions: A workflow does not begin with no permissions."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity
from alphaswarm_core.identity.audit.nodes import scalars
from alphaswarm_core.identity.audit.subjects.workflow import WorkflowFile


def detect(workflow: WorkflowFile) -> Iterator[Hit]:
    """Missing (medium), writing (medium) and reading (low) permissions at the top."""
    if workflow.is_action:
        return
    permissions = workflow.permissions
    if permissions is None:
        yield Hit(1, "The workflow has no permissions at its top, so its jobs get the repository's default")
        return
    line = workflow.root.key_line("permissions")
    values = [each.text for each in scalars(permissions)]
    if any(value in ("write", "write-all") for value in values):
        yield Hit(line, "The workflow grants permissions to write at its top")
    elif any(value in ("read", "read-all") for value in values):
        yield Hit(line, "The workflow grants permissions to read at its top, to every job", Severity.LOW)


RULE = Rule(
    id="top-level-permissions",
    reference="W10",
    severity=Severity.MEDIUM,
    applies_to=AppliesTo.WORKFLOW,
    subject=WorkflowFile,
    title="A workflow does not begin with no permissions",
    what="Every workflow has `permissions: {}` at its top; jobs ask for what they need.",
    why=(
        "Without it, every job has the repository's default, which may be to write everything, and a new job "
        "has it unasked."
    ),
    source="docs.github.com, Workflow syntax: permissions; docs.zizmor.sh, excessive-permissions",
    fix="Write permissions: {} at the top, and permissions at each job.",
    detect=detect,
)
