"""W7 template-injection: An expression is pasted into a script."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity
from alphaswarm_core.identity.audit.nodes import Scalar
from alphaswarm_core.identity.audit.subjects.expressions import contexts_of, expressions_in, is_fixed, is_from_outside
from alphaswarm_core.identity.audit.subjects.workflow import WorkflowFile


def detect(workflow: WorkflowFile) -> Iterator[Hit]:
    """Expressions in executed texts; critical where outsiders fill them."""
    for job in workflow.jobs:
        for step in job.steps:
            shell = step.node.get("shell")
            texts = [*step.scripts(), *([shell] if isinstance(shell, Scalar) else [])]
            for text in texts:
                for line, expression in expressions_in(text):
                    yield from _judged(line, expression)


def _judged(line: int, expression: str) -> Iterator[Hit]:
    contexts = contexts_of(expression)
    moving = [each for each in contexts if not is_fixed(each)]
    if not moving:
        return
    outside = next((each for each in moving if is_from_outside(each)), None)
    message = f"{outside or moving[0]} is pasted into a script"
    yield Hit(line, message, Severity.CRITICAL if outside else Severity.HIGH)


RULE = Rule(
    id="template-injection",
    reference="W7",
    severity=Severity.HIGH,
    applies_to=AppliesTo.WORKFLOW,
    subject=WorkflowFile,
    title="An expression is pasted into a script",
    what=(
        "No `${{ … }}` in `run`, `shell` or the script of `actions/github-script`, except contexts whose "
        "values GitHub makes itself."
    ),
    why=(
        "The expression is replaced before the shell sees the text: a title, a branch name or a dispatch "
        "input becomes part of the program."
    ),
    source="securitylab.github.com, Untrusted input in GitHub Actions",
    fix="Put the value into env and use the variable, in quotes.",
    detect=detect,
)
