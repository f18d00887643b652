"""A1 malformed-policy: IAM refuses a policy, or reads it otherwise than it looks."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity
from alphaswarm_core.identity.audit.subjects.policy import PolicyDocument


def detect(policy: PolicyDocument) -> Iterator[Hit]:
    """The reason for which the policy is refused."""
    if policy.malformed:
        yield Hit(policy.line, f"{policy.name}: {policy.malformed}")


RULE = Rule(
    id="malformed-policy",
    reference="A1",
    severity=Severity.MEDIUM,
    applies_to=AppliesTo.POLICY,
    subject=PolicyDocument,
    title="IAM refuses a policy, or reads it otherwise than it looks",
    what="Every policy whose text is known is valid by IAM's rules.",
    why=(
        "A document that AWS refuses is replaced in a hurry; an operator or element that IAM does not know "
        "means something else than its author thought."
    ),
    source="AWS IAM User Guide, Grammar of the IAM JSON policy language",
    fix="Correct the element that the finding names.",
    detect=detect,
)
