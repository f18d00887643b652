"""`action.yml`: a composite action, or one for Node.js. Actions in containers are refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from alphaswarm_core.identity.audit.nodes import Node, Scalar, Table
from alphaswarm_local.actions.expressions import Condition, Template
from alphaswarm_local.actions.workflow import places
from alphaswarm_local.actions.workflow.model import Step, Templates
from alphaswarm_local.actions.workflow.reading import Reader, entries
from alphaswarm_local.actions.workflow.step_reading import read_steps

FILE_NAMES = ("action.yml", "action.yaml")
_NODES = ("node20", "node24")
_KEYS = {"name", "author", "description", "inputs", "outputs", "runs", "branding"}
_NODE_KEYS = {"using", "main", "pre", "pre-if", "post", "post-if"}


@dataclass(frozen=True, slots=True)
class ActionInput:
    """An input; `default` may have expressions."""

    required: bool = False
    default: Template | None = None


@dataclass(frozen=True, slots=True)
class NodeRuns:
    """Scripts, relative to the action's directory."""

    using: str
    main: str
    pre: str
    pre_if: Condition
    post: str
    post_if: Condition


@dataclass(frozen=True, slots=True)
class CompositeRuns:
    """Steps that run in the job of the caller."""

    steps: tuple[Step, ...]


Runs: TypeAlias = NodeRuns | CompositeRuns


@dataclass(frozen=True, slots=True)
class ActionFile:
    """An action.

    Attributes:
        inputs: By lower-case name.
        outputs: Of a composite action.
    """

    name: str
    inputs: Mapping[str, ActionInput]
    runs: Runs
    outputs: Templates = field(default_factory=dict)


def parse_action(text: str, path: str) -> ActionFile:
    """Understand an action file.

    Raises:
        WorkflowFileError: it is invalid, or an action of a kind that the runner does not run.
    """
    reader = Reader(path)
    root = reader.table(reader.root(text), "the action", _KEYS)
    inputs = reader.table(root.get("inputs"), "inputs")
    runs = _runs(reader, root)
    composite = isinstance(runs, CompositeRuns)
    return ActionFile(
        name=reader.text(root.get("name"), "name") if root.get("name") is not None else path,
        inputs={name.lower(): _input(reader, name, node) for name, node in entries(inputs)},
        runs=runs,
        outputs=_outputs(reader, root) if composite else {},
    )


def _input(reader: Reader, name: str, node: Node) -> ActionInput:
    found = reader.table(node, f"the input {name}")
    required = found.get("required")
    wanted = isinstance(required, Scalar) and required.text == "true"
    return ActionInput(wanted, reader.optional(found.get("default"), f"{name}.default", places.ACTION_DEFAULT))


def _outputs(reader: Reader, root: Table) -> Templates:
    found = reader.table(root.get("outputs"), "outputs")
    tables = {name: reader.table(node, f"the output {name}", {"description", "value"}) for name, node in entries(found)}
    return {
        name: reader.template(table.get("value"), f"the value of {name}", places.ACTION_OUTPUT)
        for name, table in tables.items()
    }


def _runs(reader: Reader, root: Table) -> Runs:
    runs = reader.table(root.get("runs"), "runs")
    using = reader.text(runs.get("using"), "runs.using").lower()
    if using == "composite":
        reader.table(runs, "runs", {"using", "steps"})
        steps = read_steps(reader, runs.get("steps"), places.ACTION_STEP, places.ACTION_IF)
        for step in steps:
            if step.run is not None and step.shell is None:
                reader.refuse(step.line, "A script of a composite action has to name its shell")
            if step.timeout_minutes is not None:
                reader.refuse(step.line, "A step of a composite action takes no timeout-minutes, on GitHub either")
        return CompositeRuns(steps)
    if using == "docker":
        reader.refuse(runs, "The runner does not run actions in containers")
    if using not in _NODES:
        reader.refuse(runs, f"The runner runs actions using {', '.join(_NODES)} or composite, not {using[:40]!r}")
    return _node(reader, reader.table(runs, "runs", _NODE_KEYS), using)


def _node(reader: Reader, runs: Table, using: str) -> NodeRuns:
    def script(name: str) -> str:
        return reader.text(runs.get(name), f"runs.{name}") if runs.get(name) is not None else ""

    def when(name: str) -> Condition:
        node = runs.get(name)
        return reader.condition(node if node is not None else Scalar("always()", runs.line), places.ACTION_IF)

    return NodeRuns(
        using,
        reader.text(runs.get("main"), "runs.main"),
        script("pre"),
        when("pre-if"),
        script("post"),
        when("post-if"),
    )
