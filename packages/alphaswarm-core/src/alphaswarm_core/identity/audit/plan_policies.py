"""The policies of a Terraform plan (`terraform show -json`), where every variable has its value."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from alphaswarm_core.identity.audit.errors import UnreadableSourceError
from alphaswarm_core.identity.audit.model import Expectations, Purpose, purpose_of
from alphaswarm_core.identity.audit.nodes import Unknown
from alphaswarm_core.identity.audit.reading.json_reader import read_json
from alphaswarm_core.identity.audit.subjects.policy import PolicyDocument
from alphaswarm_core.identity.audit.subjects.policy_reading import read_policy

MAX_PLAN_CHARACTERS = 64 * 1_048_576
_MOST_RESOURCES = 100_000
_ATTRIBUTES = {
    "aws_iam_role": ("assume_role_policy",),
    "aws_iam_role_policy": ("policy",),
    "aws_iam_policy": ("policy",),
    "aws_iam_user_policy": ("policy",),
    "aws_iam_group_policy": ("policy",),
    "aws_iam_policy_document": ("json",),
}
_NAMING = ("name", "name_prefix", "role")


def is_plan(document: object) -> bool:
    """Whether JSON data is a plan's."""
    return isinstance(document, Mapping) and "format_version" in document and "planned_values" in document


def plan_policies(document: object, path: str, expectations: Expectations) -> Iterator[PolicyDocument]:
    """Every policy that the plan's resources will have.

    Raises:
        UnreadableSourceError: not a plan, or beyond the bounds.
    """
    if not is_plan(document) or not isinstance(document, Mapping):
        raise UnreadableSourceError("It is not the JSON of a Terraform plan (terraform show -json)")
    for resource in _resources(document["planned_values"]):
        values = resource.get("values")
        for attribute in _ATTRIBUTES.get(str(resource.get("type")), ()):
            yield _policy(resource, values if isinstance(values, Mapping) else {}, attribute, path, expectations)


def read_plan(text: str) -> object:
    """A plan's JSON text as data.

    Raises:
        UnreadableSourceError: not JSON, or beyond the bounds.
    """
    if len(text) > MAX_PLAN_CHARACTERS:
        raise UnreadableSourceError(f"It is larger than {MAX_PLAN_CHARACTERS} characters")
    try:
        found: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableSourceError(f"It is not JSON: {str(error)[:120]}") from None
    return found


def _resources(planned: Any) -> Iterator[Mapping[str, Any]]:
    """The resources of all modules."""
    waiting = [planned.get("root_module")] if isinstance(planned, Mapping) else []
    left = _MOST_RESOURCES
    while waiting:
        module = waiting.pop(0)
        if not isinstance(module, Mapping):
            continue
        for resource in _list(module.get("resources")):
            left -= 1
            if left < 0:
                raise UnreadableSourceError(f"It has more than {_MOST_RESOURCES} resources")
            if isinstance(resource, Mapping):
                yield resource
        waiting += _list(module.get("child_modules"))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _policy(
    resource: Mapping[str, Any], values: Mapping[str, Any], attribute: str, path: str, expectations: Expectations
) -> PolicyDocument:
    address = str(resource.get("address", ""))
    text = values.get(attribute)
    names = [str(values[name]) for name in _NAMING if isinstance(values.get(name), str)]
    purposes = [purpose_of(each, expectations) for each in (*names, str(resource.get("name", "")))]
    node = read_json(text) if isinstance(text, str) else Unknown("known after apply", 1)
    purpose = next((each for each in purposes if each is not Purpose.UNKNOWN), Purpose.UNKNOWN)
    return read_policy(node, path=path, name=address, purpose=purpose, expectations=expectations, line=1)
