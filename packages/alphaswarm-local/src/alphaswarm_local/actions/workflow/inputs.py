"""Inputs of dispatches and calls: declared, then checked and typed when they are given."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from alphaswarm_local.actions.errors import InputRefusedError
from alphaswarm_local.actions.expressions import Scope
from alphaswarm_local.actions.expressions.values import Value, parse_number, to_text
from alphaswarm_local.actions.workflow.reading import Data

InputValue: TypeAlias = str | bool | float
MOST_DISPATCH_INPUTS = 25
LONGEST_PAYLOAD = 65_535
_EMPTY: Mapping[str, InputValue] = {"boolean": False, "number": 0}


@dataclass(frozen=True, slots=True)
class Input:
    """One declared input.

    Attributes:
        type: `string`, `boolean`, `number`; of dispatches also `choice` and `environment`.
        options: Of a choice.
    """

    name: str
    type: str = "string"
    required: bool = False
    default: Data | None = None
    options: tuple[str, ...] = ()


def dispatch_inputs(declared: Mapping[str, Input], given: Mapping[str, object]) -> dict[str, InputValue]:
    """The inputs of a `workflow_dispatch`, as the `inputs` context has them.

    Args:
        declared: `Triggers.dispatch_inputs`.
        given: As the API was sent them: texts, or JSON's own types.

    Raises:
        InputRefusedError: unknown, missing, of another type, or not one of the options.
    """
    if sum(len(name) + len(str(value)) for name, value in given.items()) > LONGEST_PAYLOAD:
        raise InputRefusedError(f"The inputs have more than {LONGEST_PAYLOAD} characters")
    return _checked(declared, given, Scope())


def call_inputs(declared: Mapping[str, Input], given: Mapping[str, Value], scope: Scope) -> dict[str, InputValue]:
    """The inputs of a `workflow_call`; `scope` is the caller's, for defaults with expressions.

    Raises:
        InputRefusedError: as `dispatch_inputs`; a call's inputs must have their types already.
    """
    for name, value in given.items():
        wanted = declared[name].type if name in declared else "string"
        if wanted == "boolean" and not isinstance(value, bool):
            raise InputRefusedError(f"The input {name!r} has to be a boolean, not {to_text(value)[:40]!r}")
    return _checked(declared, given, scope)


def _checked(declared: Mapping[str, Input], given: Mapping[str, object], scope: Scope) -> dict[str, InputValue]:
    known = {name.lower(): name for name in declared}
    unknown = [name for name in given if name.lower() not in known]
    if unknown:
        raise InputRefusedError(f"Unexpected inputs provided: {', '.join(sorted(unknown))[:200]}")
    by_name = {known[name.lower()]: value for name, value in given.items()}
    return {name: _one(each, by_name.get(name), scope) for name, each in declared.items()}


def _one(declared: Input, given: object, scope: Scope) -> InputValue:
    if given is None or (given == "" and declared.required):
        if declared.default is not None:
            return _typed(declared, declared.default.value(scope))
        if declared.required:
            raise InputRefusedError(f"Required input {declared.name!r} not provided")
        return _EMPTY.get(declared.type, declared.options[0] if declared.options else "")
    return _typed(declared, given)


def _typed(declared: Input, given: object) -> InputValue:
    if declared.type == "boolean":
        return _boolean(declared.name, given)
    if declared.type == "number":
        return _number(declared.name, given)
    text = to_text(given) if isinstance(given, str | bool | int | float) else str(given)
    if declared.type == "choice" and text not in declared.options:
        raise InputRefusedError(
            f"The input {declared.name!r} is {text[:40]!r}; it can be: {', '.join(declared.options)}"
        )
    return text


def _boolean(name: str, given: object) -> bool:
    if isinstance(given, bool):
        return given
    if isinstance(given, str) and given.lower() in ("true", "false"):
        return given.lower() == "true"
    raise InputRefusedError(f"The input {name!r} has to be true or false, not {str(given)[:40]!r}")


def _number(name: str, given: object) -> float:
    number = parse_number(given) if isinstance(given, str) and given.strip() else given
    if isinstance(number, bool) or not isinstance(number, int | float) or math.isnan(number):
        raise InputRefusedError(f"The input {name!r} has to be a number, not {str(given)[:40]!r}")
    return number
