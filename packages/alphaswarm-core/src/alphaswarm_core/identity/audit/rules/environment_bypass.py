"""T7 environment-bypass: A role for a reviewed environment is also given to jobs without that environment."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Purpose, Rule, Severity, undecided
from alphaswarm_core.identity.audit.nodes import HOLE
from alphaswarm_core.identity.audit.subjects.policy import AuditedStatement, PolicyDocument, Value


def detect(policy: PolicyDocument) -> Iterator[Hit]:
    """Subjects that no reviewer releases where a reviewed one is accepted too; statements are alternatives."""
    subjects = [value for statement in policy.github_statements() for value in statement.pinned("sub")]
    reviewed = any(_reviewed(value, policy) for value in subjects)
    ungated = any(_environment(value) for value in subjects) and not reviewed
    if ungated or not (reviewed or policy.purpose is Purpose.PRIVILEGED):
        return
    for statement in policy.github_statements():
        yield from _bypasses(policy, statement)


def _bypasses(policy: PolicyDocument, statement: AuditedStatement) -> Iterator[Hit]:
    subjects = statement.pinned("sub")
    for value in subjects:
        message = (
            f"{statement.label} of {policy.name}: {value.shown!r} is the subject of jobs that no reviewer releases"
        )
        if not _reviewed(value, policy):
            yield undecided(value.line, message) if HOLE in value.text else Hit(value.line, message)
    if any(_reviewed(value, policy) for value in subjects) and not statement.pinned("environment"):
        message = f"{statement.label} of {policy.name} does not pin the claim 'environment'"
        yield statement.lacks(message, Severity.MEDIUM)


def _environment(value: Value) -> str:
    """The environment in a subject; empty when it has none."""
    return value.text.partition(":environment:")[2].partition(":")[0]


def _reviewed(value: Value, policy: PolicyDocument) -> bool:
    environment = _environment(value)
    return bool(environment) and policy.expectations.approvals_of(environment) > 0


RULE = Rule(
    id="environment-bypass",
    reference="T7",
    severity=Severity.HIGH,
    applies_to=AppliesTo.POLICY,
    subject=PolicyDocument,
    title="A role for a reviewed environment is also given to jobs without that environment",
    what=(
        "Every subject that a privileged role accepts is an environment's, and the claim `environment` is "
        "pinned. A role that accepts an environment's subject accepts no other kind."
    ),
    why=(
        "GitHub asks the reviewers only when the job names the environment. With `ref:refs/heads/main` as an "
        "alternative, a job on main leaves `environment:` out and nobody is asked."
    ),
    source="docs.github.com, OpenID Connect reference: the subject of a job with an environment",
    fix=(
        "Accept only `…:environment:NAME`, and pin the claim `environment`. Declare environments without "
        "reviewers under [approvals] as 0."
    ),
    detect=detect,
)
