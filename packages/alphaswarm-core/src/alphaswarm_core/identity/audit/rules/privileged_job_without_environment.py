"""T7 privileged-job-without-environment: A job assumes a privileged role without naming an environment."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Purpose, Rule, Severity
from alphaswarm_core.identity.audit.subjects.workflow import WorkflowFile


def detect(workflow: WorkflowFile) -> Iterator[Hit]:
    """Privileged jobs without an environment. A job that is a called workflow cannot name one; its callee is judged."""
    if workflow.is_action:
        return
    for job in workflow.jobs:
        if job.purpose is Purpose.PRIVILEGED and not job.environment and not job.uses:
            yield Hit(job.line, f"The job {job.id!r} assumes a privileged role without an environment")


RULE = Rule(
    id="privileged-job-without-environment",
    reference="T7",
    severity=Severity.HIGH,
    applies_to=AppliesTo.WORKFLOW,
    subject=WorkflowFile,
    title="A job assumes a privileged role without naming an environment",
    what="Every job whose role changes things has an `environment`.",
    why=(
        "GitHub asks reviewers for environments only. A job without one starts at once, and gets the role if "
        "the trust policy has any other subject."
    ),
    source="docs.github.com, Deployments and environments",
    fix="Give the job the environment whose role it assumes.",
    detect=detect,
)
