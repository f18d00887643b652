"""T1 trust-without-subject: A role accepts GitHub tokens without looking at their subject or audience."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity
from alphaswarm_core.identity.audit.subjects.policy import PolicyDocument


def detect(policy: PolicyDocument) -> Iterator[Hit]:
    """Statements without a restricted subject (critical) or audience (high)."""
    for statement in policy.statements:
        if statement.trusts_github is None and not any(statement.on_claims()):
            message = f"{statement.label} of {policy.name} accepts any token of a provider that is not known here"
            yield statement.lacks(message, Severity.HIGH)
        if not statement.trusts_github:
            continue
        for claim, severity in (("sub", Severity.CRITICAL), ("aud", Severity.HIGH)):
            if not statement.pinned(claim):
                message = f"{statement.label} of {policy.name} accepts tokens whatever their {claim!r} is"
                yield statement.lacks(message, severity)


RULE = Rule(
    id="trust-without-subject",
    reference="T1",
    severity=Severity.CRITICAL,
    applies_to=AppliesTo.POLICY,
    subject=PolicyDocument,
    title="A role accepts GitHub tokens without looking at their subject or audience",
    what=(
        "Every Allow statement for GitHub's provider restricts both `sub` and `aud` with a positive operator, "
        "without `IfExists` or `ForAllValues`."
    ),
    why=(
        "GitHub signs tokens for every repository in the world with the same key. Without `sub` any of them "
        "gets the role; Datadog found hundreds of such roles by code search."
    ),
    source="securitylabs.datadoghq.com, Exploring GitHub-to-AWS keyless authentication flaws",
    fix="Add StringEquals conditions on `token.actions.githubusercontent.com:sub` and `…:aud` to the same statement.",
    detect=detect,
)
