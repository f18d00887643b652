"""A4 invalid-exception: An exception does not hold."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity
from alphaswarm_core.identity.audit.subjects.files import BrokenException


def detect(exception: BrokenException) -> Iterator[Hit]:
    """What is wrong with it."""
    yield Hit(exception.line, exception.reason)


RULE = Rule(
    id="invalid-exception",
    reference="A4",
    severity=Severity.MEDIUM,
    applies_to=AppliesTo.FILE,
    subject=BrokenException,
    title="An exception does not hold",
    what="Every exception names a rule that exists, an owner, a reason and a day within a year, which is not over.",
    why="An exception without an owner or an end is how a finding is forgotten.",
    source="platform rule: exceptions expire",
    fix="Complete it, renew it with a reason, or remove it and the finding.",
    detect=detect,
)
