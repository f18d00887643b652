"""Reads `on:`."""

from alphaswarm_core.identity.audit.nodes import Items, Node, Scalar, Table
from alphaswarm_local.actions.workflow import places
from alphaswarm_local.actions.workflow.inputs import MOST_DISPATCH_INPUTS, Input
from alphaswarm_local.actions.workflow.reading import Reader, entries
from alphaswarm_local.actions.workflow.triggers import EVENTS, EventFilter, Triggers

_INPUT_KEYS = {"description", "required", "default", "type", "deprecationMessage"}
_EXCLUSIVE = (("branches", "branches-ignore"), ("tags", "tags-ignore"), ("paths", "paths-ignore"))


def read_triggers(reader: Reader, node: Node | None, root: Table) -> Triggers:
    """`on:` in any of its three forms."""
    if node is None or (isinstance(node, Scalar) and node.value is None):
        reader.refuse(root, "There is no 'on'")
    if not isinstance(node, Table):
        names = reader.texts(node, "on")
        return Triggers({_known(reader, node, name): EventFilter() for name in names})
    events = {_known(reader, value, name): _filter(reader, name, value) for name, value in entries(node)}
    call = reader.table(node.get("workflow_call"), "workflow_call", {"inputs", "outputs", "secrets"})
    dispatch = reader.table(node.get("workflow_dispatch"), "workflow_dispatch", {"inputs"})
    return Triggers(
        events,
        _dispatch_inputs(reader, dispatch.get("inputs")),
        {
            name: _call_input(reader, name, value)
            for name, value in entries(reader.table(call.get("inputs"), "workflow_call.inputs"))
        },
        {
            name: _secret_required(reader, name, value)
            for name, value in entries(reader.table(call.get("secrets"), "workflow_call.secrets"))
        },
    )


def _known(reader: Reader, node: Node, name: str) -> str:
    if name not in EVENTS:
        reader.refuse(node, f"There is no event {name[:60]!r}")
    return name


def _filter(reader: Reader, name: str, node: Node) -> EventFilter:
    if name in ("workflow_call", "workflow_dispatch"):
        return EventFilter()
    if name == "schedule":
        return EventFilter(crons=_crons(reader, node))
    kind = EVENTS[name]
    allowed = {*kind.filters, *(["types"] if kind.types or kind.any_type else [])}
    found = reader.table(node, name, allowed)
    for one, other in _EXCLUSIVE:
        if found.get(one) is not None and found.get(other) is not None:
            reader.refuse(found.key_line(other), f"{name} has both {one} and {other}; it can have one of them")
    given = {key: reader.texts(value, f"{name}.{key}") for key, value in entries(found)}
    for each in given.get("types", ()):
        if not kind.any_type and each not in kind.types:
            reader.refuse(found.key_line("types"), f"{name} has no activity type {each[:60]!r}")
    return EventFilter(**{key.replace("-", "_"): value for key, value in given.items()})


def _crons(reader: Reader, node: Node) -> tuple[str, ...]:
    tables = [reader.table(each, "schedule", {"cron", "timezone"}) for each in reader.items(node, "schedule")]
    crons = tuple(reader.text(each.get("cron"), "schedule.cron") for each in tables)
    for table, cron in zip(tables, crons, strict=True):
        if len(cron.split()) != 5:  # noqa: PLR2004 - minute, hour, day, month, weekday
            reader.refuse(table, f"{cron[:60]!r} is no cron expression of five fields")
    return crons


def _dispatch_inputs(reader: Reader, node: Node | None) -> dict[str, Input]:
    found = reader.table(node, "workflow_dispatch.inputs")
    if len(found.entries) > MOST_DISPATCH_INPUTS:
        reader.refuse(found, f"workflow_dispatch has more than {MOST_DISPATCH_INPUTS} inputs")
    return {name: _dispatch_input(reader, name, value) for name, value in entries(found)}


def _dispatch_input(reader: Reader, name: str, node: Node) -> Input:
    found = reader.table(node, f"the input {name}", {*_INPUT_KEYS, "options"})
    types = ("string", "boolean", "number", "choice", "environment")
    kind = reader.choice(found.get("type"), f"the type of {name}", types) if found.get("type") is not None else "string"
    options = reader.texts(found.get("options"), f"the options of {name}")
    if (kind == "choice") != bool(options):
        reader.refuse(node, f"The input {name} needs 'options' if it is a choice, and only then")
    return _input(reader, name, found, kind, options)


def _call_input(reader: Reader, name: str, node: Node) -> Input:
    found = reader.table(node, f"the input {name}", _INPUT_KEYS)
    if found.get("type") is None:
        reader.refuse(node, f"The input {name} of workflow_call has no type")
    return _input(reader, name, found, reader.choice(found.get("type"), f"the type of {name}", _CALL_TYPES), ())


_CALL_TYPES = ("string", "boolean", "number")


def _input(reader: Reader, name: str, found: Table, kind: str, options: tuple[str, ...]) -> Input:
    given = found.get("default")
    if isinstance(given, Items | Table):
        reader.refuse(given, f"The default of {name} has to be one value")
    default = reader.data(given, places.CALL_DEFAULT) if given is not None else None
    return Input(name, kind, reader.boolean(found.get("required"), f"{name}.required"), default, options)


def _secret_required(reader: Reader, name: str, node: Node) -> bool:
    found = reader.table(node, f"the secret {name}", {"description", "required"})
    return reader.boolean(found.get("required"), f"{name}.required")
