"""Reads steps, of jobs and of composite actions."""

import re

from alphaswarm_core.identity.audit.nodes import Node, Table
from alphaswarm_local.actions.workflow.model import Step
from alphaswarm_local.actions.workflow.places import Place
from alphaswarm_local.actions.workflow.reading import Reader

_COMMON = {"id", "if", "name", "env", "continue-on-error", "timeout-minutes"}
_RUN = _COMMON | {"run", "shell", "working-directory"}
_USES = _COMMON | {"uses", "with"}
_NOT_DONE = {"background", "wait", "wait-all", "cancel", "parallel"}
_STEP_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*", re.ASCII)
_REPOSITORY_ACTION = re.compile(r"[\w.-]+/[\w.-]+(/[\w./-]+)?@[^\s@]+", re.ASCII)


def read_steps(reader: Reader, node: Node | None, place: Place, condition_place: Place) -> tuple[Step, ...]:
    """Steps in order; ids differ."""
    steps = tuple(_step(reader, each, place, condition_place) for each in reader.items(node, "steps"))
    seen: set[str] = set()
    for step in steps:
        if step.id and step.id.lower() in seen:
            reader.refuse(step.line, f"The step id {step.id!r} is there twice")
        seen.add(step.id.lower())
    return steps


def _step(reader: Reader, node: Node, place: Place, condition_place: Place) -> Step:
    table = reader.table(node, "a step")
    for key in _NOT_DONE:
        if table.get(key) is not None:
            reader.refuse(table.key_line(key), f"The runner does not do steps with {key!r}")
    run, uses = table.get("run"), table.get("uses")
    if (run is None) == (uses is None):
        reader.refuse(node, "A step has either 'run' or 'uses'")
    reader.table(table, "a step with 'run'" if run is not None else "a step with 'uses'", _RUN if run else _USES)
    return Step(
        line=node.line,
        id=_id(reader, table),
        name=reader.optional(table.get("name"), "name", place),
        condition=reader.condition(table.get("if"), condition_place),
        run=reader.optional(run, "run", place),
        uses=_uses(reader, uses) if uses is not None else "",
        inputs={key.lower(): each for key, each in reader.templates(table.get("with"), "with", place).items()},
        env=reader.templates(table.get("env"), "env", place),
        shell=reader.optional(table.get("shell"), "shell", place),
        working_directory=reader.optional(table.get("working-directory"), "working-directory", place),
        continue_on_error=reader.optional(table.get("continue-on-error"), "continue-on-error", place),
        timeout_minutes=reader.optional(table.get("timeout-minutes"), "timeout-minutes", place),
    )


def _id(reader: Reader, table: Table) -> str:
    node = table.get("id")
    if node is None:
        return ""
    text = reader.text(node, "id")
    if not _STEP_ID.fullmatch(text) or text.startswith("__"):
        reader.refuse(node, f"{text[:60]!r} is no step id: letters, digits, - and _, and no __ in front")
    return text


def _uses(reader: Reader, node: Node) -> str:
    text = reader.text(node, "uses")
    if text.startswith("docker://"):
        reader.refuse(node, "The runner does not run actions in containers")
    if not text.startswith("./") and not _REPOSITORY_ACTION.fullmatch(text):
        reader.refuse(node, f"{text[:80]!r} is neither ./PATH nor OWNER/REPO[/PATH]@REF")
    return text
