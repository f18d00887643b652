"""W5 artifact-from-other-run: A job trusts an artifact of another run."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity
from alphaswarm_core.identity.audit.subjects.workflow import Step, WorkflowFile

_OTHERS = ("dawidd6/action-download-artifact",)


def detect(workflow: WorkflowFile) -> Iterator[Hit]:
    """Downloads across runs where it matters."""
    reacting = "workflow_run" in workflow.triggers
    for job in workflow.jobs:
        if not (job.has_token or reacting) or workflow.is_action:
            continue
        for step in job.all_steps():
            for line, how in _downloads(step):
                yield Hit(line, f"The job {job.id!r} takes an artifact of another run ({how})", path=step.path)


def _downloads(step: Step) -> Iterator[tuple[int, str]]:
    if step.action in _OTHERS or (step.action == "actions/download-artifact" and step.input("run-id")):
        yield step.line, step.action
    for line, row in step.script_lines():
        if "gh run download" in row:
            yield line, "gh run download"


RULE = Rule(
    id="artifact-from-other-run",
    reference="W5",
    severity=Severity.HIGH,
    applies_to=AppliesTo.WORKFLOW,
    subject=WorkflowFile,
    title="A job trusts an artifact of another run",
    what=(
        "No artifact of another run in a job with a token or a workflow on `workflow_run`, unless its digest "
        "is compared with one from a trusted place."
    ),
    why=(
        "The other run may have been a fork's. A swapped plan, or a script in an artifact, then runs with "
        "this job's rights."
    ),
    source="docs.github.com, Securely using pull_request_target: treat artifacts as untrusted; Unit 42, ArtiPACKED",
    fix=(
        "Take the artifact from a store with digests, and compare the digest before use. Where it is "
        "compared, say so in an exception."
    ),
    detect=detect,
)
