"""P3 plan-role-reads-secrets: A plan role can read secrets."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Purpose, Rule, Severity
from alphaswarm_core.identity.audit.subjects.policy import AuditedStatement, PolicyDocument

_ALWAYS = ("secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue", "sts:AssumeRole")
_ON_EVERYTHING = (
    "kms:Decrypt",
    "ssm:GetParameter",
    "ssm:GetParameters",
    "ssm:GetParametersByPath",
    "ssm:GetParameterHistory",
)


def detect(policy: PolicyDocument) -> Iterator[Hit]:
    """Allowed actions that give out secrets, unless an unconditional Deny takes them back."""
    if policy.purpose is not Purpose.PLAN or policy.is_trust_policy:
        return
    found: dict[int, tuple[AuditedStatement, list[str]]] = {}
    for action in (*_ALWAYS, *_ON_EVERYTHING):
        statement = policy.allowing(action)
        if statement is not None and (action in _ALWAYS or _everything(statement)):
            found.setdefault(statement.index, (statement, []))[1].append(action)
    for statement, actions in found.values():
        yield policy.gives(statement, f"{statement.label} of {policy.name} allows {', '.join(actions)}")


def _everything(statement: AuditedStatement) -> bool:
    """Whether the resources are all of a kind, and no condition says through which service."""
    limited = any(each.key.lower() == "kms:viaservice" and each.restricts for each in statement.conditions)
    ends = ("*", ":*", ":key/*", ":alias/*", ":parameter/*", ":parameter*")
    wide = any(each == "*" or each.endswith(ends[1:]) for each in statement.resources.values)
    return (wide or statement.resources.negated) and not limited


RULE = Rule(
    id="plan-role-reads-secrets",
    reference="P3",
    severity=Severity.HIGH,
    applies_to=AppliesTo.POLICY,
    subject=PolicyDocument,
    title="A plan role can read secrets",
    what=(
        "A role that plans has no `secretsmanager:GetSecretValue`, no `kms:Decrypt` on every key, no "
        "`ssm:GetParameter*` on every parameter, no `sts:AssumeRole`."
    ),
    why=(
        "A plan executes what the pull request brings: providers, modules, data sources. What the plan role "
        "can read, whoever can push a branch can read."
    ),
    source=(
        "runatlantis.io, Security: Protect Terraform planning; Mercari engineering, Terraform CI code "
        "execution restrictions"
    ),
    fix="Allow reads on named resources only, and add an unconditional Deny for the secret-reading actions.",
    detect=detect,
)
