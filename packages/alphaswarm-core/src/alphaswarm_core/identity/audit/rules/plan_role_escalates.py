"""P7 plan-role-escalates: A plan role can change things, or become more than it is."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Purpose, Rule, Severity
from alphaswarm_core.identity.audit.subjects.policy import AuditedStatement, PolicyDocument

_ACTIONS = (
    "iam:PassRole",
    "iam:CreateRole",
    "iam:AttachRolePolicy",
    "iam:PutRolePolicy",
    "iam:UpdateAssumeRolePolicy",
    "iam:CreatePolicyVersion",
    "iam:SetDefaultPolicyVersion",
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:AddUserToGroup",
    "codebuild:StartBuild",
    "codebuild:StartBuildBatch",
    "codebuild:CreateProject",
    "codebuild:UpdateProject",
    "lambda:CreateFunction",
    "lambda:UpdateFunctionCode",
    "lambda:InvokeFunction",
    "ecs:RunTask",
    "ecs:RegisterTaskDefinition",
    "ecs:UpdateService",
    "ecs:ExecuteCommand",
    "ec2:RunInstances",
    "ssm:PutParameter",
    "ssm:SendCommand",
    "ssm:StartSession",
    "cloudformation:CreateStack",
    "cloudformation:UpdateStack",
    "events:PutTargets",
    "ecr:PutImage",
    "s3:PutObject",
    "s3:DeleteObject",
    "kms:CreateGrant",
    "kms:PutKeyPolicy",
    "secretsmanager:PutSecretValue",
)
_MOST_NAMED = 6


def detect(policy: PolicyDocument) -> Iterator[Hit]:
    """Allowed actions of the list, unless an unconditional Deny takes them back."""
    if policy.purpose is not Purpose.PLAN or policy.is_trust_policy:
        return
    found: dict[int, tuple[AuditedStatement, list[str]]] = {}
    for action in _ACTIONS:
        statement = policy.allowing(action)
        if statement is not None:
            found.setdefault(statement.index, (statement, []))[1].append(action)
    for statement, actions in found.values():
        more = f" and {len(actions) - _MOST_NAMED} more" if len(actions) > _MOST_NAMED else ""
        yield policy.gives(
            statement, f"{statement.label} of {policy.name} allows {', '.join(actions[:_MOST_NAMED])}{more}"
        )


RULE = Rule(
    id="plan-role-escalates",
    reference="P7",
    severity=Severity.HIGH,
    applies_to=AppliesTo.POLICY,
    subject=PolicyDocument,
    title="A plan role can change things, or become more than it is",
    what=(
        "A role that plans has none of the actions by which one becomes another role, runs code elsewhere, or "
        "writes state and parameters."
    ),
    why=(
        "With `iam:PassRole`, `codebuild:StartBuild` or a deploy pointer in Parameter Store, planning is one "
        "call away from applying."
    ),
    source="AWS IAM privilege escalation methods; platform rule: the plan role cannot change anything",
    fix="Remove the actions, and add an unconditional Deny for them on every resource.",
    detect=detect,
)
