"""T8 ref-not-pinned: A role accepts tokens of any ref."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity, undecided
from alphaswarm_core.identity.audit.subjects.policy import AuditedStatement, PolicyDocument, Value

_MERGE_REF = "refs/pull/*/merge"


def detect(policy: PolicyDocument) -> Iterator[Hit]:
    """Statements whose subjects leave the ref open, and refs that are pinned too loosely."""
    for statement in policy.github_statements():
        subjects = [value.text for value in statement.pinned("sub")]
        pulls = any(each.endswith(":pull_request") for each in subjects)
        if not pulls and not any(":environment:" in each for each in subjects):
            continue
        refs = statement.pinned("ref")
        if not refs:
            kind = "pull requests" if pulls else "an environment"
            severity = Severity.MEDIUM if pulls else Severity.HIGH
            yield statement.lacks(f"{statement.label} of {policy.name} accepts {kind} from any ref", severity)
        for value in refs:
            yield from _loose(policy, statement, value, pulls=pulls)


def _loose(policy: PolicyDocument, statement: AuditedStatement, value: Value, *, pulls: bool) -> Iterator[Hit]:
    shown = f"{statement.label} of {policy.name}: the ref {value.shown!r}"
    if value.open:
        yield undecided(value.line, f"{shown} is a pattern with unknown parts")
    elif value.wildcard and not (pulls and value.text == _MERGE_REF):
        yield Hit(value.line, f"{shown} fits more than one branch")


RULE = Rule(
    id="ref-not-pinned",
    reference="T8",
    severity=Severity.HIGH,
    applies_to=AppliesTo.POLICY,
    subject=PolicyDocument,
    title="A role accepts tokens of any ref",
    what=(
        "A role that accepts an environment's subject pins `ref`; one that accepts `…:pull_request` pins "
        "`ref` to `refs/pull/*/merge`."
    ),
    why=(
        "The subject of a job with an environment says nothing of its branch. Merged pull requests and "
        "pull_request_target carry the base branch as ref, and the merge ref shuts both out."
    ),
    source="docs.github.com, Events that trigger workflows; OpenID Connect reference",
    fix="Add StringEquals `ref` = `refs/heads/main`, for pull requests StringLike `ref` = `refs/pull/*/merge`.",
    detect=detect,
)
