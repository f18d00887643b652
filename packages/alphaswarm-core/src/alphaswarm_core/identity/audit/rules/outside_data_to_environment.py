"""W7 outside-data-to-environment: Data from outside is written to GITHUB_ENV, GITHUB_PATH or GITHUB_OUTPUT."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity
from alphaswarm_core.identity.audit.nodes import Scalar, table
from alphaswarm_core.identity.audit.subjects.expressions import contexts_of, expressions_in, is_from_outside
from alphaswarm_core.identity.audit.subjects.workflow import Job, Step, WorkflowFile

_FILES = {"GITHUB_ENV": Severity.HIGH, "GITHUB_PATH": Severity.HIGH, "GITHUB_OUTPUT": Severity.MEDIUM}
_DEFAULT_VARIABLES = ("GITHUB_HEAD_REF", "GITHUB_REF_NAME", "GITHUB_REF", "GITHUB_BASE_REF", "GITHUB_ACTOR")


def detect(workflow: WorkflowFile) -> Iterator[Hit]:
    """Lines that name both such a file and such a variable."""
    for job in workflow.jobs:
        for step in job.steps:
            names = {*_DEFAULT_VARIABLES, *_filled_outside(workflow, job, step)}
            for line, row in step.script_lines():
                file = next((each for each in _FILES if f"${each}" in row or f"${{{each}}}" in row), None)
                used = sorted(name for name in names if _uses(row, name))
                if file and used:
                    yield Hit(line, f"${used[0]}, which outsiders fill, is written to {file}", _FILES[file])


def _filled_outside(workflow: WorkflowFile, job: Job, step: Step) -> Iterator[str]:
    """The variables whose value has an expression from outside."""
    for environment in (table(workflow.root.get("env")), table(job.node.get("env")), step.environment):
        for key, value in environment.entries:
            expressions = expressions_in(value) if isinstance(value, Scalar) else ()
            if any(is_from_outside(context) for _, each in expressions for context in contexts_of(each)):
                yield key.text


def _uses(row: str, name: str) -> bool:
    """Whether a line has `$NAME` or `${NAME…}`, and not only the beginning of a longer name."""
    start = row.find(f"${name}")
    while start >= 0:
        after = row[start + len(name) + 1 : start + len(name) + 2]
        if not (after.isalnum() or after == "_"):
            return True
        start = row.find(f"${name}", start + 1)
    return any(f"${{{name}{end}" in row for end in ("}", ":", "%", "#", "/"))


RULE = Rule(
    id="outside-data-to-environment",
    reference="W7",
    severity=Severity.MEDIUM,
    applies_to=AppliesTo.WORKFLOW,
    subject=WorkflowFile,
    title="Data from outside is written to GITHUB_ENV, GITHUB_PATH or GITHUB_OUTPUT",
    what="No script line writes a variable that outsiders fill to one of these files.",
    why=(
        "A line break in the value adds variables of the outsider's choice, such as LD_PRELOAD or "
        "NODE_OPTIONS, to every later step."
    ),
    source="docs.zizmor.sh, github-env; securitylab.github.com, Untrusted input",
    fix="Check the value against a pattern first, in a step of its own, and write what was checked.",
    detect=detect,
)
