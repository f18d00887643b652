"""W8 actor-condition: A condition trusts the name of the actor."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity
from alphaswarm_core.identity.audit.nodes import Scalar
from alphaswarm_core.identity.audit.subjects.expressions import contexts_of
from alphaswarm_core.identity.audit.subjects.workflow import WorkflowFile

_ACTORS = ("github.actor", "github.triggering_actor")


def detect(workflow: WorkflowFile) -> Iterator[Hit]:
    """Conditions of jobs and steps on the actor."""
    for job in workflow.jobs:
        conditions = [job.condition, *(step.node.get("if") for step in job.steps)]
        for condition in conditions:
            if isinstance(condition, Scalar) and any(each in _ACTORS for each in contexts_of(_inner(condition.text))):
                yield Hit(condition.line, f"A condition of the job {job.id!r} trusts the actor's name")


def _inner(condition: str) -> str:
    """The expression; its braces are optional in `if`."""
    return condition.replace("${{", " ").replace("}}", " ")


RULE = Rule(
    id="actor-condition",
    reference="W8",
    severity=Severity.MEDIUM,
    applies_to=AppliesTo.WORKFLOW,
    subject=WorkflowFile,
    title="A condition trusts the name of the actor",
    what="No `if` compares `github.actor` or `github.triggering_actor`.",
    why=(
        "The actor is who caused the last event, not who wrote the code: a rerun, or a bot that is made to "
        "push, carries the trusted name."
    ),
    source="docs.zizmor.sh, bot-conditions; synacktiv.com, GitHub Actions exploitation: Dependabot",
    fix="Look at the author of the pull request (github.event.pull_request.user.login), and gate by environment.",
    detect=detect,
)
