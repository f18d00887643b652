"""T9 repository-ids-not-pinned: A role trusts names that somebody else can take over."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity, undecided
from alphaswarm_core.identity.audit.nodes import HOLE
from alphaswarm_core.identity.audit.subjects.policy import AuditedStatement, PolicyDocument, Value


def detect(policy: PolicyDocument) -> Iterator[Hit]:
    """Statements that rest on names alone."""
    for statement in policy.github_statements():
        subjects = statement.pinned("sub")
        missing = [claim for claim in ("repository_id", "repository_owner_id") if not _exact(statement, claim)]
        if not subjects or not missing or all(_immutable(value) for value in subjects):
            continue
        message = f"{statement.label} of {policy.name} does not pin {' and '.join(missing)}"
        only_unknown = all(HOLE in value.text.partition(":")[2].partition(":")[0] for value in subjects)
        if only_unknown:
            yield undecided(statement.line, f"{message}; its subjects are not known")
        else:
            yield statement.lacks(message)


def _exact(statement: AuditedStatement, claim: str) -> bool:
    values = statement.pinned(claim)
    return bool(values) and not any(value.wildcard for value in values)


def _immutable(value: Value) -> bool:
    """`repo:OWNER@ID/REPO@ID:…`."""
    owner, _, name = value.prefix.removeprefix("repo:").partition(":")[0].partition("/")
    return all(part.partition("@")[2].isdigit() for part in (owner, name))


RULE = Rule(
    id="repository-ids-not-pinned",
    reference="T9",
    severity=Severity.MEDIUM,
    applies_to=AppliesTo.POLICY,
    subject=PolicyDocument,
    title="A role trusts names that somebody else can take over",
    what=(
        "`repository_id` and `repository_owner_id` are pinned exactly, or every subject is in the immutable "
        "format with both ids."
    ),
    why="A deleted or renamed owner's name can be registered by anybody, who then mints the old subject.",
    source="docs.github.com, OpenID Connect reference: immutable subject claims; AWS recommends the ids over names",
    fix="Add StringEquals conditions on `repository_id` and `repository_owner_id`.",
    detect=detect,
)
