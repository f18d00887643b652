"""T3 subject-wildcard: A subject has a wildcard behind its repository."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Purpose, Rule, Severity, undecided
from alphaswarm_core.identity.audit.subjects.policy import PolicyDocument, Value


def detect(policy: PolicyDocument) -> Iterator[Hit]:
    """Values of `sub` with a wildcard that lets in more than one kind of job."""
    for statement in policy.github_statements():
        for value in statement.pinned("sub"):
            shown = f"{statement.label} of {policy.name}: the subject {value.shown!r}"
            if value.open and not value.wildcard:
                yield undecided(value.line, f"{shown} may have a wildcard: it is a pattern with unknown parts")
            elif not value.pattern and "*" in value.text:
                yield Hit(value.line, f"{shown} is compared letter by letter, so its * fits no token", Severity.LOW)
            elif value.wildcard and _too_wide(value, policy.purpose):
                yield Hit(value.line, f"{shown} has a wildcard")


def _too_wide(value: Value, purpose: Purpose) -> bool:
    """Every wildcard of a privileged role; else all but one inside the name of a tag or branch."""
    if purpose is Purpose.PRIVILEGED:
        return True
    _, marker, ref = value.prefix.partition(":ref:")
    return not marker or ref in ("", "refs/", "refs/heads/")


RULE = Rule(
    id="subject-wildcard",
    reference="T3",
    severity=Severity.HIGH,
    applies_to=AppliesTo.POLICY,
    subject=PolicyDocument,
    title="A subject has a wildcard behind its repository",
    what=(
        "No `*` or `?` in the environment, no `:*` and no `ref:refs/heads/*`; for a privileged role no wildcard at all."
    ),
    why=(
        "`repo:o/r:*` admits pull requests and every branch; `environment:prod*` admits an environment that a "
        "workflow file creates, without reviewers, by naming it."
    ),
    source="docs.github.com, Managing environments; GitHub's own sample policy has the wildcard",
    fix="Use StringEquals and list every subject that is meant.",
    detect=detect,
)
