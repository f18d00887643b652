"""T10 role-creation-without-boundary: A role may create roles without a permissions boundary."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity
from alphaswarm_core.identity.audit.subjects.policy import AuditedStatement, PolicyDocument

_ACTIONS = ("iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy")


def detect(policy: PolicyDocument) -> Iterator[Hit]:
    """Allow statements that cover one of the actions and have no condition on the boundary."""
    if policy.is_trust_policy:
        return
    for statement in policy.statements:
        covered = [action for action in _ACTIONS if statement.actions.covers(action)]
        if not statement.allows or statement.has_principal or not covered or _bounded(statement):
            continue
        if not any(policy.allowing(action) for action in covered):
            continue
        yield policy.gives(
            statement, f"{statement.label} of {policy.name} allows {', '.join(covered)} without a boundary"
        )


def _bounded(statement: AuditedStatement) -> bool:
    keys = (each for each in statement.conditions if each.key.lower() == "iam:permissionsboundary")
    return any(
        each.operator.comparison is not None and not each.operator.comparison.negated and not each.operator.if_exists
        for each in keys
    )


RULE = Rule(
    id="role-creation-without-boundary",
    reference="T10",
    severity=Severity.HIGH,
    applies_to=AppliesTo.POLICY,
    subject=PolicyDocument,
    title="A role may create roles without a permissions boundary",
    what=(
        "An Allow for `iam:CreateRole`, `iam:PutRolePolicy` or `iam:AttachRolePolicy` has a condition on "
        "`iam:PermissionsBoundary`."
    ),
    why=(
        "Who may create a role without a boundary makes an administrator and becomes it. UNC6426 went from a "
        "stolen GitHub token to AWS administration this way."
    ),
    source="Google Cloud Threat Horizons H1 2026; AWS IAM User Guide, Permissions boundaries",
    fix="Add StringEquals `iam:PermissionsBoundary` = the boundary's ARN to the statement.",
    detect=detect,
)
