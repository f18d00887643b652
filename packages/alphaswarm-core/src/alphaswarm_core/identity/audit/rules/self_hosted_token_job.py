"""W9 self-hosted-token-job: A job with an identity token runs on a machine that others use too."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity, undecided
from alphaswarm_core.identity.audit.nodes import Table, scalars
from alphaswarm_core.identity.audit.subjects.workflow import WorkflowFile

_HOSTED = ("ubuntu-", "windows-", "macos-")


def detect(workflow: WorkflowFile) -> Iterator[Hit]:
    """Runners of token jobs that are not, or not certainly, GitHub's."""
    for job in workflow.token_jobs():
        runner = job.node.get("runs-on")
        if runner is None:
            continue
        line = job.node.key_line("runs-on")
        group = isinstance(runner, Table)
        labels = [each.text for each in scalars(runner)]
        if any(label.lower() == "self-hosted" for label in labels):
            yield Hit(line, f"The token job {job.id!r} runs on a self-hosted runner")
        elif any("${{" in label for label in labels):
            yield undecided(line, f"Where the token job {job.id!r} runs is not known")
        elif group or not any(label.startswith(_HOSTED) for label in labels):
            where = ", ".join(labels)[:80]
            yield Hit(line, f"The token job {job.id!r} runs on {where!r}, which is not GitHub's", Severity.MEDIUM)


RULE = Rule(
    id="self-hosted-token-job",
    reference="W9",
    severity=Severity.HIGH,
    applies_to=AppliesTo.WORKFLOW,
    subject=WorkflowFile,
    title="A job with an identity token runs on a machine that others use too",
    what="Jobs with `id-token: write` run on runners that GitHub hosts.",
    why=(
        "What an earlier job left on a runner that is not thrown away reads the token of the next one. AWS "
        "cannot see which runner a job used."
    ),
    source="docs.github.com, Secure use reference: self-hosted runners; docs.zizmor.sh, self-hosted-runner",
    fix="Use a GitHub-hosted runner, or a runner that lives for one job and say so in an exception.",
    detect=detect,
)
