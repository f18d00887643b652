"""W6 unpinned-action: An action can change under the workflow."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity
from alphaswarm_core.identity.audit.nodes import Scalar, Table, table, text_of
from alphaswarm_core.identity.audit.subjects.workflow import Job, WorkflowFile

_HASH_DIGITS = 40
_FIRST_PARTY = ("actions/", "github/")


def detect(workflow: WorkflowFile) -> Iterator[Hit]:
    """Actions, reusable workflows and images that are named by something movable."""
    for job in workflow.jobs:
        if job.uses and not _pinned(job.uses):
            yield _hit(job.node.key_line("uses"), job.uses)
        for step in job.steps:
            if step.uses and not _pinned(step.uses):
                yield _hit(step.node.key_line("uses"), step.uses)
        yield from _images(job)


def _hit(line: int, uses: str) -> Hit:
    first_party = uses.lower().startswith(_FIRST_PARTY)
    return Hit(line, f"{uses[:120]!r} can be changed by its owner", Severity.MEDIUM if first_party else None)


def _pinned(uses: str) -> bool:
    if uses.startswith("./"):
        return True
    if uses.startswith("docker://"):
        return "@sha256:" in uses
    version = uses.rpartition("@")[2]
    return len(version) == _HASH_DIGITS and all(letter in "0123456789abcdef" for letter in version)


def _images(job: Job) -> Iterator[Hit]:
    """`container`, `services`, and the image of a container action."""
    container = job.node.get("container")
    found = [container.get("image") if isinstance(container, Table) else container]
    found += [table(each).get("image") for _, each in table(job.node.get("services")).entries]
    if job.workflow.is_action and text_of(job.node.get("image")).startswith("docker://"):
        found.append(job.node.get("image"))
    for image in found:
        text = text_of(image)
        if isinstance(image, Scalar) and text and "@sha256:" not in text and "${{" not in text:
            yield Hit(image.line, f"The image {text[:120]!r} is not named by its digest", Severity.MEDIUM)


RULE = Rule(
    id="unpinned-action",
    reference="W6",
    severity=Severity.HIGH,
    applies_to=AppliesTo.WORKFLOW,
    subject=WorkflowFile,
    title="An action can change under the workflow",
    what="Every `uses` of another repository ends in a full commit hash, and every image in a digest.",
    why=(
        "Tags move: tj-actions/changed-files (CVE-2025-30066) and trivy-action were pointed to code that read "
        "the runner's memory."
    ),
    source="tj-actions/changed-files#2463; GHSA-mrrh-fwg8-r2c3; Unit 42, GitHub Actions supply chain attack",
    fix="Pin to the 40 digits of the commit and name the version in a comment.",
    detect=detect,
)
