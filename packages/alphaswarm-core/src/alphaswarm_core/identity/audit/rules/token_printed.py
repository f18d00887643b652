"""W12 token-printed: A script handles a token or a session by hand."""

from collections.abc import Iterator

from alphaswarm_core.identity.audit.model import AppliesTo, Hit, Rule, Severity
from alphaswarm_core.identity.audit.subjects.workflow import Job, WorkflowFile

_VARIABLES = ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "ACTIONS_RUNTIME_TOKEN", "AWS_SESSION_TOKEN", "AWS_SECRET_ACCESS_KEY")
_TRACES = ("set -x", "set -ex", "set -eux", "set -euxo", "set -exo", "set -o xtrace", "bash -x", "sh -x")
_DUMPS = ("env", "printenv", "export -p", "set", "declare -x")
_UPLOADS = ("actions/upload-artifact", "actions/cache", "actions/cache/save")
_HOMES = ("~/.aws", ".aws/", "$HOME", "~/", "/home/runner")


def detect(workflow: WorkflowFile) -> Iterator[Hit]:
    """Places where a token or a session can get out."""
    for job in workflow.jobs:
        for step in job.steps:
            for line, row in step.script_lines():
                yield from _line(job, line, row.strip())
            paths = step.input("path") if step.action in _UPLOADS and job.has_token else ""
            home = next((each for each in _HOMES if each in paths), None)
            if home:
                yield Hit(step.line, f"The token job {job.id!r} keeps files of {home}")


def _line(job: Job, line: int, row: str) -> Iterator[Hit]:
    variable = next((each for each in _VARIABLES if each in row), None)
    if variable:
        yield Hit(line, f"A script of the job {job.id!r} handles {variable}")
    if "aws configure export-credentials" in row:
        yield Hit(line, f"A script of the job {job.id!r} exports credentials")
    trace = next((each for each in _TRACES if row == each or row.startswith(f"{each} ")), None)
    if job.has_token and trace:
        yield Hit(line, f"The token job {job.id!r} prints every command ({trace})", Severity.MEDIUM)
    first = row.partition("|")[0].partition(">")[0].strip()
    if job.has_token and first in _DUMPS:
        yield Hit(line, f"The token job {job.id!r} prints its environment ({first})", Severity.HIGH)


RULE = Rule(
    id="token-printed",
    reference="W12",
    severity=Severity.HIGH,
    applies_to=AppliesTo.WORKFLOW,
    subject=WorkflowFile,
    title="A script handles a token or a session by hand",
    what=(
        "No script uses the token request or AWS session variables; in token jobs no `set -x`, no bare `env`, "
        "no export of credentials, no upload of a home directory."
    ),
    why=(
        "What is printed is in the log, and what is written is in an artifact or a cache; masking misses "
        "every other encoding."
    ),
    source="Unit 42, GitHub repository artifacts leak tokens; CVE-2025-30066",
    fix="Let the credentials action do it. Where a script has to, say why in an exception.",
    detect=detect,
)
