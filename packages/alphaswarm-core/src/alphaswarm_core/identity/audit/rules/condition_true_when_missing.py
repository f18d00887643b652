"""T4 condition-true-when-missing: A condition on GitHub's claims is true when the claim is missing."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity
from alphaswarm_core.identity.audit.subjects.policy import AuditedCondition, PolicyDocument
from alphaswarm_core.identity.iam.operators import Family, Quantifier


def detect(policy: PolicyDocument) -> Iterator[Hit]:
    """Conditions whose operator does not restrict, or restricts less than it seems to."""
    for statement in policy.github_statements():
        for condition in statement.on_claims():
            found = _weakness(condition)
            if found:
                weakness, severity = found
                where = f"{statement.label} of {policy.name}: {condition.operator.name} on {condition.claim!r}"
                yield Hit(condition.line, f"{where} {weakness}", severity)


def _weakness(condition: AuditedCondition) -> tuple[str, Severity] | None:
    operator, compared = condition.operator, condition.operator.comparison
    if operator.quantifier is Quantifier.ALL:
        return "is true for a token without the claim", Severity.HIGH
    if operator.if_exists:
        return "lets in a token without the claim", Severity.HIGH
    if compared is not None and compared.negated:
        return "lets in everything but what is listed, and a token without the claim", Severity.HIGH
    if operator.quantifier is Quantifier.ANY:
        return "is a set operator on a claim with one value", Severity.LOW
    if compared is not None and compared.family is Family.STRING_FOLDED:
        return "lets in other spellings, which may be other environments or refs", Severity.MEDIUM
    return None


RULE = Rule(
    id="condition-true-when-missing",
    reference="T4",
    severity=Severity.HIGH,
    applies_to=AppliesTo.POLICY,
    subject=PolicyDocument,
    title="A condition on GitHub's claims is true when the claim is missing",
    what=(
        "No `ForAllValues`, `…IfExists` or negated operator on a claim in an Allow statement; no set operator "
        "or case-insensitive operator on claims, which have one value."
    ),
    why="These operators are true for a token that does not have the claim, and for a misspelt claim always.",
    source="AWS IAM User Guide, Multivalued context keys; aws-actions/configure-aws-credentials README",
    fix="Use StringEquals (or StringLike where a pattern is needed) on each claim.",
    detect=detect,
)
