"""T2 subject-repository-open: A subject does not name one repository."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity, undecided
from alphaswarm_core.identity.audit.nodes import HOLE
from alphaswarm_core.identity.audit.subjects.policy import PolicyDocument, Value

_BEGINNINGS = ("repo:", "repository:")


def detect(policy: PolicyDocument) -> Iterator[Hit]:
    """Values of `sub` that several repositories fit."""
    for statement in policy.github_statements():
        for value in statement.pinned("sub"):
            named = names_one_repository(value)
            shown = f"{statement.label} of {policy.name}: the subject {value.shown!r}"
            if named is None:
                yield undecided(value.line, f"{shown} has parts that are not known here")
            elif not named:
                yield Hit(value.line, f"{shown} does not name one repository")


def names_one_repository(value: Value) -> bool | None:
    """Whether only one repository's tokens fit; None when a pattern has unknown parts before its repository ends."""
    if not value.pattern and HOLE in value.text:
        return True  # compared exactly: whatever the hole is, it is no wildcard
    prefix = value.prefix
    if prefix.startswith("repository_id:"):  # a customised subject that begins with the immutable id
        return prefix.removeprefix("repository_id:").partition(":")[0].isdigit()
    beginning = next((each for each in _BEGINNINGS if prefix.startswith(each)), None)
    if beginning is None:
        return None if HOLE in prefix else False
    repository, colon, _ = prefix.removeprefix(beginning).partition(":")
    if HOLE in repository:
        return None
    owner, slash, name = repository.partition("/")
    return bool(colon and slash and owner and name and "/" not in name)


RULE = Rule(
    id="subject-repository-open",
    reference="T2",
    severity=Severity.CRITICAL,
    applies_to=AppliesTo.POLICY,
    subject=PolicyDocument,
    title="A subject does not name one repository",
    what=(
        "The text of each accepted `sub` before its first wildcard contains the whole `repo:OWNER/REPO:` (or "
        "`repo:OWNER@ID/REPO@ID:`)."
    ),
    why=(
        "`repo:org*` admits `org-evil`, and `repo:org/*` admits every repository of the organisation, also "
        "one that anybody may create."
    ),
    source="securitylabs.datadoghq.com, Exploring GitHub-to-AWS keyless authentication flaws",
    fix="Write owner and repository out, and list each repository that is meant.",
    detect=detect,
)
