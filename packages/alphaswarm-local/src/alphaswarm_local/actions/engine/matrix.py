"""From `strategy.matrix` to combinations. Source: docs.github.com, "Running variations of jobs in a workflow"."""

import itertools
from collections.abc import Mapping, Sequence

from alphaswarm_local.actions.errors import WorkflowFileError
from alphaswarm_local.actions.expressions.values import Value, equal, is_array, to_text

MOST_COMBINATIONS = 256
Combination = dict[str, Value]


def combinations(matrix: Value) -> list[Combination]:
    """All combinations, in GitHub's order.

    Raises:
        WorkflowFileError: it is no matrix, empty, or has more than 256 combinations.
    """
    if not isinstance(matrix, Mapping):
        raise WorkflowFileError("strategy.matrix is no mapping")
    axes = {name: _values(name, each) for name, each in matrix.items() if name not in ("include", "exclude")}
    include, exclude = _entries(matrix, "include"), _entries(matrix, "exclude")
    made: list[Combination] = (
        [dict(zip(axes, each, strict=True)) for each in itertools.product(*axes.values())] if axes else []
    )
    made = [each for each in made if not any(_covers(each, wanted) for wanted in exclude)]
    found = _included(made, include, set(axes))
    if not found or len(found) > MOST_COMBINATIONS:
        raise WorkflowFileError(f"strategy.matrix has {len(found)} combinations; there may be 1-{MOST_COMBINATIONS}")
    return found


def label(combination: Combination) -> str:
    """What is put behind a job's name: the values in turn."""
    return ", ".join(_shown(each) for each in combination.values())


def _values(name: str, value: Value) -> Sequence[Value]:
    if not is_array(value):
        raise WorkflowFileError(f"strategy.matrix.{name} is no sequence")
    return value


def _entries(matrix: Mapping[str, Value], name: str) -> list[Mapping[str, Value]]:
    found = matrix.get(name)
    if found is None:
        return []
    entries = [each for each in _values(name, found) if isinstance(each, Mapping)]
    if len(entries) != len(_values(name, found)):
        raise WorkflowFileError(f"strategy.matrix.{name} has an entry that is no mapping")
    return entries


def _covers(combination: Mapping[str, Value], wanted: Mapping[str, Value]) -> bool:
    return all(name in combination and _same(combination[name], value) for name, value in wanted.items())


def _same(left: Value, right: Value) -> bool:
    """Equal as values; arrays and objects item by item, which `==` of expressions does not do."""
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(_same(left[each], right[each]) for each in left)
    if is_array(left) and is_array(right):
        return len(left) == len(right) and all(_same(one, other) for one, other in zip(left, right, strict=True))
    return equal(left, right)


def _included(made: list[Combination], include: list[Mapping[str, Value]], axes: set[str]) -> list[Combination]:
    """An entry is added to every combination whose own values it does not change; else it is one of its own."""
    originals = [dict(each) for each in made]
    extra: list[Combination] = []
    for entry in include:
        shared = {name: value for name, value in entry.items() if name in axes}
        fitting = [index for index, original in enumerate(originals) if _covers(original, shared)]
        for index in fitting:
            made[index].update(entry)
        if not fitting:
            extra.append(dict(entry))
    return [*made, *extra]


def _shown(value: Value) -> str:
    if isinstance(value, Mapping):
        return ", ".join(_shown(each) for each in value.values())
    if is_array(value):
        return ", ".join(_shown(each) for each in value)
    return to_text(value)
