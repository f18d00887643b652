"""T8 workflow-file-not-pinned: Any workflow file of the repository can assume the role."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Purpose, Rule, Severity, undecided
from alphaswarm_core.identity.audit.subjects.policy import AuditedStatement, PolicyDocument


def detect(policy: PolicyDocument) -> Iterator[Hit]:
    """Statements without the pinned file (high where an environment or a privileged role is concerned)."""
    if policy.purpose is Purpose.PLAN:
        return
    for statement in policy.github_statements():
        files = statement.pinned("job_workflow_ref")
        if not files and statement.pinned("sub"):
            severity = Severity.HIGH if _privileged(policy, statement) else Severity.MEDIUM
            yield statement.lacks(f"{statement.label} of {policy.name} accepts every workflow file", severity)
        for value in files:
            shown = f"{statement.label} of {policy.name}: the workflow {value.shown!r}"
            if value.open:
                yield undecided(value.line, f"{shown} is a pattern with unknown parts")
            elif value.wildcard:
                yield Hit(value.line, f"{shown} fits more than one file or ref", Severity.HIGH)


def _privileged(policy: PolicyDocument, statement: AuditedStatement) -> bool:
    environment = any(":environment:" in value.text for value in statement.pinned("sub"))
    return environment or policy.purpose is Purpose.PRIVILEGED


RULE = Rule(
    id="workflow-file-not-pinned",
    reference="T8",
    severity=Severity.MEDIUM,
    applies_to=AppliesTo.POLICY,
    subject=PolicyDocument,
    title="Any workflow file of the repository can assume the role",
    what=(
        "A role that is not a plan role pins `job_workflow_ref` to a file on a protected branch (or at a "
        "commit), without wildcards."
    ),
    why="Whoever can add a workflow file to the branch, or edits another one that is reviewed less, gets the role.",
    source="PyPI trusted publishers, security model; docs.github.com, Using OpenID Connect with reusable workflows",
    fix="Add StringEquals `job_workflow_ref` = `OWNER/REPO/.github/workflows/FILE.yml@refs/heads/main`.",
    detect=detect,
)
