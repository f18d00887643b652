"""The parameters of a call to CodeArtifact, checked by botocore's model: names, lengths, patterns, enumerations."""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from alphaswarm_local.aws.messages import HttpRequest
from alphaswarm_local.packages.faults import invalid

_PRINTABLE = r"\x20-\x7e\xa0-\U0010ffff"
"""What the model writes as `\\P{C}`: every character that is no control character. Python's `re` has no such class."""


def read_inputs(operation: str, request: HttpRequest) -> dict[str, Any]:
    """The parameters by the model's member names; those that were left out are not there.

    Raises:
        AwsFault: ValidationException: one is missing, of another type, or outside of what the model allows.
    """
    model = _model()
    shape = model["shapes"][model["operations"][operation]["input"]["shape"]]
    query, body = dict(request.query), _body(request)
    given: dict[str, Any] = {}
    for name, member in shape["members"].items():
        in_query = member.get("location") == "querystring"
        value = query.get(member["locationName"]) if in_query else body.get(name)
        if value is not None:
            given[name] = _checked(name, _typed(name, value, member["shape"]) if in_query else value, member["shape"])
    missing = [name for name in shape.get("required", ()) if name not in given]
    if missing:
        raise invalid(f"{', '.join(missing)}: must not be null", "CANNOT_PARSE")
    return given


def _body(request: HttpRequest) -> Mapping[str, Any]:
    try:
        document = json.loads(request.body or b"{}")
    except (ValueError, RecursionError):
        raise invalid("The request body is not JSON", "CANNOT_PARSE") from None
    if not isinstance(document, dict):
        raise invalid("The request body is not a JSON object", "CANNOT_PARSE")
    return document


def _typed(name: str, text: str, shape: str) -> Any:
    """A value of the query, which is text, as what the model says it is."""
    kind = _model()["shapes"][shape]["type"]
    if kind in {"integer", "long"}:
        if not re.fullmatch(r"-?[0-9]{1,18}", text):
            raise invalid(f"{name}: '{text}' is not a number")
        return int(text)
    if kind == "boolean":
        if text not in {"true", "false"}:
            raise invalid(f"{name}: '{text}' is neither true nor false")
        return text == "true"
    return text


def _checked(name: str, value: Any, shape_name: str) -> Any:
    shape = _model()["shapes"][shape_name]
    match shape["type"]:
        case "string":
            return _text(name, value, shape)
        case "integer" | "long":
            return _number(name, value, shape)
        case "list":
            return _list(name, value, shape)
        case "map":
            return _map(name, value, shape)
        case "structure":
            return _structure(name, value, shape)
        case "boolean" if not isinstance(value, bool):
            raise invalid(f"{name}: must be true or false")
    return value


def _text(name: str, value: Any, shape: Mapping[str, Any]) -> str:
    if not isinstance(value, str):
        raise invalid(f"{name}: must be a text")
    if "enum" in shape and value not in shape["enum"]:
        raise invalid(f"{name}: Member must satisfy enum value set: [{', '.join(shape['enum'])}]")
    if not shape.get("min", 0) <= len(value) <= shape.get("max", 1 << 20):
        raise invalid(f"{name}: must have {shape.get('min', 0)} to {shape.get('max')} characters")
    if "pattern" in shape and not _pattern(shape["pattern"]).fullmatch(value):
        raise invalid(f"{name}: Member must satisfy regular expression pattern: {shape['pattern']}")
    return value


def _number(name: str, value: Any, shape: Mapping[str, Any]) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise invalid(f"{name}: must be a number")
    if not shape.get("min", value) <= value <= shape.get("max", value):
        raise invalid(f"{name}: must be between {shape.get('min')} and {shape.get('max')}")
    return value


def _list(name: str, value: Any, shape: Mapping[str, Any]) -> list[Any]:
    if not isinstance(value, list) or len(value) > shape.get("max", 1000):
        raise invalid(f"{name}: must be a list of at most {shape.get('max', 1000)}")
    return [_checked(name, item, shape["member"]["shape"]) for item in value]


def _map(name: str, value: Any, shape: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise invalid(f"{name}: must be a map")
    return {
        _checked(name, key, shape["key"]["shape"]): _checked(name, item, shape["value"]["shape"])
        for key, item in value.items()
    }


def _structure(name: str, value: Any, shape: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise invalid(f"{name}: must be an object")
    if missing := [member for member in shape.get("required", ()) if value.get(member) is None]:
        raise invalid(f"{name}.{missing[0]}: must not be null")
    members = shape["members"]
    return {
        key: _checked(f"{name}.{key}", item, members[key]["shape"])
        for key, item in value.items()
        if key in members and item is not None
    }


@cache
def _pattern(text: str) -> re.Pattern[str]:
    readable = text.replace(r"[\P{C}\s]", rf"[{_PRINTABLE}\s]").replace(r"\P{C}", f"[{_PRINTABLE}]")
    return re.compile(readable)


@cache
def _model() -> Mapping[str, Any]:
    from botocore.loaders import Loader  # noqa: PLC0415 - the model is read when the service is first called

    loaded: Mapping[str, Any] = Loader(include_default_search_paths=True).load_service_model(
        "codeartifact", "service-2"
    )
    return loaded
