"""A3 unreadable-file: A file that should be judged cannot be read."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity
from alphaswarm_core.identity.audit.subjects.files import UnreadFile


def detect(file: UnreadFile) -> Iterator[Hit]:
    """The reason, at its line."""
    yield Hit(file.line, file.reason)


RULE = Rule(
    id="unreadable-file",
    reference="A3",
    severity=Severity.MEDIUM,
    applies_to=AppliesTo.FILE,
    subject=UnreadFile,
    title="A file that should be judged cannot be read",
    what="Every workflow, Terraform file, policy and settings document is well-formed and within the bounds.",
    why="A scanner that skips what it does not understand is got around by one odd character.",
    source="platform rule: fail closed",
    fix="Correct the file, or make it smaller.",
    detect=detect,
)
