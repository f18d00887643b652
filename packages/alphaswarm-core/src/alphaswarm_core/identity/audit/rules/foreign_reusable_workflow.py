"""W11 foreign-reusable-workflow: A workflow of somebody else gets an identity token."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity
from alphaswarm_core.identity.audit.subjects.workflow import WorkflowFile


def detect(workflow: WorkflowFile) -> Iterator[Hit]:
    """Token jobs that call a workflow outside the declared organisation."""
    own = workflow.expectations.organisation.lower()
    for job in workflow.token_jobs():
        owner = job.uses.partition("/")[0].lower()
        if not job.uses or job.uses.startswith("./") or (own and owner == own):
            continue
        unsure = "" if own else " (no organisation is declared)"
        yield Hit(job.node.key_line("uses"), f"The token job {job.id!r} is the workflow {job.uses[:120]!r}{unsure}")


RULE = Rule(
    id="foreign-reusable-workflow",
    reference="W11",
    severity=Severity.HIGH,
    applies_to=AppliesTo.WORKFLOW,
    subject=WorkflowFile,
    title="A workflow of somebody else gets an identity token",
    what="A job with `id-token: write` calls reusable workflows of the own organisation only.",
    why=(
        "The callee runs under this repository's subject. Whoever controls it gets every role that trusts "
        "this repository."
    ),
    source="docs.github.com, Using OpenID Connect with reusable workflows",
    fix="Copy the workflow into the organisation, and declare `organisation` in .alphaswarm-audit.toml.",
    detect=detect,
)
