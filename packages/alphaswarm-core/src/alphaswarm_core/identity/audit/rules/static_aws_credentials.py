"""K1 static-aws-credentials: A workflow uses a static AWS key."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity
from alphaswarm_core.identity.audit.nodes import Scalar, scalars, table, text_of
from alphaswarm_core.identity.audit.subjects.expressions import contexts_of, expressions_in
from alphaswarm_core.identity.audit.subjects.workflow import WorkflowFile

_INPUTS = ("aws-access-key-id", "aws-secret-access-key")
_VARIABLES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
_SECRET_MARKS = ("access_key", "aws_secret", "aws_key")


def detect(workflow: WorkflowFile) -> Iterator[Hit]:
    """Inputs, variables and secrets that are AWS keys."""
    for job in workflow.jobs:
        for step in job.steps:
            for key, _ in step.inputs.entries:
                if key.text.lower() in _INPUTS:
                    yield Hit(key.line, f"The job {job.id!r} is given {key.text.lower()}")
    environments = [workflow.root.get("env"), *(job.node.get("env") for job in workflow.jobs)]
    environments += [step.environment for job in workflow.jobs for step in job.steps]
    for environment in environments:
        for key, value in table(environment).entries:
            if key.text in _VARIABLES and text_of(value) and "secrets." not in text_of(value):
                yield Hit(key.line, f"{key.text} is set for jobs", Severity.HIGH)
    for scalar in scalars(workflow.root):
        yield from _secrets(scalar)


def _secrets(scalar: Scalar) -> Iterator[Hit]:
    for line, expression in expressions_in(scalar):
        for context in contexts_of(expression):
            if context.startswith("secrets.") and any(mark in context for mark in _SECRET_MARKS):
                yield Hit(line, f"The secret {context.removeprefix('secrets.').upper()} is an AWS key by its name")


RULE = Rule(
    id="static-aws-credentials",
    reference="K1",
    severity=Severity.CRITICAL,
    applies_to=AppliesTo.WORKFLOW,
    subject=WorkflowFile,
    title="A workflow uses a static AWS key",
    what="No `aws-access-key-id` input, no secret with an AWS key's name, no AWS key in `env`.",
    why="A key in a secret lives until somebody remembers it, and every workflow of every branch can print it.",
    source="platform rule: no AWS key exists anywhere; aws-actions/configure-aws-credentials README",
    fix="Use role-to-assume with id-token: write, and delete the key and the secret.",
    detect=detect,
)
