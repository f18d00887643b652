"""A plan in words: what would be lost first and loudest, then what changes, then what is new."""

from collections.abc import Iterable, Mapping

from alphaswarm.output import paint
from alphaswarm_core.terraform.plan import Action, Plan, ResourceChange

_ORDER = (Action.DELETE, Action.REPLACE, Action.UPDATE, Action.CREATE, Action.FORGET, Action.NO_OP)
_MARKS = {
    Action.DELETE: ("-", "red", "destroy"),
    Action.REPLACE: ("-/+", "red", "replace"),
    Action.UPDATE: ("~", "yellow", "change"),
    Action.CREATE: ("+", "green", "add"),
    Action.FORGET: (".", "dim", "forget"),
    Action.NO_OP: (">", "cyan", "import"),
}
_VALUE_LIMIT = 60


def plan_text(plan: Plan) -> str:
    """The plan as a list, with the attributes that change."""
    if plan.is_empty:
        return "No changes: the environment is as the configuration says."
    lines = [line for action in _ORDER for line in _of_action(plan.changes, action)]
    lines += [f"    output {name} changes" for name in plan.output_changes]
    return "\n".join([*lines, "", headline(plan.summary())])


def headline(summary: Mapping[str, object]) -> str:
    """Counts in one line, for example `3 to add, 0 to change, 0 to destroy`."""
    words = [f"{summary['add']} to add", f"{summary['change']} to change", f"{summary['destroy']} to destroy"]
    if summary.get("replace"):
        words.append(f"{summary['replace']} of them replaced")
    if summary.get("import"):
        words.append(f"{summary['import']} to import")
    if summary.get("drift"):
        words.append(f"{summary['drift']} changed outside Terraform")
    return ", ".join(words)


def drift_text(plan: Plan) -> str:
    """What changed outside Terraform."""
    if not plan.drift:
        return "No drift: nothing has changed outside Terraform."
    lines = [line for change in plan.drift for line in _one(change, "!", "yellow")]
    return "\n".join([*lines, "", f"{len(plan.drift)} changed outside Terraform"])


def _of_action(changes: Iterable[ResourceChange], action: Action) -> Iterable[str]:
    mark, colour, _ = _MARKS[action]
    for change in changes:
        if change.action is action:
            yield from _one(change, mark, colour)


def _one(change: ResourceChange, mark: str, colour: str) -> Iterable[str]:
    import sys

    why = f"  ({change.reason.replace('_', ' ')})" if change.reason else ""
    yield paint(f"{mark:>3} {change.address}{why}", colour, sys.stdout)
    if change.action in {Action.UPDATE, Action.REPLACE}:
        yield from _attributes(change.before, change.after)


def _attributes(before: object, after: object) -> Iterable[str]:
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            yield f"      {name}: {_short(before.get(name))} -> {_short(after.get(name))}"


def _short(value: object) -> str:
    import json

    text = json.dumps(value, default=str)
    return text if len(text) <= _VALUE_LIMIT else text[: _VALUE_LIMIT - 3] + "..."
