"""Reads jobs."""

import re

from alphaswarm_core.identity.audit.nodes import Node, Scalar, Table
from alphaswarm_local.actions.expressions import Template
from alphaswarm_local.actions.workflow import places
from alphaswarm_local.actions.workflow.model import Call, Concurrency, Defaults, EnvironmentUse, Job, Strategy
from alphaswarm_local.actions.workflow.permissions import read_permissions
from alphaswarm_local.actions.workflow.places import Place
from alphaswarm_local.actions.workflow.reading import Reader, entries
from alphaswarm_local.actions.workflow.step_reading import read_steps

_COMMON = {"name", "needs", "if", "permissions", "concurrency", "strategy"}
_STEPS = _COMMON | {
    "runs-on", "environment", "outputs", "env", "defaults", "steps", "timeout-minutes", "continue-on-error",
}  # fmt: skip
_CALL = _COMMON | {"uses", "with", "secrets"}
_NOT_DONE = {
    "container": "The runner does not run jobs in containers",
    "services": "The runner does not start service containers",
    "snapshot": "The runner takes no snapshots of machines",
}
_JOB_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,99}", re.ASCII)
_CALLED = re.compile(r"(\./|[\w.-]+/[\w.-]+/)\.github/workflows/[\w.-]+\.ya?ml(@[^\s@]+)?", re.ASCII)


def read_job(reader: Reader, key: Scalar, node: Node) -> Job:
    """One job."""
    if not _JOB_ID.fullmatch(key.text):
        reader.refuse(key, f"{key.text[:60]!r} is no job id: letters, digits, - and _, a letter or _ first")
    table = reader.table(node, f"the job {key.text}")
    for name, reason in _NOT_DONE.items():
        if table.get(name) is not None:
            reader.refuse(table.key_line(name), reason)
    called = table.get("uses") is not None
    reader.table(table, f"the job {key.text}", _CALL if called else _STEPS)
    return _call_job(reader, key, table) if called else _step_job(reader, key, table)


def read_concurrency(reader: Reader, node: Node | None, place: Place) -> Concurrency | None:
    """`concurrency`, of a workflow or a job."""
    if node is None:
        return None
    if not isinstance(node, Table):
        return Concurrency(reader.template(node, "concurrency", place))
    found = reader.table(node, "concurrency", {"group", "cancel-in-progress", "queue"})
    queue = found.get("queue")
    queue_all = queue is not None and reader.choice(queue, "concurrency.queue", ("single", "max")) == "max"
    cancel = reader.optional(found.get("cancel-in-progress"), "cancel-in-progress", place)
    if queue_all and cancel is not None and cancel.source != "false":
        reader.refuse(node, "concurrency has both cancel-in-progress and queue: max")
    return Concurrency(reader.template(found.get("group"), "concurrency.group", place), cancel, queue_all)


def read_defaults(reader: Reader, node: Node | None, place: Place) -> Defaults:
    """`defaults`, of a workflow or a job."""
    run = reader.table(
        reader.table(node, "defaults", {"run"}).get("run"), "defaults.run", {"shell", "working-directory"}
    )
    return Defaults(
        reader.optional(run.get("shell"), "shell", place),
        reader.optional(run.get("working-directory"), "working-directory", place),
    )


def _step_job(reader: Reader, key: Scalar, table: Table) -> Job:
    steps = read_steps(reader, table.get("steps"), places.STEP, places.STEP_IF)
    if not steps:
        reader.refuse(key, f"The job {key.text} has neither steps nor a workflow that it uses")
    outputs = reader.templates(table.get("outputs"), "outputs", places.JOB_OUTPUT)
    return Job(
        id=key.text,
        line=key.line,
        name=reader.optional(table.get("name"), "name", places.JOB),
        needs=reader.texts(table.get("needs"), "needs"),
        condition=reader.condition(table.get("if"), places.JOB_IF),
        runs_on=_runs_on(reader, key, table.get("runs-on")),
        permissions=read_permissions(reader, table.get("permissions")),
        strategy=_strategy(reader, table.get("strategy")),
        concurrency=read_concurrency(reader, table.get("concurrency"), places.JOB),
        environment=_environment(reader, table.get("environment")),
        outputs=outputs,
        env=reader.templates(table.get("env"), "env", places.JOB_ENV),
        defaults=read_defaults(reader, table.get("defaults"), places.JOB_DEFAULTS),
        timeout_minutes=reader.optional(table.get("timeout-minutes"), "timeout-minutes", places.JOB),
        continue_on_error=reader.optional(table.get("continue-on-error"), "continue-on-error", places.JOB),
        steps=steps,
    )


def _call_job(reader: Reader, key: Scalar, table: Table) -> Job:
    uses = reader.text(table.get("uses"), "uses")
    if not _CALLED.fullmatch(uses) or uses.startswith("./") == ("@" in uses):
        reader.refuse(
            table.key_line("uses"),
            f"{uses[:80]!r} is neither ./.github/workflows/FILE nor OWNER/REPO/.github/workflows/FILE@REF",
        )
    given = reader.table(table.get("with"), "with")
    return Job(
        id=key.text,
        line=key.line,
        name=reader.optional(table.get("name"), "name", places.JOB),
        needs=reader.texts(table.get("needs"), "needs"),
        condition=reader.condition(table.get("if"), places.JOB_IF),
        permissions=read_permissions(reader, table.get("permissions")),
        strategy=_strategy(reader, table.get("strategy")),
        concurrency=read_concurrency(reader, table.get("concurrency"), places.JOB),
        call=Call(
            uses,
            {name: reader.data(value, places.JOB) for name, value in entries(given)},
            _call_secrets(reader, table.get("secrets")),
        ),
    )


def _call_secrets(reader: Reader, node: Node | None) -> dict[str, Template] | None:
    if isinstance(node, Scalar) and node.value is not None:
        reader.choice(node, "secrets", ("inherit",))
        return None
    return dict(reader.templates(node, "secrets", places.CALL_SECRETS))


def _runs_on(reader: Reader, key: Scalar, node: Node | None) -> tuple[Template, ...]:
    if node is None:
        reader.refuse(key, f"The job {key.text} has no 'runs-on'")
    if isinstance(node, Table):
        found = reader.table(node, "runs-on", {"group", "labels"})
        node = found.get("labels") or found.get("group")
        if node is None:
            reader.refuse(found, "runs-on has neither group nor labels")
    nodes = (node,) if isinstance(node, Scalar) else reader.items(node, "runs-on")
    if not nodes:
        reader.refuse(key, "runs-on is empty")
    return tuple(reader.template(each, "runs-on", places.JOB) for each in nodes)


def _strategy(reader: Reader, node: Node | None) -> Strategy | None:
    if node is None:
        return None
    found = reader.table(node, "strategy", {"matrix", "fail-fast", "max-parallel"})
    matrix = found.get("matrix")
    if matrix is None:
        reader.refuse(node, "strategy has no matrix")
    return Strategy(
        reader.data(matrix, places.STRATEGY),
        reader.optional(found.get("fail-fast"), "fail-fast", places.STRATEGY),
        reader.optional(found.get("max-parallel"), "max-parallel", places.STRATEGY),
    )


def _environment(reader: Reader, node: Node | None) -> EnvironmentUse | None:
    if node is None:
        return None
    if not isinstance(node, Table):
        return EnvironmentUse(reader.template(node, "environment", places.JOB))
    found = reader.table(node, "environment", {"name", "url"})
    return EnvironmentUse(
        reader.template(found.get("name"), "environment.name", places.JOB),
        reader.optional(found.get("url"), "environment.url", places.ENVIRONMENT_URL),
    )
