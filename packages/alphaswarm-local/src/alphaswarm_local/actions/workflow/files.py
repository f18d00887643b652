"""Reads a workflow file whole."""

from collections.abc import Mapping

from alphaswarm_core.identity.audit.nodes import Table
from alphaswarm_local.actions.expressions import Template
from alphaswarm_local.actions.workflow import places
from alphaswarm_local.actions.workflow.job_reading import read_concurrency, read_defaults, read_job
from alphaswarm_local.actions.workflow.model import Job, Workflow
from alphaswarm_local.actions.workflow.permissions import read_permissions
from alphaswarm_local.actions.workflow.reading import Reader, entries
from alphaswarm_local.actions.workflow.trigger_reading import read_triggers

_KEYS = {"name", "run-name", "on", "permissions", "env", "defaults", "concurrency", "jobs"}


def parse_workflow(text: str, path: str) -> Workflow:
    """Understand a workflow file.

    Args:
        text: Its content.
        path: Its path in the repository, which is its name where it states none.

    Raises:
        WorkflowFileError: GitHub would not run it, or the runner does not do what it says.
    """
    reader = Reader(path)
    root = reader.table(reader.root(text), "the workflow", _KEYS)
    jobs = _jobs(reader, root)
    named = root.get("name")
    return Workflow(
        path=path,
        name=reader.text(named, "name") if named is not None else path,
        run_name=reader.optional(root.get("run-name"), "run-name", places.RUN_NAME),
        triggers=read_triggers(reader, root.get("on"), root),
        jobs=jobs,
        permissions=read_permissions(reader, root.get("permissions")),
        env=reader.templates(root.get("env"), "env", places.WORKFLOW_ENV),
        defaults=read_defaults(reader, root.get("defaults"), places.PLAIN),
        concurrency=read_concurrency(reader, root.get("concurrency"), places.WORKFLOW_CONCURRENCY),
        call_outputs=_call_outputs(reader, root),
    )


def _jobs(reader: Reader, root: Table) -> Mapping[str, Job]:
    table = reader.table(root.get("jobs"), "jobs")
    if not table.entries:
        reader.refuse(root.key_line("jobs"), "There are no jobs")
    jobs = {key.text: read_job(reader, key, value) for key, value in table.entries}
    for job in jobs.values():
        for need in job.needs:
            if need not in jobs:
                reader.refuse(job.line, f"The job {job.id} needs {need[:60]!r}, which does not exist")
    _refuse_cycles(reader, jobs)
    return jobs


def _refuse_cycles(reader: Reader, jobs: Mapping[str, Job]) -> None:
    waiting = dict(jobs)
    while ready := [job for job in waiting.values() if not any(need in waiting for need in job.needs)]:
        for job in ready:
            del waiting[job.id]
    if waiting:
        first = next(iter(waiting.values()))
        reader.refuse(first.line, f"Jobs need each other in a circle: {', '.join(waiting)}")


def _call_outputs(reader: Reader, root: Table) -> Mapping[str, Template]:
    on = root.get("on")
    call = on.get("workflow_call") if isinstance(on, Table) else None
    outputs = reader.table(call.get("outputs") if isinstance(call, Table) else None, "workflow_call.outputs")
    found = {}
    for name, node in entries(outputs):
        table = reader.table(node, f"the output {name}", {"description", "value"})
        found[name] = reader.template(table.get("value"), f"the value of {name}", places.CALL_OUTPUT)
    return found
