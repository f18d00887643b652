"""C3 start-build-overrides: Who may start a build may also say what the build does."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity
from alphaswarm_core.identity.audit.subjects.policy import AuditedStatement, PolicyDocument

_ACTIONS = ("codebuild:StartBuild", "codebuild:StartBuildBatch")
OVERRIDES = (
    "codebuild:source",
    "codebuild:source.location",
    "codebuild:source.buildspec",
    "codebuild:secondarySources",
    "codebuild:environment.image",
    "codebuild:environment.privilegedMode",
    "codebuild:environment.environmentVariables.name",
    "codebuild:serviceRole",
    "codebuild:cache",
)
"""Overrides that run other code, or the same code with other inputs or rights."""
_VARIABLES = "codebuild:environment.environmentvariables.name"


def detect(policy: PolicyDocument) -> Iterator[Hit]:
    """Allowed builds with overrides that nothing denies."""
    for action in _ACTIONS:
        statement = policy.allowing(action)
        if statement is None:
            continue
        denied = {key for each in policy.statements for key in _denied(each, action)}
        open_keys = [key for key in OVERRIDES if key.lower() not in denied]
        if open_keys:
            message = f"{statement.label} of {policy.name} allows {action} with overrides: {', '.join(open_keys)}"
            yield policy.gives(statement, message)


def _denied(statement: AuditedStatement, action: str) -> Iterator[str]:
    """The override that a Deny statement forbids: one condition on one key. Two are ANDed and forbid neither."""
    if statement.effect != "Deny" or not statement.actions.covers(action) or len(statement.conditions) != 1:
        return
    condition = statement.conditions[0]
    absent = condition.operator.name == "Null" and [each.text for each in condition.values] == ["false"]
    allow_list = condition.operator.name in ("ForAnyValue:StringNotEquals", "ForAnyValue:StringNotLike")
    if absent or (allow_list and condition.key.lower() == _VARIABLES):
        yield condition.key.lower()


RULE = Rule(
    id="start-build-overrides",
    reference="C3",
    severity=Severity.HIGH,
    applies_to=AppliesTo.POLICY,
    subject=PolicyDocument,
    title="Who may start a build may also say what the build does",
    what=(
        "A policy that allows `codebuild:StartBuild` denies each override by a statement of its own: `Null` "
        "of exactly one key, `false`."
    ),
    why=(
        "StartBuild takes a buildspec, an image, a source and a service role along. Each of them is code "
        "execution as the build's role."
    ),
    source=(
        "AWS CodeBuild User Guide, action context keys; keys inside one Null block are all needed, so one "
        "block denies nothing alone"
    ),
    fix="Add one Deny statement for each override key with the condition Null = false.",
    detect=detect,
)
